// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The storage below nvs_flash.h. Its caller makes sure that one thread at a time is in here.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "nvs.h"

typedef enum {
    NVS_STORE_U64 = 0x08,
    NVS_STORE_I32 = 0x14,
    NVS_STORE_BLOB = 0x42,
} nvs_store_type_t;

// Followed by the value.
typedef struct {
    char name_space[NVS_KEY_NAME_MAX_SIZE];
    char key[NVS_KEY_NAME_MAX_SIZE];
    uint32_t type;
    uint32_t length;
} nvs_store_entry_t;

// Reads the partition, unless that has been done.
esp_err_t nvs_store_open(void);
bool nvs_store_is_open(void);

// Erases the partition; the store is not open any more.
esp_err_t nvs_store_erase(void);

// An entry, or NULL. `key` NULL finds any of the namespace. Valid until the next change.
const nvs_store_entry_t *nvs_store_find(const char *name_space, const char *key);

// Changes are in the flash, or have not happened, when these return. Names must be valid.
esp_err_t nvs_store_set(const char *name_space, const char *key, nvs_store_type_t type,
    const void *value, size_t length);
esp_err_t nvs_store_remove(const char *name_space, const char *key);
