// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Certificates made at start, so that none in the tree can expire.

#ifndef TESTS_PORT_CERTIFICATES_H
#define TESTS_PORT_CERTIFICATES_H

#include "mbedtls/pk.h"
#include "mbedtls/x509_crt.h"

typedef struct {
    mbedtls_pk_context key;
    mbedtls_x509_crt crt;
    char pem[2048];
} identity_t;

// An elliptic-curve identity. issuer NULL: signed by itself, an authority. The times are
// "YYYYMMDDhhmmss". Aborts when it fails: nothing can be tested then.
void identity_make(identity_t *identity, const identity_t *issuer, const char *name,
    const char *from, const char *to);

int random_bytes(void *unused, unsigned char *buf, size_t len);

#endif
