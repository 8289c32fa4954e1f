// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The virtual board's mbedTLS without an operating system, and what of ESP-IDF's takes more stack:
// RSA-PSS in certificates.

#define MICROPY_MBEDTLS_CONFIG_BARE_METAL (1)
#include "mbedtls/mbedtls_config_port.h"

#undef MBEDTLS_HAVE_TIME
#undef MBEDTLS_HAVE_TIME_DATE
#undef MBEDTLS_TIMING_C
#undef MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
#define MBEDTLS_PKCS1_V21
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
