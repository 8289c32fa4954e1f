// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The HMAC unit, and what it needs of eFuse.

#include <string.h>

#include "efuse.h"
#include "esp_efuse.h"
#include "esp_hmac.h"
#include "esp_partition.h"
#include "mbedtls/md.h"

#define HMAC_KEY_BYTES (32)

bool efuse_read_key(size_t offset, const char mark[4], uint8_t *key, size_t length) {
    char have[4];
    const esp_partition_t *p = esp_partition_find_first(ESP_PARTITION_TYPE_DATA,
        ESP_PARTITION_SUBTYPE_DATA_EFUSE_EM, NULL);
    return p != NULL && esp_partition_read(p, offset, have, sizeof(have)) == ESP_OK
           && memcmp(have, mark, sizeof(have)) == 0
           && esp_partition_read(p, offset + sizeof(have), key, length) == ESP_OK;
}

static bool read_key(uint8_t key[HMAC_KEY_BYTES]) {
    return efuse_read_key(EFUSE_HMAC_OFFSET, EFUSE_HMAC_MARK, key, HMAC_KEY_BYTES);
}

bool esp_efuse_find_purpose(esp_efuse_purpose_t purpose, esp_efuse_block_t *block) {
    uint8_t key[HMAC_KEY_BYTES];
    bool found = purpose == ESP_EFUSE_KEY_PURPOSE_HMAC_UP && read_key(key);
    explicit_bzero(key, sizeof(key));
    if (found) {
        *block = EFUSE_BLK_KEY0;
    }
    return found;
}

bool esp_efuse_get_key_dis_read(esp_efuse_block_t block) {
    return block == EFUSE_BLK_KEY0;
}

esp_err_t esp_hmac_calculate(hmac_key_id_t key_id, const void *message, size_t message_len,
    uint8_t *hmac) {
    uint8_t key[HMAC_KEY_BYTES];
    int err = -1;
    if (key_id == HMAC_KEY0 && read_key(key)) {
        err = mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), key, sizeof(key),
            message, message_len, hmac);
    }
    explicit_bzero(key, sizeof(key));
    return err == 0 ? ESP_OK : ESP_FAIL;
}
