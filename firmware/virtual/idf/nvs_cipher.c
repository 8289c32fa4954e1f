// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "nvs_cipher.h"

#include <string.h>

#include "efuse.h"
#include "esp_flash_encrypt.h"
#include "mbedtls/aes.h"

#define XTS_KEY_BYTES (64)

static bool read_key(uint8_t key[XTS_KEY_BYTES]) {
    return efuse_read_key(EFUSE_FLASH_OFFSET, EFUSE_FLASH_MARK, key, XTS_KEY_BYTES);
}

bool esp_flash_encryption_enabled(void) {
    uint8_t key[XTS_KEY_BYTES];
    bool enabled = read_key(key);
    explicit_bzero(key, sizeof(key));
    return enabled;
}

static bool run(int mode, size_t offset, uint8_t *data, size_t length) {
    uint8_t key[XTS_KEY_BYTES];
    if (length == 0 || !read_key(key)) {
        return true;
    }
    uint8_t unit[16] = { 0 };
    memcpy(unit, &offset, sizeof(offset));
    mbedtls_aes_xts_context xts;
    mbedtls_aes_xts_init(&xts);
    int err = mode == MBEDTLS_AES_ENCRYPT
        ? mbedtls_aes_xts_setkey_enc(&xts, key, sizeof(key) * 8)
        : mbedtls_aes_xts_setkey_dec(&xts, key, sizeof(key) * 8);
    explicit_bzero(key, sizeof(key));
    if (err == 0) {
        err = mbedtls_aes_crypt_xts(&xts, mode, length, unit, data, data);
    }
    mbedtls_aes_xts_free(&xts);
    return err == 0;
}

bool nvs_cipher_encrypt(size_t offset, uint8_t *data, size_t length) {
    return run(MBEDTLS_AES_ENCRYPT, offset, data, length);
}

bool nvs_cipher_decrypt(size_t offset, uint8_t *data, size_t length) {
    return run(MBEDTLS_AES_DECRYPT, offset, data, length);
}
