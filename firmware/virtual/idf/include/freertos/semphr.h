// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Semaphores and mutexes.

#ifndef IDF_FREERTOS_SEMPHR_H
#define IDF_FREERTOS_SEMPHR_H

#include "freertos/FreeRTOS.h"

typedef struct freertos_semaphore *SemaphoreHandle_t;

// NULL when out of memory. A binary semaphore starts empty, a mutex free.
SemaphoreHandle_t xSemaphoreCreateBinary(void);
SemaphoreHandle_t xSemaphoreCreateCounting(UBaseType_t max, UBaseType_t initial);
SemaphoreHandle_t xSemaphoreCreateMutex(void);
void vSemaphoreDelete(SemaphoreHandle_t s);

// pdTRUE when taken, pdFALSE after `ticks`.
BaseType_t xSemaphoreTake(SemaphoreHandle_t s, TickType_t ticks);

// pdTRUE, or pdFALSE when the count is at its maximum already.
BaseType_t xSemaphoreGive(SemaphoreHandle_t s);

#endif // IDF_FREERTOS_SEMPHR_H
