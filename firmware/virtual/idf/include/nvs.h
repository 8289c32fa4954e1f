// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Non-volatile storage: typed values under namespace and key, kept in the flash partition "nvs".
//
// A value is on flash when its nvs_set_...() returns, as in ESP-IDF; nvs_commit() adds nothing.
// After a power cut during a write, the old or the new value is stored, and no other value has
// changed.

#pragma once

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#define ESP_ERR_NVS_NOT_INITIALIZED    (ESP_ERR_NVS_BASE + 0x01)
#define ESP_ERR_NVS_NOT_FOUND          (ESP_ERR_NVS_BASE + 0x02)
#define ESP_ERR_NVS_TYPE_MISMATCH      (ESP_ERR_NVS_BASE + 0x03)
#define ESP_ERR_NVS_READ_ONLY          (ESP_ERR_NVS_BASE + 0x04)
#define ESP_ERR_NVS_NOT_ENOUGH_SPACE   (ESP_ERR_NVS_BASE + 0x05)
#define ESP_ERR_NVS_INVALID_NAME       (ESP_ERR_NVS_BASE + 0x06)
#define ESP_ERR_NVS_INVALID_HANDLE     (ESP_ERR_NVS_BASE + 0x07)
#define ESP_ERR_NVS_KEY_TOO_LONG       (ESP_ERR_NVS_BASE + 0x09)
#define ESP_ERR_NVS_INVALID_LENGTH     (ESP_ERR_NVS_BASE + 0x0c)
#define ESP_ERR_NVS_NO_FREE_PAGES      (ESP_ERR_NVS_BASE + 0x0d)
#define ESP_ERR_NVS_VALUE_TOO_LONG     (ESP_ERR_NVS_BASE + 0x0e)
#define ESP_ERR_NVS_PART_NOT_FOUND     (ESP_ERR_NVS_BASE + 0x0f)
#define ESP_ERR_NVS_NEW_VERSION_FOUND  (ESP_ERR_NVS_BASE + 0x10)

// Including the terminating zero, of a key and of a namespace.
#define NVS_KEY_NAME_MAX_SIZE (16)

typedef uint32_t nvs_handle_t;

typedef enum {
    NVS_READONLY,
    NVS_READWRITE,
} nvs_open_mode_t;

// NVS_READONLY on a namespace with no value in it: ESP_ERR_NVS_NOT_FOUND.
esp_err_t nvs_open(const char *name_space, nvs_open_mode_t mode, nvs_handle_t *out);
void nvs_close(nvs_handle_t handle);
esp_err_t nvs_commit(nvs_handle_t handle);

esp_err_t nvs_set_i32(nvs_handle_t handle, const char *key, int32_t value);
esp_err_t nvs_set_u64(nvs_handle_t handle, const char *key, uint64_t value);
esp_err_t nvs_set_blob(nvs_handle_t handle, const char *key, const void *value, size_t length);

esp_err_t nvs_get_i32(nvs_handle_t handle, const char *key, int32_t *out);
esp_err_t nvs_get_u64(nvs_handle_t handle, const char *key, uint64_t *out);

// *length is the size of `out` on entry and of the value on return.
// `out` NULL asks for the size alone. Too small: ESP_ERR_NVS_INVALID_LENGTH.
esp_err_t nvs_get_blob(nvs_handle_t handle, const char *key, void *out, size_t *length);

esp_err_t nvs_erase_key(nvs_handle_t handle, const char *key);
