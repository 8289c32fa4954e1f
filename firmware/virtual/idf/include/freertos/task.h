// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Tasks are POSIX threads; the core is accepted and ignored, the
// priority counts with --one-core (one_core.c).

#pragma once

#include "freertos/FreeRTOS.h"

typedef struct freertos_task *TaskHandle_t;
typedef void (*TaskFunction_t)(void *arg);

// `stack` is in bytes, as in ESP-IDF. The thread gets what a 64-bit host needs for the same
// work: four times as much, and 64 KiB at least. Returns pdPASS or pdFAIL.
BaseType_t xTaskCreate(TaskFunction_t function, const char *name, uint32_t stack, void *arg,
    UBaseType_t priority, TaskHandle_t *out);

// Ends the calling task. Only NULL is supported; anything else aborts, because a thread cannot
// be ended from outside without losing its locks.
void vTaskDelete(TaskHandle_t task);

void vTaskDelay(TickType_t ticks);
void taskYIELD(void);

// Of any thread; one that FreeRTOS did not start gets a handle at its first call.
TaskHandle_t xTaskGetCurrentTaskHandle(void);

// Notification value as a counting semaphore. Giving to a task that has ended is an error of
// the caller, as on the chip.
void xTaskNotifyGive(TaskHandle_t task);
uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks);

// The virtual board's own: clears, waits in microseconds; negative: for ever.
uint32_t board_task_notify_take_us(int64_t timeout_us);
