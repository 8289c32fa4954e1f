// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What Espressif has added to FreeRTOS.

#pragma once

#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "freertos/task.h"

// As xTaskCreate(); the core is accepted and ignored.
BaseType_t xTaskCreatePinnedToCore(TaskFunction_t function, const char *name, uint32_t stack,
    void *arg, UBaseType_t priority, TaskHandle_t *out, BaseType_t core);
