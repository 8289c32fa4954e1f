// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Clock frequency of the CPU: kept and reported, without an effect on the host.

#pragma once

#include <stdbool.h>

#include "esp_err.h"

typedef struct {
    int max_freq_mhz;
    int min_freq_mhz;
    bool light_sleep_enable;
} esp_pm_config_t;

esp_err_t esp_pm_configure(const void *config);
