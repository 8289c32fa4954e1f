// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Encryption of NVS, if flash encryption is on: XTS-AES-256, as in ESP-IDF. ESP-IDF has the key in
// a partition that flash encryption protects; here it is the key in eFuse.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Works in place. `offset`: of the data in the partition. The length is a multiple of 16. Without
// flash encryption it does nothing. False: the cipher failed.
bool nvs_cipher_encrypt(size_t offset, uint8_t *data, size_t length);
bool nvs_cipher_decrypt(size_t offset, uint8_t *data, size_t length);
