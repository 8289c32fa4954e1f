// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// mbedTLS as MicroPython configures it for all ports, with what ESP-IDF's configuration has
// besides: PEM certificates, HKDF for keys that are derived, XTS for what NVS encrypts, and requests
// for certificates.

#pragma once

#define MBEDTLS_BASE64_C
#define MBEDTLS_CIPHER_MODE_CTR
#define MBEDTLS_CIPHER_MODE_XTS
#define MBEDTLS_HKDF_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PK_WRITE_C
#define MBEDTLS_TIMING_C
#define MBEDTLS_X509_CREATE_C
#define MBEDTLS_X509_CSR_WRITE_C

#include "extmod/mbedtls/mbedtls_config_common.h"
