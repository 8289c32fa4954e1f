// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The private key of a device: whether one belongs to a certificate, and a new one with the request
// for its certificate. Everything here is done before the call returns: it multiplies points of an
// elliptic curve, which takes a chip a part of a second.

#ifndef CONNECTWITH_PORT_KEYS_MBEDTLS_H
#define CONNECTWITH_PORT_KEYS_MBEDTLS_H

#include <stddef.h>
#include <stdint.h>

#include "connectwith/core/status.h"

// A P-256 key has 121 bytes as ECPrivateKey (RFC 5915). A request has 200 and the subject.
#define KEYS_DER_MAX_BYTES (128)
#define KEYS_REQUEST_MAX_BYTES (512)

typedef struct {
    const uint8_t *data;  // PEM or DER; NULL: not given
    size_t len;
} keys_bytes_t;

typedef enum {
    KEYS_FIT,
    KEYS_BAD_CERTIFICATE,
    KEYS_BAD_KEY,
    KEYS_OTHER_KEY,  // a private key, and that of another certificate
    KEYS_NO_MEMORY,
} keys_fault_t;

// Whether `key` is the private key of the certificate `cert`. Without `key`: whether `cert` is a
// certificate, or some of which one at least can be read.
keys_fault_t keys_check(keys_bytes_t cert, keys_bytes_t key);

// Makes an EC P-256 key and a certification request (PKCS #10, RFC 2986) for `subject`, which is
// "CN=" and a name that needs no escapes. Both are written as DER to buffers of the sizes above.
// The caller wipes `key`. STATUS_NO_MEMORY or STATUS_KEY_FAILED: nothing of the key is left there.
status_t keys_make_request(const char *subject, uint8_t *key, size_t *key_len, uint8_t *request,
    size_t *request_len);

#endif
