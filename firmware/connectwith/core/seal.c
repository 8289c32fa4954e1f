// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/seal.h"

#include <string.h>

#include "connectwith/core/wipe.h"

#define SEAL_MAGIC (0xC5)
#define SEAL_VERSION (1)

// Part of the format: another text gives another key.
static const char seal_info_key[] = "connectwith sealed value key 1";
static const char seal_info_key_id[] = "connectwith sealed value key id 1";
static const char seal_info_purpose_id[] = "connectwith sealed value purpose id 1";
static const char seal_info_use_id[] = "connectwith sealed value use id 1";

// Offsets of the ids in the header.
#define SEAL_KEY_ID (2)
#define SEAL_PURPOSE_ID (SEAL_KEY_ID + SEAL_ID_BYTES)
#define SEAL_USE_ID (SEAL_PURPOSE_ID + SEAL_ID_BYTES)

// Key and associated data of one operation. On the stack, and wiped at the end.
typedef struct {
    uint8_t key[SEAL_KEY_BYTES];
    uint8_t ad[SEAL_HEADER_BYTES + SEAL_CONTEXT_MAX_BYTES];
    size_t ad_len;
} seal_keying_t;

static size_t seal_purpose_len(seal_bytes_t context) {
    size_t len = 0;
    while (len < context.len && context.data[len] != 0) {
        ++len;
    }
    return len;
}

// The header of a blob for this context on this device.
static status_t seal_make_header(const seal_aead_t *aead, const uint8_t *secret,
    seal_bytes_t context, uint8_t *header) {
    const seal_bytes_t device = {secret, SEAL_SECRET_BYTES};
    const seal_bytes_t purpose = {context.data, seal_purpose_len(context)};
    header[0] = SEAL_MAGIC;
    header[1] = SEAL_VERSION;
    status_t status = aead->derive(device, seal_info_key_id, header + SEAL_KEY_ID, SEAL_ID_BYTES);
    if (status == STATUS_OK) {
        status = aead->derive(purpose, seal_info_purpose_id, header + SEAL_PURPOSE_ID,
            SEAL_ID_BYTES);
    }
    if (status == STATUS_OK) {
        status = aead->derive(context, seal_info_use_id, header + SEAL_USE_ID, SEAL_ID_BYTES);
    }
    return status;
}

static status_t seal_prepare(const seal_aead_t *aead, const uint8_t *secret, seal_bytes_t context,
    seal_keying_t *keying) {
    if (context.len > SEAL_CONTEXT_MAX_BYTES) {
        return STATUS_SEAL_TOO_LONG;
    }
    status_t status = seal_make_header(aead, secret, context, keying->ad);
    if (status == STATUS_OK) {
        const seal_bytes_t device = {secret, SEAL_SECRET_BYTES};
        status = aead->derive(device, seal_info_key, keying->key, SEAL_KEY_BYTES);
    }
    if (context.len > 0) {
        memcpy(keying->ad + SEAL_HEADER_BYTES, context.data, context.len);
    }
    keying->ad_len = SEAL_HEADER_BYTES + context.len;
    return status;
}

status_t seal_close(const seal_aead_t *aead, const uint8_t *secret, seal_bytes_t context,
    seal_bytes_t plain, uint8_t *blob) {
    if (plain.len > SEAL_PLAIN_MAX_BYTES) {
        return STATUS_SEAL_TOO_LONG;
    }
    seal_keying_t keying;
    status_t status = seal_prepare(aead, secret, context, &keying);
    if (status == STATUS_OK) {
        uint8_t *nonce = blob + SEAL_HEADER_BYTES;
        uint8_t *cipher = nonce + SEAL_NONCE_BYTES;
        memcpy(blob, keying.ad, SEAL_HEADER_BYTES);
        aead->random(nonce, SEAL_NONCE_BYTES);
        status = aead->encrypt(keying.key, nonce, (seal_bytes_t) {keying.ad, keying.ad_len}, plain,
            cipher, cipher + plain.len);
        if (status != STATUS_OK) {
            wipe(blob, plain.len + SEAL_OVERHEAD_BYTES);
        }
    }
    wipe(&keying, sizeof(keying));
    return status;
}

static bool seal_has_id(seal_bytes_t blob, const seal_keying_t *keying, size_t at) {
    return memcmp(blob.data + at, keying->ad + at, SEAL_ID_BYTES) == 0;
}

static status_t seal_check_header(seal_bytes_t blob, const seal_keying_t *keying) {
    if (blob.data[1] != SEAL_VERSION) {
        return STATUS_SEAL_VERSION;
    }
    if (!seal_has_id(blob, keying, SEAL_KEY_ID)) {
        return STATUS_SEAL_KEY;
    }
    if (!seal_has_id(blob, keying, SEAL_PURPOSE_ID)) {
        return STATUS_SEAL_PURPOSE;
    }
    return seal_has_id(blob, keying, SEAL_USE_ID) ? STATUS_OK : STATUS_SEAL_USE;
}

status_t seal_open(const seal_aead_t *aead, const uint8_t *secret, seal_bytes_t context,
    seal_bytes_t blob, uint8_t *plain) {
    if (blob.len < SEAL_OVERHEAD_BYTES || blob.data[0] != SEAL_MAGIC) {
        return STATUS_SEAL_FORMAT;
    }
    const size_t plain_len = blob.len - SEAL_OVERHEAD_BYTES;
    if (plain_len > SEAL_PLAIN_MAX_BYTES) {
        return STATUS_SEAL_TOO_LONG;
    }
    seal_keying_t keying;
    status_t status = seal_prepare(aead, secret, context, &keying);
    if (status == STATUS_OK) {
        status = seal_check_header(blob, &keying);
    }
    if (status == STATUS_OK) {
        const uint8_t *nonce = blob.data + SEAL_HEADER_BYTES;
        const seal_bytes_t cipher = {nonce + SEAL_NONCE_BYTES, plain_len};
        status = aead->decrypt(keying.key, nonce, (seal_bytes_t) {keying.ad, keying.ad_len},
            cipher, cipher.data + plain_len, plain);
        if (status != STATUS_OK) {
            wipe(plain, plain_len);
        }
    }
    wipe(&keying, sizeof(keying));
    return status;
}
