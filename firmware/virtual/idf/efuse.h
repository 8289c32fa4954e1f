// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Keys in the partition "efuse_em", the stand-in for the chip's eFuses. It has no keys at first. A
// test burns one by writing it into the flash image: four letters, then the key.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// For the HMAC unit: 32 bytes.
#define EFUSE_HMAC_OFFSET (64)
#define EFUSE_HMAC_MARK   "HKEY"

// For flash encryption, XTS-AES-256: 64 bytes. Flash encryption is on if this key exists.
#define EFUSE_FLASH_OFFSET (128)
#define EFUSE_FLASH_MARK   "FKEY"

// False: this key was not burnt. The caller wipes the key.
bool efuse_read_key(size_t offset, const char mark[4], uint8_t *key, size_t length);
