// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Non-volatile storage in two halves of the partition "nvs". Each half is a whole image of the
// store with a header that is written last. A change builds the new image in memory and writes
// it over the older half, so the newer half stands until the header of the next one is complete.

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "esp_partition.h"
#include "nvs_flash.h"

#define NVS_MAGIC (0x4e565332)
#define HANDLES_MAX (64)

typedef enum {
    TYPE_U8 = 0x01,
    TYPE_U32 = 0x04,
    TYPE_I32 = 0x14,
    TYPE_STR = 0x21,
    TYPE_BLOB = 0x42,
} value_type_t;

typedef struct {
    uint32_t magic;
    uint32_t sequence;
    uint32_t length; // of the entries that follow
    uint32_t crc;    // of sequence, length and entries
} header_t;

// Followed by the value.
typedef struct {
    char name_space[NVS_KEY_NAME_MAX_SIZE];
    char key[NVS_KEY_NAME_MAX_SIZE];
    uint32_t type;
    uint32_t length;
} entry_t;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const esp_partition_t *partition;
static size_t half_bytes;
static int current_half; // the one that `image` was read from or written to
static uint32_t sequence;
static uint8_t *image; // header_t, then entries; NULL: not initialised

// A handle is the place of its namespace here, with the mode in the lowest bit, plus 2. Opening
// a namespace again gives the same handle: esp32.NVS never closes one.
static char handles[HANDLES_MAX][NVS_KEY_NAME_MAX_SIZE];

// CRC-32 as in IEEE 802.3; `crc` is the result so far, 0 at first.
static uint32_t crc32(uint32_t crc, const void *data, size_t len) {
    const uint8_t *p = data;
    crc = ~crc;
    while (len-- > 0) {
        crc ^= *p++;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

static header_t *header_of(uint8_t *img) {
    return (header_t *)(void *)img;
}

static uint32_t image_crc(uint8_t *img) {
    header_t *h = header_of(img);
    uint32_t crc = crc32(0, &h->sequence, sizeof(h->sequence) + sizeof(h->length));
    return crc32(crc, img + sizeof(*h), h->length);
}

static size_t entry_bytes(size_t value_length) {
    return sizeof(entry_t) + (value_length + 3) / 4 * 4;
}

static entry_t *entry_at(uint8_t *img, size_t offset) {
    return (entry_t *)(void *)(img + sizeof(header_t) + offset);
}

static bool names_match(const entry_t *e, const char *name_space, const char *key) {
    return strncmp(e->name_space, name_space, NVS_KEY_NAME_MAX_SIZE) == 0
        && (key == NULL || strncmp(e->key, key, NVS_KEY_NAME_MAX_SIZE) == 0);
}

// Offset of an entry, or -1. `key` NULL finds any of the namespace.
static long find(const char *name_space, const char *key) {
    size_t length = header_of(image)->length;
    for (size_t at = 0; at < length; at += entry_bytes(entry_at(image, at)->length)) {
        if (names_match(entry_at(image, at), name_space, key)) {
            return (long)at;
        }
    }
    return -1;
}

static void make_empty(uint8_t *img) {
    memset(img, 0xff, half_bytes);
    *header_of(img) = (header_t) { .magic = NVS_MAGIC };
}

typedef enum { HALF_VALID, HALF_BLANK, HALF_DAMAGED } half_state_t;

// Reads one half; img holds it when HALF_VALID.
static half_state_t load_half(int half, uint8_t *img) {
    if (esp_partition_read(partition, (size_t)half * half_bytes, img, half_bytes) != ESP_OK) {
        return HALF_DAMAGED;
    }
    header_t *h = header_of(img);
    if (h->magic == NVS_MAGIC && h->length <= half_bytes - sizeof(*h)
        && h->crc == image_crc(img)) {
        return HALF_VALID;
    }
    for (size_t i = 0; i < half_bytes; i++) {
        if (img[i] != 0xff) {
            return HALF_DAMAGED;
        }
    }
    return HALF_BLANK;
}

// Writes the image to the half that is not current. Its header comes last.
static esp_err_t store(uint8_t *img) {
    header_t *h = header_of(img);
    h->sequence = sequence + 1;
    h->crc = image_crc(img);
    size_t base = (size_t)(1 - current_half) * half_bytes;
    esp_err_t err = esp_partition_erase_range(partition, base, half_bytes);
    if (err == ESP_OK) {
        err = esp_partition_write(partition, base + sizeof(*h), img + sizeof(*h), h->length);
    }
    if (err == ESP_OK) {
        err = esp_partition_write(partition, base, h, sizeof(*h));
    }
    if (err == ESP_OK) {
        current_half = 1 - current_half;
        sequence = h->sequence;
    }
    return err;
}

// Picks the newer valid half. `b` is scratch memory.
static esp_err_t load(uint8_t *a, uint8_t *b) {
    half_state_t first = load_half(0, a);
    half_state_t second = load_half(1, b);
    if (first == HALF_DAMAGED && second == HALF_DAMAGED) {
        return ESP_ERR_NVS_NO_FREE_PAGES;
    }
    if (first != HALF_VALID && second != HALF_VALID) {
        // New flash, or the very first write was cut short: there was nothing before it.
        make_empty(a);
        current_half = 1;
    } else if (first == HALF_VALID && (second != HALF_VALID
                                       || (int32_t)(header_of(a)->sequence
                                                    - header_of(b)->sequence) > 0)) {
        current_half = 0;
    } else {
        memcpy(a, b, half_bytes);
        current_half = 1;
    }
    sequence = header_of(a)->sequence;
    return ESP_OK;
}

esp_err_t nvs_flash_init(void) {
    pthread_mutex_lock(&lock);
    esp_err_t err = ESP_OK;
    if (image == NULL) {
        partition = esp_partition_find_first(ESP_PARTITION_TYPE_DATA,
            ESP_PARTITION_SUBTYPE_DATA_NVS, NULL);
        half_bytes = partition == NULL ? 0 : partition->size / 2;
        uint8_t *a = malloc(half_bytes);
        uint8_t *b = malloc(half_bytes);
        err = partition == NULL ? ESP_ERR_NVS_PART_NOT_FOUND
            : a == NULL || b == NULL ? ESP_ERR_NO_MEM : load(a, b);
        if (err == ESP_OK) {
            image = a;
        } else {
            free(a);
        }
        free(b);
    }
    pthread_mutex_unlock(&lock);
    return err;
}

esp_err_t nvs_flash_erase(void) {
    pthread_mutex_lock(&lock);
    esp_err_t err = ESP_ERR_NVS_PART_NOT_FOUND;
    if (partition != NULL) {
        err = esp_partition_erase_range(partition, 0, partition->size);
        free(image);
        image = NULL;
    }
    pthread_mutex_unlock(&lock);
    return err;
}

static esp_err_t check_name(const char *name) {
    size_t length = name == NULL ? 0 : strlen(name);
    return length == 0 ? ESP_ERR_NVS_INVALID_NAME
        : length >= NVS_KEY_NAME_MAX_SIZE ? ESP_ERR_NVS_KEY_TOO_LONG : ESP_OK;
}

static esp_err_t make_handle(const char *name_space, nvs_open_mode_t mode, nvs_handle_t *out) {
    for (uint32_t i = 0; i < HANDLES_MAX; i++) {
        if (handles[i][0] == '\0') {
            strcpy(handles[i], name_space);
        }
        if (strcmp(handles[i], name_space) == 0) {
            *out = 2 + 2 * i + (mode == NVS_READWRITE ? 1 : 0);
            return ESP_OK;
        }
    }
    return ESP_ERR_NO_MEM;
}

esp_err_t nvs_open(const char *name_space, nvs_open_mode_t mode, nvs_handle_t *out) {
    esp_err_t err = check_name(name_space);
    if (err != ESP_OK) {
        return err == ESP_ERR_NVS_KEY_TOO_LONG ? ESP_ERR_NVS_INVALID_NAME : err;
    }
    pthread_mutex_lock(&lock);
    if (image == NULL) {
        err = ESP_ERR_NVS_NOT_INITIALIZED;
    } else if (mode == NVS_READONLY && find(name_space, NULL) < 0) {
        err = ESP_ERR_NVS_NOT_FOUND;
    } else {
        err = make_handle(name_space, mode, out);
    }
    pthread_mutex_unlock(&lock);
    return err;
}

void nvs_close(nvs_handle_t handle) {
    (void)handle; // shared with others that opened the same namespace
}

// The namespace of a handle, or an error in *err.
static const char *name_space_of(nvs_handle_t handle, bool write, esp_err_t *err) {
    uint32_t i = (handle - 2) / 2;
    *err = ESP_OK;
    if (image == NULL) {
        *err = ESP_ERR_NVS_NOT_INITIALIZED;
    } else if (handle < 2 || i >= HANDLES_MAX || handles[i][0] == '\0') {
        *err = ESP_ERR_NVS_INVALID_HANDLE;
    } else if (write && (handle & 1) == 0) {
        *err = ESP_ERR_NVS_READ_ONLY;
    }
    return *err == ESP_OK ? handles[i] : NULL;
}

esp_err_t nvs_commit(nvs_handle_t handle) {
    esp_err_t err;
    pthread_mutex_lock(&lock);
    name_space_of(handle, false, &err);
    pthread_mutex_unlock(&lock);
    return err;
}

// Copies the image without the entries of a namespace that have `key`, or without all of them.
static uint8_t *copy_without(const char *name_space, const char *key) {
    uint8_t *copy = malloc(half_bytes);
    if (copy == NULL) {
        return NULL;
    }
    make_empty(copy);
    size_t length = header_of(image)->length;
    for (size_t at = 0; at < length;) {
        const entry_t *e = entry_at(image, at);
        size_t bytes = entry_bytes(e->length);
        if (!names_match(e, name_space, key)) {
            memcpy(entry_at(copy, header_of(copy)->length), e, bytes);
            header_of(copy)->length += (uint32_t)bytes;
        }
        at += bytes;
    }
    return copy;
}

// Makes the new image the current one, or drops it when it cannot be stored.
static esp_err_t replace(uint8_t *img) {
    esp_err_t err = store(img);
    uint8_t *unused = err == ESP_OK ? image : img;
    if (err == ESP_OK) {
        image = img;
    }
    // Values may be secrets: none stays in freed memory.
    explicit_bzero(unused, half_bytes);
    free(unused);
    return err;
}

static bool is_same(const char *name_space, const char *key, value_type_t type,
    const void *value, size_t length) {
    long at = find(name_space, key);
    const entry_t *e = at < 0 ? NULL : entry_at(image, (size_t)at);
    return e != NULL && e->type == type && e->length == length
        && memcmp(e + 1, value, length) == 0;
}

static esp_err_t set_locked(const char *name_space, const char *key, value_type_t type,
    const void *value, size_t length) {
    if (is_same(name_space, key, type, value, length)) {
        return ESP_OK;
    }
    if (length > half_bytes) {
        return ESP_ERR_NVS_VALUE_TOO_LONG;
    }
    uint8_t *img = copy_without(name_space, key);
    if (img == NULL) {
        return ESP_ERR_NO_MEM;
    }
    header_t *h = header_of(img);
    if (sizeof(*h) + h->length + entry_bytes(length) > half_bytes) {
        explicit_bzero(img, half_bytes);
        free(img);
        return ESP_ERR_NVS_NOT_ENOUGH_SPACE;
    }
    entry_t *e = entry_at(img, h->length);
    *e = (entry_t) { .type = type, .length = (uint32_t)length };
    strcpy(e->name_space, name_space);
    strcpy(e->key, key);
    memcpy(e + 1, value, length);
    h->length += (uint32_t)entry_bytes(length);
    return replace(img);
}

static esp_err_t set(nvs_handle_t handle, const char *key, value_type_t type, const void *value,
    size_t length) {
    esp_err_t err = check_name(key);
    if (err != ESP_OK) {
        return err;
    }
    pthread_mutex_lock(&lock);
    const char *name_space = name_space_of(handle, true, &err);
    if (name_space != NULL) {
        err = set_locked(name_space, key, type, value, length);
    }
    pthread_mutex_unlock(&lock);
    return err;
}

// Copies at most *length bytes out and sets *length to the size of the value.
static esp_err_t get(nvs_handle_t handle, const char *key, value_type_t type, void *out,
    size_t *length) {
    esp_err_t err = check_name(key);
    if (err != ESP_OK) {
        return err;
    }
    pthread_mutex_lock(&lock);
    const char *name_space = name_space_of(handle, false, &err);
    long at = name_space == NULL ? -1 : find(name_space, key);
    const entry_t *e = at < 0 ? NULL : entry_at(image, (size_t)at);
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

esp_err_t nvs_set_u8(nvs_handle_t handle, const char *key, uint8_t value) {
    return set(handle, key, TYPE_U8, &value, sizeof(value));
}

esp_err_t nvs_set_i32(nvs_handle_t handle, const char *key, int32_t value) {
    return set(handle, key, TYPE_I32, &value, sizeof(value));
}

esp_err_t nvs_set_u32(nvs_handle_t handle, const char *key, uint32_t value) {
    return set(handle, key, TYPE_U32, &value, sizeof(value));
}

esp_err_t nvs_set_str(nvs_handle_t handle, const char *key, const char *value) {
    return set(handle, key, TYPE_STR, value, strlen(value) + 1);
}

esp_err_t nvs_set_blob(nvs_handle_t handle, const char *key, const void *value, size_t length) {
    return set(handle, key, TYPE_BLOB, value, length);
}

esp_err_t nvs_get_u8(nvs_handle_t handle, const char *key, uint8_t *out) {
    size_t length = sizeof(*out);
    return get(handle, key, TYPE_U8, out, &length);
}

esp_err_t nvs_get_i32(nvs_handle_t handle, const char *key, int32_t *out) {
    size_t length = sizeof(*out);
    return get(handle, key, TYPE_I32, out, &length);
}

esp_err_t nvs_get_u32(nvs_handle_t handle, const char *key, uint32_t *out) {
    size_t length = sizeof(*out);
    return get(handle, key, TYPE_U32, out, &length);
}

esp_err_t nvs_get_str(nvs_handle_t handle, const char *key, char *out, size_t *length) {
    return get(handle, key, TYPE_STR, out, length);
}

esp_err_t nvs_get_blob(nvs_handle_t handle, const char *key, void *out, size_t *length) {
    return get(handle, key, TYPE_BLOB, out, length);
}

static esp_err_t erase(nvs_handle_t handle, const char *key) {
    esp_err_t err;
    pthread_mutex_lock(&lock);
    const char *name_space = name_space_of(handle, true, &err);
    if (name_space != NULL && find(name_space, key) < 0) {
        err = key == NULL ? ESP_OK : ESP_ERR_NVS_NOT_FOUND;
    } else if (name_space != NULL) {
        uint8_t *img = copy_without(name_space, key);
        err = img == NULL ? ESP_ERR_NO_MEM : replace(img);
    }
    pthread_mutex_unlock(&lock);
    return err;
}

esp_err_t nvs_erase_key(nvs_handle_t handle, const char *key) {
    esp_err_t err = check_name(key);
    return err != ESP_OK ? err : erase(handle, key);
}

esp_err_t nvs_erase_all(nvs_handle_t handle) {
    return erase(handle, NULL);
}
