// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/aead_mbedtls.h"

#include <string.h>

#include "mbedtls/gcm.h"
#include "mbedtls/md.h"

#include "connectwith/core/wipe.h"
#include "connectwith/port/platform.h"

#define AEAD_HASH_BYTES (32)
#define AEAD_INFO_MAX_BYTES (64)

// HKDF (RFC 5869) with an empty salt and one block of output, which is all that callers need. It
// is implemented here because ESP-IDF builds mbedTLS without MBEDTLS_HKDF_C by default.
static status_t aead_derive(seal_bytes_t secret, const char *info, uint8_t *out, size_t len) {
    static const uint8_t salt[AEAD_HASH_BYTES];
    uint8_t extracted[AEAD_HASH_BYTES];
    uint8_t block[AEAD_HASH_BYTES];
    uint8_t expand[AEAD_INFO_MAX_BYTES + 1];
    const size_t info_len = strlen(info);
    const mbedtls_md_info_t *md = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
    if (md == NULL || len > sizeof(block) || info_len > AEAD_INFO_MAX_BYTES) {
        return STATUS_SEAL_FAILED;
    }
    memcpy(expand, info, info_len);
    expand[info_len] = 1;  // the block's number
    int err = mbedtls_md_hmac(md, salt, sizeof(salt), secret.data, secret.len, extracted);
    if (err == 0) {
        err = mbedtls_md_hmac(md, extracted, sizeof(extracted), expand, info_len + 1, block);
    }
    if (err == 0) {
        memcpy(out, block, len);
    }
    wipe(extracted, sizeof(extracted));
    wipe(block, sizeof(block));
    return err == 0 ? STATUS_OK : STATUS_SEAL_FAILED;
}

static status_t aead_encrypt(const uint8_t *key, const uint8_t *nonce, seal_bytes_t ad,
    seal_bytes_t plain, uint8_t *cipher, uint8_t *tag) {
    mbedtls_gcm_context gcm;
    mbedtls_gcm_init(&gcm);
    int err = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, SEAL_KEY_BYTES * 8);
    if (err == 0) {
        err = mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, plain.len, nonce,
            SEAL_NONCE_BYTES, ad.data, ad.len, plain.data, cipher, SEAL_TAG_BYTES, tag);
    }
    mbedtls_gcm_free(&gcm);
    return err == 0 ? STATUS_OK : STATUS_SEAL_FAILED;
}

static status_t aead_decrypt(const uint8_t *key, const uint8_t *nonce, seal_bytes_t ad,
    seal_bytes_t cipher, const uint8_t *tag, uint8_t *plain) {
    mbedtls_gcm_context gcm;
    mbedtls_gcm_init(&gcm);
    int err = mbedtls_gcm_setkey(&gcm, MBEDTLS_CIPHER_ID_AES, key, SEAL_KEY_BYTES * 8);
    if (err == 0) {
        err = mbedtls_gcm_auth_decrypt(&gcm, cipher.len, nonce, SEAL_NONCE_BYTES, ad.data, ad.len,
            tag, SEAL_TAG_BYTES, cipher.data, plain);
    }
    mbedtls_gcm_free(&gcm);
    if (err == MBEDTLS_ERR_GCM_AUTH_FAILED) {
        return STATUS_SEAL_FORGED;
    }
    return err == 0 ? STATUS_OK : STATUS_SEAL_FAILED;
}

const seal_aead_t aead_mbedtls = {
    .random = platform_random_bytes,
    .derive = aead_derive,
    .encrypt = aead_encrypt,
    .decrypt = aead_decrypt,
};
