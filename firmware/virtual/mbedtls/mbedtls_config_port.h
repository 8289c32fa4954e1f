// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// mbedTLS as MicroPython configures it for all ports, with what ESP-IDF's configuration has
// besides: PEM certificates, HKDF for keys that are derived, XTS for what NVS encrypts, requests for
// certificates, and sessions with tickets, which keep the server's certificate.

#pragma once

#define MBEDTLS_BASE64_C
#define MBEDTLS_CIPHER_MODE_CTR
#define MBEDTLS_CIPHER_MODE_XTS
#define MBEDTLS_HKDF_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_PK_WRITE_C
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#define MBEDTLS_SSL_SESSION_TICKETS
#define MBEDTLS_TIMING_C
#define MBEDTLS_X509_CREATE_C
#define MBEDTLS_X509_CSR_WRITE_C

#include "extmod/mbedtls/mbedtls_config_common.h"
