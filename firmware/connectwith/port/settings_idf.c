// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/settings_idf.h"

#include "nvs.h"

int settings_read(const char *space, const char *key, void *buf, size_t *len) {
    nvs_handle_t nvs;
    esp_err_t err = nvs_open(space, NVS_READONLY, &nvs);
    if (err == ESP_OK) {
        err = nvs_get_blob(nvs, key, buf, len);
        nvs_close(nvs);
    }
    if (err == ESP_ERR_NVS_NOT_FOUND) { // the key, or all of the namespace
        *len = 0;
        err = ESP_OK;
    }
    return err;
}

int settings_write(const char *space, const char *key, const void *buf, size_t len) {
    nvs_handle_t nvs;
    esp_err_t err = nvs_open(space, NVS_READWRITE, &nvs);
    if (err != ESP_OK) {
        return err;
    }
    if (buf != NULL) {
        err = nvs_set_blob(nvs, key, buf, len);
    } else {
        err = nvs_erase_key(nvs, key);
        err = err == ESP_ERR_NVS_NOT_FOUND ? ESP_OK : err;
    }
    if (err == ESP_OK) {
        err = nvs_commit(nvs);
    }
    nvs_close(nvs);
    return err;
}
