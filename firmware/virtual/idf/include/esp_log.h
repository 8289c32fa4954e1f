// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Log output on stderr, which is the bench's. On ESP32 it shares the console with the REPL. Errors
// are printed, other levels are compiled and left out.

#pragma once

#include <stdio.h>

#define ESP_LOGE(tag, format, ...) \
    fprintf(stderr, "E (%s) " format "\n", tag, ##__VA_ARGS__)
#define ESP_LOGI(tag, format, ...) do { \
        if (0) { \
            ESP_LOGE(tag, format, ##__VA_ARGS__); \
        } \
} while (0)
#define ESP_LOGD ESP_LOGI
