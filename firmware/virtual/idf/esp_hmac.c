// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The HMAC unit. Its key stands in the partition "efuse_em" behind the MAC address: none at first,
// and burnt by whoever writes it into the flash image, as an eFuse is by a tool on the bench.

#include <string.h>

#include "esp_efuse.h"
#include "esp_hmac.h"
#include "esp_partition.h"
#include "mbedtls/md.h"

#define EFUSE_KEY_OFFSET (64)
#define EFUSE_KEY_MAGIC (0x59454b48) // "HKEY"

typedef struct {
    uint32_t magic;
    uint8_t key[32];
} efuse_key_t;

static bool read_key(efuse_key_t *e) {
    const esp_partition_t *p = esp_partition_find_first(ESP_PARTITION_TYPE_DATA,
        ESP_PARTITION_SUBTYPE_DATA_EFUSE_EM, NULL);
    return p != NULL && esp_partition_read(p, EFUSE_KEY_OFFSET, e, sizeof(*e)) == ESP_OK
           && e->magic == EFUSE_KEY_MAGIC;
}

bool esp_efuse_find_purpose(esp_efuse_purpose_t purpose, esp_efuse_block_t *block) {
    efuse_key_t e;
    bool found = purpose == ESP_EFUSE_KEY_PURPOSE_HMAC_UP && read_key(&e);
    explicit_bzero(&e, sizeof(e));
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
    efuse_key_t e;
    int err = -1;
    if (key_id == HMAC_KEY0 && read_key(&e)) {
        err = mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), e.key, sizeof(e.key),
            message, message_len, hmac);
    }
    explicit_bzero(&e, sizeof(e));
    return err == 0 ? ESP_OK : ESP_FAIL;
}
