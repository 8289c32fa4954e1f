// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Non-volatile storage in two halves of the partition "nvs". Each half is a whole image of the
// store, whose header is written last. A change builds the new image in memory and writes it over
// the older half. So the newer half is valid until the header of the next image is complete.

#include <stdlib.h>
#include <string.h>

#include "esp_partition.h"
#include "nvs_cipher.h"
#include "nvs_store.h"

#define NVS_MAGIC (0x4e565332)

typedef struct {
    uint32_t magic;
    uint32_t sequence;
    uint32_t length; // of the entries that follow
    uint32_t crc;    // of sequence, length and entries
} header_t;

static const esp_partition_t *partition;
static size_t half_bytes;
static int current_half; // the one that `image` was read from or written to
static uint32_t sequence;
static uint8_t *image; // header_t, then entries; NULL: not initialised

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
    return sizeof(nvs_store_entry_t) + (value_length + 3) / 4 * 4;
}

static nvs_store_entry_t *entry_at(uint8_t *img, size_t offset) {
    return (nvs_store_entry_t *)(void *)(img + sizeof(header_t) + offset);
}

static bool names_match(const nvs_store_entry_t *e, const char *name_space, const char *key) {
    return strncmp(e->name_space, name_space, NVS_KEY_NAME_MAX_SIZE) == 0
        && (key == NULL || strncmp(e->key, key, NVS_KEY_NAME_MAX_SIZE) == 0);
}

static void make_empty(uint8_t *img) {
    memset(img, 0xff, half_bytes);
    *header_of(img) = (header_t) { .magic = NVS_MAGIC };
}

typedef enum { HALF_VALID, HALF_BLANK, HALF_DAMAGED } half_state_t;

static bool is_blank(const uint8_t *img) {
    for (size_t i = 0; i < half_bytes; i++) {
        if (img[i] != 0xff) {
            return false;
        }
    }
    return true;
}

// The length of the entries, rounded up for the cipher. The image has 0xff after the last entry.
static size_t cipher_bytes(const header_t *h) {
    return ((size_t)h->length + 15) / 16 * 16;
}

// Header and entries are encrypted separately, because the header is written last.
static bool open_half(size_t base, uint8_t *img) {
    header_t *h = header_of(img);
    return nvs_cipher_decrypt(base, img, sizeof(*h)) && h->magic == NVS_MAGIC
        && h->length <= half_bytes - sizeof(*h)
        && nvs_cipher_decrypt(base + sizeof(*h), img + sizeof(*h), cipher_bytes(h))
        && h->crc == image_crc(img);
}

// Reads one half; img holds it when HALF_VALID.
static half_state_t load_half(int half, uint8_t *img) {
    size_t base = (size_t)half * half_bytes;
    if (esp_partition_read(partition, base, img, half_bytes) != ESP_OK) {
        return HALF_DAMAGED;
    }
    if (is_blank(img)) {
        return HALF_BLANK;
    }
    return open_half(base, img) ? HALF_VALID : HALF_DAMAGED;
}

// Writes the image to the half that is not current. Its header comes last.
static esp_err_t store(uint8_t *img) {
    header_t *h = header_of(img);
    h->sequence = sequence + 1;
    h->crc = image_crc(img);
    size_t base = (size_t)(1 - current_half) * half_bytes;
    size_t rest = cipher_bytes(h), bytes = sizeof(*h) + rest;
    uint8_t *cells = malloc(bytes);
    if (cells == NULL) {
        return ESP_ERR_NO_MEM;
    }
    memcpy(cells, img, bytes);
    bool ok = nvs_cipher_encrypt(base, cells, sizeof(*h))
        && nvs_cipher_encrypt(base + sizeof(*h), cells + sizeof(*h), rest);
    esp_err_t err = ok ? esp_partition_erase_range(partition, base, half_bytes) : ESP_FAIL;
    if (err == ESP_OK) {
        err = esp_partition_write(partition, base + sizeof(*h), cells + sizeof(*h), rest);
    }
    if (err == ESP_OK) {
        err = esp_partition_write(partition, base, cells, sizeof(*h));
    }
    if (err == ESP_OK) {
        current_half = 1 - current_half;
        sequence = h->sequence;
    }
    explicit_bzero(cells, bytes);
    free(cells);
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
        // The flash is new, or the first write ever was interrupted: the store is empty.
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

esp_err_t nvs_store_open(void) {
    if (image != NULL) {
        return ESP_OK;
    }
    partition = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_NVS,
        NULL);
    if (partition == NULL) {
        return ESP_ERR_NVS_PART_NOT_FOUND;
    }
    half_bytes = partition->size / 2;
    uint8_t *a = malloc(half_bytes);
    uint8_t *b = malloc(half_bytes);
    esp_err_t err = a == NULL || b == NULL ? ESP_ERR_NO_MEM : load(a, b);
    if (err == ESP_OK) {
        image = a;
    } else {
        free(a);
    }
    free(b);
    return err;
}

bool nvs_store_is_open(void) {
    return image != NULL;
}

esp_err_t nvs_store_erase(void) {
    if (partition == NULL) {
        return ESP_ERR_NVS_PART_NOT_FOUND;
    }
    esp_err_t err = esp_partition_erase_range(partition, 0, partition->size);
    free(image);
    image = NULL;
    return err;
}

const nvs_store_entry_t *nvs_store_find(const char *name_space, const char *key) {
    size_t length = header_of(image)->length;
    for (size_t at = 0; at < length; at += entry_bytes(entry_at(image, at)->length)) {
        if (names_match(entry_at(image, at), name_space, key)) {
            return entry_at(image, at);
        }
    }
    return NULL;
}

// Copies the image without the entry of this namespace and key.
static uint8_t *copy_without(const char *name_space, const char *key) {
    uint8_t *copy = malloc(half_bytes);
    if (copy == NULL) {
        return NULL;
    }
    make_empty(copy);
    size_t length = header_of(image)->length;
    for (size_t at = 0; at < length;) {
        const nvs_store_entry_t *e = entry_at(image, at);
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
    // Values may be secrets, which must not stay in freed memory.
    explicit_bzero(unused, half_bytes);
    free(unused);
    return err;
}

esp_err_t nvs_store_remove(const char *name_space, const char *key) {
    uint8_t *img = copy_without(name_space, key);
    return img == NULL ? ESP_ERR_NO_MEM : replace(img);
}

static bool is_same(const char *name_space, const char *key, nvs_store_type_t type,
    const void *value, size_t length) {
    const nvs_store_entry_t *e = nvs_store_find(name_space, key);
    return e != NULL && e->type == type && e->length == length
        && memcmp(e + 1, value, length) == 0;
}

esp_err_t nvs_store_set(const char *name_space, const char *key, nvs_store_type_t type,
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
    nvs_store_entry_t *e = entry_at(img, h->length);
    *e = (nvs_store_entry_t) { .type = type, .length = (uint32_t)length };
    strcpy(e->name_space, name_space);
    strcpy(e->key, key);
    memcpy(e + 1, value, length);
    h->length += (uint32_t)entry_bytes(length);
    return replace(img);
}
