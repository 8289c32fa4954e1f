// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The API of non-volatile storage: handles, types and one lock over nvs_store.c.

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "nvs_flash.h"
#include "nvs_store.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// As in ESP-IDF (nvs_flash/src/nvs_api.cpp), each nvs_open() makes an entry, which only
// nvs_close() frees. An esp32.NVS object never frees its entry.
typedef struct entry {
    struct entry *next;
    nvs_handle_t handle;
    nvs_open_mode_t mode;
    char name_space[NVS_KEY_NAME_MAX_SIZE];
} entry_t;

static entry_t *entries;
static nvs_handle_t last_handle;

esp_err_t nvs_flash_init(void) {
    pthread_mutex_lock(&lock);
    esp_err_t err = nvs_store_open();
    pthread_mutex_unlock(&lock);
    return err;
}

esp_err_t nvs_flash_erase(void) {
    pthread_mutex_lock(&lock);
    esp_err_t err = nvs_store_erase();
    pthread_mutex_unlock(&lock);
    return err;
}

static esp_err_t check_name(const char *name) {
    size_t length = name == NULL ? 0 : strlen(name);
    return length == 0 ? ESP_ERR_NVS_INVALID_NAME
        : length >= NVS_KEY_NAME_MAX_SIZE ? ESP_ERR_NVS_KEY_TOO_LONG : ESP_OK;
}

static esp_err_t make_handle(const char *name_space, nvs_open_mode_t mode, nvs_handle_t *out) {
    entry_t *e = malloc(sizeof(*e));
    if (e == NULL) {
        return ESP_ERR_NO_MEM;
    }
    *e = (entry_t) { .next = entries, .handle = ++last_handle, .mode = mode };
    strcpy(e->name_space, name_space); // its length was checked
    entries = e;
    board_count(BOARD_COUNT_NVS_HANDLES, 1);
    *out = e->handle;
    return ESP_OK;
}

esp_err_t nvs_open(const char *name_space, nvs_open_mode_t mode, nvs_handle_t *out) {
    esp_err_t err = check_name(name_space);
    if (err != ESP_OK) {
        return err == ESP_ERR_NVS_KEY_TOO_LONG ? ESP_ERR_NVS_INVALID_NAME : err;
    }
    pthread_mutex_lock(&lock);
    if (!nvs_store_is_open()) {
        err = ESP_ERR_NVS_NOT_INITIALIZED;
    } else if (mode == NVS_READONLY && nvs_store_find(name_space, NULL) == NULL) {
        err = ESP_ERR_NVS_NOT_FOUND;
    } else {
        err = make_handle(name_space, mode, out);
    }
    pthread_mutex_unlock(&lock);
    return err;
}

void nvs_close(nvs_handle_t handle) {
    pthread_mutex_lock(&lock);
    entry_t **link = &entries;
    while (*link != NULL && (*link)->handle != handle) {
        link = &(*link)->next;
    }
    entry_t *e = *link;
    if (e != NULL) {
        *link = e->next;
        free(e);
        board_count(BOARD_COUNT_NVS_HANDLES, -1);
    }
    pthread_mutex_unlock(&lock);
}

// The namespace of a handle, or an error in *err.
static const char *name_space_of(nvs_handle_t handle, bool write, esp_err_t *err) {
    const entry_t *e = entries;
    while (e != NULL && e->handle != handle) {
        e = e->next;
    }
    *err = ESP_OK;
    if (!nvs_store_is_open()) {
        *err = ESP_ERR_NVS_NOT_INITIALIZED;
    } else if (e == NULL) {
        *err = ESP_ERR_NVS_INVALID_HANDLE;
    } else if (write && e->mode == NVS_READONLY) {
        *err = ESP_ERR_NVS_READ_ONLY;
    }
    return *err == ESP_OK ? e->name_space : NULL;
}

esp_err_t nvs_commit(nvs_handle_t handle) {
    esp_err_t err;
    pthread_mutex_lock(&lock);
    name_space_of(handle, false, &err);
    pthread_mutex_unlock(&lock);
    return err;
}

static esp_err_t set(nvs_handle_t handle, const char *key, nvs_store_type_t type,
    const void *value, size_t length) {
    esp_err_t err = check_name(key);
    if (err != ESP_OK) {
        return err;
    }
    pthread_mutex_lock(&lock);
    const char *name_space = name_space_of(handle, true, &err);
    if (name_space != NULL) {
        err = nvs_store_set(name_space, key, type, value, length);
    }
    pthread_mutex_unlock(&lock);
    return err;
}

// Copies at most *length bytes out and sets *length to the size of the value.
static esp_err_t get(nvs_handle_t handle, const char *key, nvs_store_type_t type, void *out,
    size_t *length) {
    esp_err_t err = check_name(key);
    if (err != ESP_OK) {
        return err;
    }
    pthread_mutex_lock(&lock);
    const char *name_space = name_space_of(handle, false, &err);
    const nvs_store_entry_t *e = name_space == NULL ? NULL : nvs_store_find(name_space, key);
    if (name_space != NULL && (e == NULL || e->type != type)) {
        err = ESP_ERR_NVS_NOT_FOUND;
    } else if (e != NULL) {
        size_t room = *length;
        *length = e->length;
        if (out != NULL && room < e->length) {
            err = ESP_ERR_NVS_INVALID_LENGTH;
        } else if (out != NULL) {
            memcpy(out, e + 1, e->length);
        }
    }
    pthread_mutex_unlock(&lock);
    return err;
}

esp_err_t nvs_set_i32(nvs_handle_t handle, const char *key, int32_t value) {
    return set(handle, key, NVS_STORE_I32, &value, sizeof(value));
}

esp_err_t nvs_set_u64(nvs_handle_t handle, const char *key, uint64_t value) {
    return set(handle, key, NVS_STORE_U64, &value, sizeof(value));
}

esp_err_t nvs_set_blob(nvs_handle_t handle, const char *key, const void *value, size_t length) {
    return set(handle, key, NVS_STORE_BLOB, value, length);
}

esp_err_t nvs_get_i32(nvs_handle_t handle, const char *key, int32_t *out) {
    size_t length = sizeof(*out);
    return get(handle, key, NVS_STORE_I32, out, &length);
}

esp_err_t nvs_get_u64(nvs_handle_t handle, const char *key, uint64_t *out) {
    size_t length = sizeof(*out);
    return get(handle, key, NVS_STORE_U64, out, &length);
}

esp_err_t nvs_get_blob(nvs_handle_t handle, const char *key, void *out, size_t *length) {
    return get(handle, key, NVS_STORE_BLOB, out, length);
}

esp_err_t nvs_erase_key(nvs_handle_t handle, const char *key) {
    esp_err_t err = check_name(key);
    if (err != ESP_OK) {
        return err;
    }
    pthread_mutex_lock(&lock);
    const char *name_space = name_space_of(handle, true, &err);
    if (name_space != NULL) {
        err = nvs_store_find(name_space, key) == NULL ? ESP_ERR_NVS_NOT_FOUND
            : nvs_store_remove(name_space, key);
    }
    pthread_mutex_unlock(&lock);
    return err;
}
