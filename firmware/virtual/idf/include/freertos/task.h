// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Tasks are POSIX threads. The core is ignored. The priority is used with --one-core (one_core.c).

#pragma once

#include "freertos/FreeRTOS.h"

typedef struct freertos_task *TaskHandle_t;
typedef void (*TaskFunction_t)(void *arg);

// `stack` is in bytes, as in ESP-IDF. The thread gets four times as much, because the host has 64
// bits, and at least 64 KiB. Returns pdPASS or pdFAIL.
BaseType_t xTaskCreate(TaskFunction_t function, const char *name, uint32_t stack, void *arg,
    UBaseType_t priority, TaskHandle_t *out);

// Ends the calling task. Only NULL is supported; anything else aborts, because a thread cannot
// be ended from outside without losing its locks.
void vTaskDelete(TaskHandle_t task);

void vTaskDelay(TickType_t ticks);
void taskYIELD(void);

// For any thread. A thread that is not a task gets a handle at its first call.
TaskHandle_t xTaskGetCurrentTaskHandle(void);

// The notification value as a counting semaphore. The caller must not notify a task that has
// ended, as on a chip.
void xTaskNotifyGive(TaskHandle_t task);
uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks);

// Of the virtual board only: waits in microseconds (negative: no timeout) and clears the value.
uint32_t board_task_notify_take_us(int64_t timeout_us);
