// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Encryption of what NVS writes, if flash encryption is on: XTS-AES-256, as ESP-IDF's. There, the
// key stands in a partition of its own that flash encryption protects; here it is the key in eFuse.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// In place; `offset` is where the data stands in the partition, the length a
// multiple of 16. False: the cipher fails. Without encryption it does nothing.
bool nvs_cipher_encrypt(size_t offset, uint8_t *data, size_t length);
bool nvs_cipher_decrypt(size_t offset, uint8_t *data, size_t length);
