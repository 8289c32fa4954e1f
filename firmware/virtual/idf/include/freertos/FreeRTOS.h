// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// FreeRTOS' basic types. A tick is a millisecond.

#pragma once

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_idf_version.h"
#include "sdkconfig.h"
#include "soc/soc_caps.h"

typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;
typedef uint8_t StackType_t;

// The type alone, which MicroPython's mpthreadport.h names.
typedef struct {
    void *unused;
} StaticSemaphore_t;

#define pdFALSE (0)
#define pdTRUE (1)
#define pdFAIL (0)
#define pdPASS (1)

#define portTICK_PERIOD_MS (1)
#define portMAX_DELAY (0xffffffffu)
#define pdMS_TO_TICKS(ms) ((TickType_t)(ms))
#define tskNO_AFFINITY (0x7fffffff)

// The number of cores of the simulated chip. A constant on chips.
#define portNUM_PROCESSORS (board_processors())
int board_processors(void);

// A critical section excludes all others, whatever its lock.
typedef int portMUX_TYPE;
#define portMUX_INITIALIZER_UNLOCKED (0)
void board_irq_lock(void);
void board_irq_unlock(void);
#define portENTER_CRITICAL(mux) ((void)(mux), board_irq_lock())
#define portEXIT_CRITICAL(mux) ((void)(mux), board_irq_unlock())
#define portYIELD_FROM_ISR() ((void)0)

// As in ESP-IDF, Espressif's additions need the definition that ESP-IDF sets in every compilation.
#ifdef ESP_PLATFORM
#include "freertos/idf_additions.h"
#endif
