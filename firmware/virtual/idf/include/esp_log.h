// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Log output on stderr, which is the bench's; on ESP32 it shares the console with the REPL.

#ifndef IDF_ESP_LOG_H
#define IDF_ESP_LOG_H

#include <stdarg.h>

typedef enum {
    ESP_LOG_NONE,
    ESP_LOG_ERROR,
    ESP_LOG_WARN,
    ESP_LOG_INFO,
    ESP_LOG_DEBUG,
    ESP_LOG_VERBOSE,
} esp_log_level_t;

// Only tag "*" is kept. Errors and warnings are printed by default.
void esp_log_level_set(const char *tag, esp_log_level_t level);

__attribute__((format(printf, 3, 4)))
void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...);

#define ESP_LOGE(tag, ...) esp_log_write(ESP_LOG_ERROR, tag, __VA_ARGS__)
#define ESP_LOGW(tag, ...) esp_log_write(ESP_LOG_WARN, tag, __VA_ARGS__)
#define ESP_LOGI(tag, ...) esp_log_write(ESP_LOG_INFO, tag, __VA_ARGS__)
#define ESP_LOGD(tag, ...) esp_log_write(ESP_LOG_DEBUG, tag, __VA_ARGS__)
#define ESP_LOGV(tag, ...) esp_log_write(ESP_LOG_VERBOSE, tag, __VA_ARGS__)

#endif // IDF_ESP_LOG_H
