// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#ifndef IDF_ESP_FLASH_ENCRYPT_H
#define IDF_ESP_FLASH_ENCRYPT_H

#include <stdbool.h>

// Whether a key for it was burnt (see efuse.h).
bool esp_flash_encryption_enabled(void);

#endif // IDF_ESP_FLASH_ENCRYPT_H
