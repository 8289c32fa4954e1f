// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Log output on stderr, which is the bench's. On ESP32 it shares the console with the REPL. Errors
// are printed, other levels are compiled and left out.

#pragma once

#include <stdio.h>

// Of ESP-IDF. Which levels are printed is fixed here, so setting one has no effect.
typedef enum {
    ESP_LOG_NONE,
    ESP_LOG_ERROR,
    ESP_LOG_WARN,
    ESP_LOG_INFO,
    ESP_LOG_DEBUG,
    ESP_LOG_VERBOSE,
} esp_log_level_t;

#define LOG_LOCAL_LEVEL ESP_LOG_ERROR

static inline void esp_log_level_set(const char *tag, esp_log_level_t level) {
    (void)tag, (void)level;
}

#define ESP_LOGE(tag, format, ...) \
    fprintf(stderr, "E (%s) " format "\n", tag, ##__VA_ARGS__)
#define ESP_LOGI(tag, format, ...) do { \
        if (0) { \
            ESP_LOGE(tag, format, ##__VA_ARGS__); \
        } \
} while (0)
#define ESP_LOGD ESP_LOGI
