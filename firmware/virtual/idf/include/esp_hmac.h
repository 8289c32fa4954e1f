// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The HMAC unit: HMAC-SHA-256 with a key in eFuse.

#pragma once

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "soc/soc_caps.h"

#if !SOC_HMAC_SUPPORTED
#error "the chip has no HMAC unit"
#endif

typedef enum {
    HMAC_KEY0,
} hmac_key_id_t;

// Writes 32 bytes. ESP_FAIL: there is no such key.
esp_err_t esp_hmac_calculate(hmac_key_id_t key_id, const void *message, size_t message_len,
    uint8_t *hmac);
