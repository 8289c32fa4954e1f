// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Random numbers from the host's kernel.

#ifndef IDF_ESP_RANDOM_H
#define IDF_ESP_RANDOM_H

#include <stddef.h>
#include <stdint.h>

uint32_t esp_random(void);
void esp_fill_random(void *buf, size_t len);

#endif // IDF_ESP_RANDOM_H
