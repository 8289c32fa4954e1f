// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The whole flash chip by address, for MicroPython's module esp. It is the image that
// esp_partition.h describes.

#pragma once

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

// The only chip is the main one: `chip` is NULL.
typedef struct esp_flash_t esp_flash_t;

esp_err_t esp_flash_get_size(esp_flash_t *chip, uint32_t *size);
// ESP_ERR_INVALID_ARG when the range leaves the chip, ESP_FAIL when the host's disk fails.
esp_err_t esp_flash_read(esp_flash_t *chip, void *out, uint32_t address, uint32_t size);
esp_err_t esp_flash_write(esp_flash_t *chip, const void *data, uint32_t address, uint32_t size);
// Address and size must be multiples of 4096.
esp_err_t esp_flash_erase_region(esp_flash_t *chip, uint32_t address, uint32_t size);
