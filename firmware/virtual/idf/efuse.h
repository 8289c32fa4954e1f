// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Keys in the stand-in for the chip's eFuses, the partition "efuse_em". There are none at first.
// One is burnt by whoever writes it into the flash image, as an eFuse is by a tool on the bench:
// four letters, then the key.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// For the HMAC unit: 32 bytes.
#define EFUSE_HMAC_OFFSET (64)
#define EFUSE_HMAC_MARK   "HKEY"

// For flash encryption, XTS-AES-256: 64 bytes. If it is there, flash encryption is on.
#define EFUSE_FLASH_OFFSET (128)
#define EFUSE_FLASH_MARK   "FKEY"

// False: this key was not burnt. The caller wipes what it got.
bool efuse_read_key(size_t offset, const char mark[4], uint8_t *key, size_t length);
