// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Restart and its reason.

#pragma once

#include <stdint.h>

#include "esp_attr.h"
#include "esp_err.h"
#include "esp_idf_version.h"

typedef enum {
    ESP_RST_UNKNOWN,
    ESP_RST_POWERON,
    ESP_RST_EXT,
    ESP_RST_SW,
    ESP_RST_PANIC,
    ESP_RST_INT_WDT,
    ESP_RST_TASK_WDT,
    ESP_RST_WDT,
    ESP_RST_DEEPSLEEP,
    ESP_RST_BROWNOUT,
    ESP_RST_SDIO,
} esp_reset_reason_t;

esp_reset_reason_t esp_reset_reason(void);
_Noreturn void esp_restart(void);

// Of the ROM, which upstream reaches through other headers.
uint32_t esp_rom_get_cpu_ticks_per_us(void);
