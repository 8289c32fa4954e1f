// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Names of the error codes.

#include <stddef.h>

#include "esp_err.h"
#include "esp_wifi.h"
#include "nvs.h"

#define NAME(code) { code, #code }

static const struct {
    esp_err_t code;
    const char *name;
} names[] = {
    NAME(ESP_OK), NAME(ESP_FAIL), NAME(ESP_ERR_NO_MEM), NAME(ESP_ERR_INVALID_ARG),
    NAME(ESP_ERR_INVALID_STATE), NAME(ESP_ERR_INVALID_SIZE), NAME(ESP_ERR_NOT_FOUND),
    NAME(ESP_ERR_NOT_SUPPORTED), NAME(ESP_ERR_TIMEOUT), NAME(ESP_ERR_NVS_NOT_INITIALIZED),
    NAME(ESP_ERR_NVS_NOT_FOUND), NAME(ESP_ERR_NVS_TYPE_MISMATCH), NAME(ESP_ERR_NVS_READ_ONLY),
    NAME(ESP_ERR_NVS_NOT_ENOUGH_SPACE), NAME(ESP_ERR_NVS_INVALID_NAME),
    NAME(ESP_ERR_NVS_INVALID_HANDLE), NAME(ESP_ERR_NVS_KEY_TOO_LONG),
    NAME(ESP_ERR_NVS_INVALID_LENGTH), NAME(ESP_ERR_NVS_NO_FREE_PAGES),
    NAME(ESP_ERR_NVS_VALUE_TOO_LONG), NAME(ESP_ERR_NVS_PART_NOT_FOUND),
    NAME(ESP_ERR_WIFI_NOT_INIT), NAME(ESP_ERR_WIFI_NOT_STARTED), NAME(ESP_ERR_WIFI_NOT_STOPPED),
    NAME(ESP_ERR_WIFI_IF), NAME(ESP_ERR_WIFI_MODE), NAME(ESP_ERR_WIFI_STATE),
    NAME(ESP_ERR_WIFI_CONN), NAME(ESP_ERR_WIFI_NVS), NAME(ESP_ERR_WIFI_MAC),
    NAME(ESP_ERR_WIFI_SSID), NAME(ESP_ERR_WIFI_PASSWORD), NAME(ESP_ERR_WIFI_TIMEOUT),
    NAME(ESP_ERR_WIFI_WAKE_FAIL), NAME(ESP_ERR_WIFI_WOULD_BLOCK), NAME(ESP_ERR_WIFI_NOT_CONNECT),
};

const char *esp_err_to_name(esp_err_t code) {
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].code == code) {
            return names[i].name;
        }
    }
    return "UNKNOWN ERROR";
}
