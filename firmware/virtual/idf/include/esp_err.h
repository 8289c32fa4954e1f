// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Error codes with ESP-IDF's values: they reach Python as OSError numbers.

#ifndef IDF_ESP_ERR_H
#define IDF_ESP_ERR_H

typedef int esp_err_t;

#define ESP_OK                    (0)
#define ESP_FAIL                  (-1)
#define ESP_ERR_NO_MEM            (0x101)
#define ESP_ERR_INVALID_ARG       (0x102)
#define ESP_ERR_INVALID_STATE     (0x103)
#define ESP_ERR_INVALID_SIZE      (0x104)
#define ESP_ERR_NOT_FOUND         (0x105)
#define ESP_ERR_NOT_SUPPORTED     (0x106)
#define ESP_ERR_TIMEOUT           (0x107)
#define ESP_ERR_INVALID_RESPONSE  (0x108)
#define ESP_ERR_INVALID_CRC       (0x109)
#define ESP_ERR_INVALID_VERSION   (0x10A)
#define ESP_ERR_INVALID_MAC       (0x10B)
#define ESP_ERR_NOT_FINISHED      (0x10C)
#define ESP_ERR_NOT_ALLOWED       (0x10D)

#define ESP_ERR_NVS_BASE          (0x1100)
#define ESP_ERR_WIFI_BASE         (0x3000)
#define ESP_ERR_MESH_BASE         (0x4000)
#define ESP_ERR_FLASH_BASE        (0x6000)

// Never NULL; "UNKNOWN ERROR" for a code that is not listed.
const char *esp_err_to_name(esp_err_t code);

// Prints where and what, then restarts the board.
_Noreturn void esp_error_check_failed(esp_err_t code, const char *file, int line,
    const char *function, const char *expression);

#define ESP_ERROR_CHECK(x) do { \
        esp_err_t esp_error_check_code = (x); \
        if (esp_error_check_code != ESP_OK) { \
            esp_error_check_failed(esp_error_check_code, __FILE__, __LINE__, __func__, #x); \
        } \
} while (0)

#endif // IDF_ESP_ERR_H
