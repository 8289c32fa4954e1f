// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The eFuse block for keys. There is one, and its purpose can be read.

#pragma once

#include <stdbool.h>

#include "soc/soc_caps.h"

typedef enum {
    EFUSE_BLK_KEY0 = 4,
} esp_efuse_block_t;

typedef enum {
    ESP_EFUSE_KEY_PURPOSE_USER,
#if SOC_HMAC_SUPPORTED
    ESP_EFUSE_KEY_PURPOSE_HMAC_UP = 8,
#endif
} esp_efuse_purpose_t;

bool esp_efuse_find_purpose(esp_efuse_purpose_t purpose, esp_efuse_block_t *block);

// Whether software cannot read the key. Always true here.
bool esp_efuse_get_key_dis_read(esp_efuse_block_t block);
