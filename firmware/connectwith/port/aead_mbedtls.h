// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// AES-256-GCM and HKDF-SHA-256 of mbedTLS for core/seal. On ESP32 they use its AES and SHA units.

#ifndef CONNECTWITH_PORT_AEAD_MBEDTLS_H
#define CONNECTWITH_PORT_AEAD_MBEDTLS_H

#include "connectwith/core/seal.h"

extern const seal_aead_t aead_mbedtls;

#endif
