// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Names of the error codes.

#include <stdio.h>
#include <stdlib.h>

#include "board.h"
#include "esp_err.h"
#include "esp_system.h"
#include "nvs.h"

static const struct {
    esp_err_t code;
    const char *name;
} names[] = {
    { ESP_OK, "ESP_OK" },
    { ESP_FAIL, "ESP_FAIL" },
    { ESP_ERR_NO_MEM, "ESP_ERR_NO_MEM" },
    { ESP_ERR_INVALID_ARG, "ESP_ERR_INVALID_ARG" },
    { ESP_ERR_INVALID_STATE, "ESP_ERR_INVALID_STATE" },
    { ESP_ERR_INVALID_SIZE, "ESP_ERR_INVALID_SIZE" },
    { ESP_ERR_NOT_FOUND, "ESP_ERR_NOT_FOUND" },
    { ESP_ERR_NOT_SUPPORTED, "ESP_ERR_NOT_SUPPORTED" },
    { ESP_ERR_TIMEOUT, "ESP_ERR_TIMEOUT" },
    { ESP_ERR_INVALID_RESPONSE, "ESP_ERR_INVALID_RESPONSE" },
    { ESP_ERR_INVALID_CRC, "ESP_ERR_INVALID_CRC" },
    { ESP_ERR_INVALID_VERSION, "ESP_ERR_INVALID_VERSION" },
    { ESP_ERR_INVALID_MAC, "ESP_ERR_INVALID_MAC" },
    { ESP_ERR_NOT_FINISHED, "ESP_ERR_NOT_FINISHED" },
    { ESP_ERR_NOT_ALLOWED, "ESP_ERR_NOT_ALLOWED" },
    { ESP_ERR_NVS_NOT_INITIALIZED, "ESP_ERR_NVS_NOT_INITIALIZED" },
    { ESP_ERR_NVS_NOT_FOUND, "ESP_ERR_NVS_NOT_FOUND" },
    { ESP_ERR_NVS_TYPE_MISMATCH, "ESP_ERR_NVS_TYPE_MISMATCH" },
    { ESP_ERR_NVS_READ_ONLY, "ESP_ERR_NVS_READ_ONLY" },
    { ESP_ERR_NVS_NOT_ENOUGH_SPACE, "ESP_ERR_NVS_NOT_ENOUGH_SPACE" },
    { ESP_ERR_NVS_INVALID_NAME, "ESP_ERR_NVS_INVALID_NAME" },
    { ESP_ERR_NVS_INVALID_HANDLE, "ESP_ERR_NVS_INVALID_HANDLE" },
    { ESP_ERR_NVS_KEY_TOO_LONG, "ESP_ERR_NVS_KEY_TOO_LONG" },
    { ESP_ERR_NVS_INVALID_LENGTH, "ESP_ERR_NVS_INVALID_LENGTH" },
    { ESP_ERR_NVS_NO_FREE_PAGES, "ESP_ERR_NVS_NO_FREE_PAGES" },
    { ESP_ERR_NVS_VALUE_TOO_LONG, "ESP_ERR_NVS_VALUE_TOO_LONG" },
    { ESP_ERR_NVS_PART_NOT_FOUND, "ESP_ERR_NVS_PART_NOT_FOUND" },
    // ESP-IDF's esp_wifi.h
    { ESP_ERR_WIFI_BASE + 1, "ESP_ERR_WIFI_NOT_INIT" },
    { ESP_ERR_WIFI_BASE + 2, "ESP_ERR_WIFI_NOT_STARTED" },
    { ESP_ERR_WIFI_BASE + 3, "ESP_ERR_WIFI_NOT_STOPPED" },
    { ESP_ERR_WIFI_BASE + 4, "ESP_ERR_WIFI_IF" },
    { ESP_ERR_WIFI_BASE + 5, "ESP_ERR_WIFI_MODE" },
    { ESP_ERR_WIFI_BASE + 6, "ESP_ERR_WIFI_STATE" },
    { ESP_ERR_WIFI_BASE + 7, "ESP_ERR_WIFI_CONN" },
    { ESP_ERR_WIFI_BASE + 8, "ESP_ERR_WIFI_NVS" },
    { ESP_ERR_WIFI_BASE + 9, "ESP_ERR_WIFI_MAC" },
    { ESP_ERR_WIFI_BASE + 10, "ESP_ERR_WIFI_SSID" },
    { ESP_ERR_WIFI_BASE + 11, "ESP_ERR_WIFI_PASSWORD" },
    { ESP_ERR_WIFI_BASE + 12, "ESP_ERR_WIFI_TIMEOUT" },
    { ESP_ERR_WIFI_BASE + 13, "ESP_ERR_WIFI_WAKE_FAIL" },
    { ESP_ERR_WIFI_BASE + 14, "ESP_ERR_WIFI_WOULD_BLOCK" },
    { ESP_ERR_WIFI_BASE + 15, "ESP_ERR_WIFI_NOT_CONNECT" },
};

const char *esp_err_to_name(esp_err_t code) {
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].code == code) {
            return names[i].name;
        }
    }
    return "UNKNOWN ERROR";
}

void esp_error_check_failed(esp_err_t code, const char *file, int line, const char *function,
    const char *expression) {
    fprintf(stderr, "virtual-board: ESP_ERROR_CHECK failed: %s (0x%x) at %s:%d, %s: %s\n",
        esp_err_to_name(code), (unsigned int)code, file, line, function, expression);
    board_reset(ESP_RST_PANIC);
}
