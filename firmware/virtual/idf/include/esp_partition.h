// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Partitions of the flash image. The flash behaves as NOR: erasing sets 4096 bytes to 0xff,
// writing clears bits only.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

typedef enum {
    ESP_PARTITION_TYPE_APP = 0x00,
    ESP_PARTITION_TYPE_DATA = 0x01,
    ESP_PARTITION_TYPE_ANY = 0xff,
} esp_partition_type_t;

typedef enum {
    ESP_PARTITION_SUBTYPE_APP_FACTORY = 0x00,
    ESP_PARTITION_SUBTYPE_DATA_NVS = 0x02,
    ESP_PARTITION_SUBTYPE_DATA_EFUSE_EM = 0x05,
    ESP_PARTITION_SUBTYPE_DATA_FAT = 0x81,
    ESP_PARTITION_SUBTYPE_ANY = 0xff,
} esp_partition_subtype_t;

typedef struct {
    esp_partition_type_t type;
    esp_partition_subtype_t subtype;
    uint32_t address;
    uint32_t size;
    uint32_t erase_size;
    char label[17];
    bool encrypted;
    bool readonly;
} esp_partition_t;

typedef struct esp_partition_iterator *esp_partition_iterator_t;

// NULL when nothing matches. `label` NULL matches any.
esp_partition_iterator_t esp_partition_find(esp_partition_type_t type,
    esp_partition_subtype_t subtype, const char *label);
const esp_partition_t *esp_partition_get(esp_partition_iterator_t it);
// NULL, with `it` released, after the last one.
esp_partition_iterator_t esp_partition_next(esp_partition_iterator_t it);
void esp_partition_iterator_release(esp_partition_iterator_t it);
const esp_partition_t *esp_partition_find_first(esp_partition_type_t type,
    esp_partition_subtype_t subtype, const char *label);

// ESP_ERR_INVALID_SIZE when the range leaves the partition, ESP_FAIL when the host's disk fails.
esp_err_t esp_partition_read(const esp_partition_t *p, size_t offset, void *out, size_t size);
esp_err_t esp_partition_write(const esp_partition_t *p, size_t offset, const void *data,
    size_t size);
// Offset and size must be multiples of 4096.
esp_err_t esp_partition_erase_range(const esp_partition_t *p, size_t offset, size_t size);

// Of the virtual board only: opens or makes the image in `dir`. Prints and exits on failure.
void esp_partition_board_open(const char *dir, bool erase);
