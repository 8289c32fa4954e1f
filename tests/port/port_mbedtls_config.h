// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The virtual board's mbedTLS, which can also make certificates, read requests, and keep a server's
// sessions.

#include "mbedtls/mbedtls_config_port.h"

#ifndef MBEDTLS_PEM_WRITE_C
#define MBEDTLS_PEM_WRITE_C
#endif
#define MBEDTLS_X509_CRT_WRITE_C
#define MBEDTLS_X509_CSR_PARSE_C
#define MBEDTLS_SSL_CACHE_C
