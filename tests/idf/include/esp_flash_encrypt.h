// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The one header that the port includes and the virtual board, which has no flash encryption, lacks.

#ifndef IDF_ESP_FLASH_ENCRYPT_H
#define IDF_ESP_FLASH_ENCRYPT_H

#include <stdbool.h>

bool esp_flash_encryption_enabled(void);

#endif // IDF_ESP_FLASH_ENCRYPT_H
