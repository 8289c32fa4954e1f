// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Light and deep sleep, ended by the timer. Other sources do not exist here, and the SOC_...
// macros that would offer them stay undefined.

#pragma once

#include <stdint.h>

#include "esp_err.h"

typedef enum {
    ESP_SLEEP_WAKEUP_UNDEFINED,
    ESP_SLEEP_WAKEUP_ALL,
    ESP_SLEEP_WAKEUP_EXT0,
    ESP_SLEEP_WAKEUP_EXT1,
    ESP_SLEEP_WAKEUP_TIMER,
    ESP_SLEEP_WAKEUP_TOUCHPAD,
    ESP_SLEEP_WAKEUP_ULP,
} esp_sleep_source_t;

typedef esp_sleep_source_t esp_sleep_wakeup_cause_t;

esp_err_t esp_sleep_disable_wakeup_source(esp_sleep_source_t source);
esp_err_t esp_sleep_enable_timer_wakeup(uint64_t time_in_us);

// ESP_ERR_NOT_SUPPORTED. (Upstream offers these pins on every chip from 1.28 on.)
esp_err_t esp_sleep_enable_gpio_wakeup(void);
esp_sleep_wakeup_cause_t esp_sleep_get_wakeup_cause(void);

// ESP_ERR_INVALID_STATE when nothing could wake the board.
esp_err_t esp_light_sleep_start(void);

// With no wake-up source the board sleeps until it is reset.
_Noreturn void esp_deep_sleep_start(void);
