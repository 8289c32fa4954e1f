// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The type alone, which MicroPython's network_ppp.c and mpthreadport.h name: there are no
// semaphores.

#pragma once

#include "freertos/FreeRTOS.h"

typedef struct freertos_semaphore *SemaphoreHandle_t;
