// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The device secret on ESP-IDF: from the HMAC unit and a key in eFuse if the chip has both, else
// from NVS.

#include <string.h>

#include "esp_mac.h"
#include "nvs.h"
#include "sdkconfig.h"
#include "soc/soc_caps.h"

#include "connectwith/core/wipe.h"
#include "connectwith/port/platform.h"

// A missing header must stop the build. A firmware that took its secret from another source could
// not open what an older firmware has sealed.
#if SOC_HMAC_SUPPORTED
#include "esp_efuse.h"
#include "esp_hmac.h"
#endif

#if CONFIG_NVS_ENCRYPTION && !CONFIG_NVS_SEC_KEY_PROTECT_USING_HMAC
#include "esp_flash_encrypt.h"
#endif

// The secret is stored as four u64. esp32.NVS reads i32 and blobs only, so Python cannot read it
// there. (It can be read from the raw partition, unless flash is encrypted.)
#define SECRET_WORDS (4)

_Static_assert(SECRET_WORDS * sizeof(uint64_t) == PLATFORM_SECRET_BYTES, "whole words");

#if SOC_HMAC_SUPPORTED
// The key never leaves the HMAC unit. NVS encryption may use the same key: it uses another
// message, so the result differs. A key that software can read from eFuse is not used. False:
// there is no key, or the unit failed.
static bool read_hmac(uint8_t secret[PLATFORM_SECRET_BYTES]) {
    static const char message[] = "connectwith device secret 1";
    esp_efuse_block_t block;
    if (!esp_efuse_find_purpose(ESP_EFUSE_KEY_PURPOSE_HMAC_UP, &block)
        || !esp_efuse_get_key_dis_read(block)) {
        return false;
    }
    hmac_key_id_t key = (hmac_key_id_t)(HMAC_KEY0 + (block - EFUSE_BLK_KEY0));
    return esp_hmac_calculate(key, message, sizeof(message) - 1, secret) == ESP_OK;
}
#endif

static esp_err_t make_words(nvs_handle_t nvs, uint64_t words[SECRET_WORDS]) {
    char key[] = "secret0";
    platform_random_bytes(words, PLATFORM_SECRET_BYTES);
    esp_err_t err = ESP_OK;
    for (int i = 0; i < SECRET_WORDS && err == ESP_OK; ++i) {
        key[sizeof(key) - 2] = (char)('0' + i);
        err = nvs_set_u64(nvs, key, words[i]);
    }
    return err == ESP_OK ? nvs_commit(nvs) : err;
}

// Reads the words from the last to the first. The last word is written last: if it is missing, the
// first boot was interrupted, and nothing has been sealed yet. Any other missing word and any
// error is damage. Damage MUST NOT lead to a new secret: all sealed values would be lost.
static esp_err_t read_or_make(nvs_handle_t nvs, uint64_t words[SECRET_WORDS]) {
    char key[] = "secret0";
    for (int i = SECRET_WORDS - 1; i >= 0; --i) {
        key[sizeof(key) - 2] = (char)('0' + i);
        esp_err_t err = nvs_get_u64(nvs, key, &words[i]);
        if (err == ESP_ERR_NVS_NOT_FOUND && i == SECRET_WORDS - 1) {
            return make_words(nvs, words);
        }
        if (err != ESP_OK) {
            return err;
        }
    }
    return ESP_OK;
}

static bool read_nvs(uint8_t secret[PLATFORM_SECRET_BYTES]) {
    uint64_t words[SECRET_WORDS];
    uint8_t mac[6];
    nvs_handle_t nvs;
    // The MAC address is mixed in, so that a copy of the flash does not work on another chip.
    if (esp_efuse_mac_get_default(mac) != ESP_OK
        || nvs_open("connectwith.key", NVS_READWRITE, &nvs) != ESP_OK) {
        return false;
    }
    esp_err_t err = read_or_make(nvs, words);
    nvs_close(nvs);
    if (err == ESP_OK) {
        memcpy(secret, words, PLATFORM_SECRET_BYTES);
        for (size_t i = 0; i < sizeof(mac); ++i) {
            secret[i] ^= mac[i];
        }
    }
    wipe(words, sizeof(words));
    return err == ESP_OK;
}

// Whether NVS is encrypted in fact, and not only configured to be: without flash encryption the
// keys of NVS are in the flash in plain text.
static bool nvs_is_encrypted(void) {
    #if CONFIG_NVS_ENCRYPTION && CONFIG_NVS_SEC_KEY_PROTECT_USING_HMAC
    return true;
    #elif CONFIG_NVS_ENCRYPTION
    return esp_flash_encryption_enabled();
    #else
    return false;
    #endif
}

platform_secret_source_t platform_secret(uint8_t secret[PLATFORM_SECRET_BYTES]) {
    #if SOC_HMAC_SUPPORTED
    if (read_hmac(secret)) {
        return PLATFORM_SECRET_EFUSE_HMAC;
    }
    #endif
    if (!read_nvs(secret)) {
        wipe(secret, PLATFORM_SECRET_BYTES);
        return PLATFORM_SECRET_NONE;
    }
    return nvs_is_encrypted() ? PLATFORM_SECRET_NVS_ENCRYPTED : PLATFORM_SECRET_NVS_PLAIN;
}
