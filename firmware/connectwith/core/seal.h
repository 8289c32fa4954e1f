// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Sealed values: a secret as a blob that opens on this device only, for one use only.
//
//   byte  0      magic 0xC5
//         1      version, 1
//         2..5   key id: distinguishes another device's blob from a changed one
//         6..9   purpose id and
//        10..13  use id: distinguish a blob for another purpose or use from a changed one
//        14..25  nonce, random for each blob
//        26..    AES-256-GCM cipher text, as long as the plain text
//        last 16 tag
//
// The associated data is bytes 0 to 13, then the context. The caller chooses the context by the
// use of the value ("wifi", NUL, SSID). The part before its first NUL is the purpose, the whole
// context is the use. The ids contain nothing that is not readable beside the blob, and only
// select the reason of a refusal. The tag binds the value to the whole context. Key and key id are
// derived from the device secret by HKDF-SHA-256 (RFC 5869), the other ids from the context in the
// same way. 96-bit random nonces are safe for 2^32 blobs under one key (NIST SP 800-38D section
// 8.3).

#ifndef CONNECTWITH_CORE_SEAL_H
#define CONNECTWITH_CORE_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connectwith/core/status.h"

#define SEAL_SECRET_BYTES (32)
#define SEAL_KEY_BYTES (32)
#define SEAL_ID_BYTES (4)
#define SEAL_NONCE_BYTES (12)
#define SEAL_TAG_BYTES (16)
#define SEAL_HEADER_BYTES (2 + 3 * SEAL_ID_BYTES)
#define SEAL_OVERHEAD_BYTES (SEAL_HEADER_BYTES + SEAL_NONCE_BYTES + SEAL_TAG_BYTES)
#define SEAL_CONTEXT_MAX_BYTES (256)
#define SEAL_PLAIN_MAX_BYTES (16384)

typedef struct {
    const uint8_t *data;
    size_t len;
} seal_bytes_t;

// The cryptography of the platform. These functions must not keep a pointer.
typedef struct {
    // Fills buf with random bytes fit for a nonce.
    void (*random)(void *buf, size_t len);
    // HKDF-SHA-256 without salt. STATUS_OK or STATUS_SEAL_FAILED. len is at most 32.
    status_t (*derive)(seal_bytes_t secret, const char *info, uint8_t *out, size_t len);
    // AES-256-GCM. STATUS_OK or STATUS_SEAL_FAILED.
    status_t (*encrypt)(const uint8_t *key, const uint8_t *nonce, seal_bytes_t ad,
        seal_bytes_t plain, uint8_t *cipher, uint8_t *tag);
    // STATUS_OK, STATUS_SEAL_FORGED (plain is zeroed then) or STATUS_SEAL_FAILED.
    status_t (*decrypt)(const uint8_t *key, const uint8_t *nonce, seal_bytes_t ad,
        seal_bytes_t cipher, const uint8_t *tag, uint8_t *plain);
} seal_aead_t;

// Seals plain for context. blob MUST have room for plain.len + SEAL_OVERHEAD_BYTES. secret has
// SEAL_SECRET_BYTES. STATUS_SEAL_TOO_LONG: context or plain is over its maximum. When it fails,
// blob holds nothing of the plain text.
status_t seal_close(const seal_aead_t *aead, const uint8_t *secret, seal_bytes_t context,
    seal_bytes_t plain, uint8_t *blob);

// Opens a blob. plain MUST have room for blob.len - SEAL_OVERHEAD_BYTES, which is what is written
// on STATUS_OK; a shorter blob is refused before plain is touched. Else the reason: SEAL_FORMAT,
// SEAL_VERSION, SEAL_KEY, SEAL_PURPOSE, SEAL_USE, SEAL_FORGED, SEAL_TOO_LONG or SEAL_FAILED.
status_t seal_open(const seal_aead_t *aead, const uint8_t *secret, seal_bytes_t context,
    seal_bytes_t blob, uint8_t *plain);

#endif
