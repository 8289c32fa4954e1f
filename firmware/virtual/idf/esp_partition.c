// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The flash image, laid out by boards/VIRTUAL/partitions.csv.

#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "board.h"
#include "esp_flash.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "genhdr/partitions.h" // board_partitions[], made from partitions.csv

#define SECTOR_BYTES (4096)
#define TABLE_ADDRESS (0x8000) // ESP-IDF's CONFIG_PARTITION_TABLE_OFFSET
#define PARTITIONS (sizeof(board_partitions) / sizeof(board_partitions[0]))

// ESP-IDF's partition table entry ("Partition Tables" in its API guide): little-endian.
typedef struct {
    uint8_t magic[2];
    uint8_t type;
    uint8_t subtype;
    uint32_t address;
    uint32_t size;
    char label[16];
    uint32_t flags;
} table_entry_t;

_Static_assert(sizeof(table_entry_t) == 32, "partition table entry");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "partition table byte order");

struct esp_partition_iterator {
    esp_partition_type_t type;
    esp_partition_subtype_t subtype;
    const char *label;
    size_t index;
};

static int flash_fd = -1;
static pthread_mutex_t flash_lock = PTHREAD_MUTEX_INITIALIZER;

static bool read_all(uint32_t address, void *out, size_t size) {
    return pread(flash_fd, out, size, address) == (ssize_t)size;
}

static bool write_all(uint32_t address, const void *data, size_t size) {
    return pwrite(flash_fd, data, size, address) == (ssize_t)size;
}

static bool erase_sectors(uint32_t address, size_t size) {
    uint8_t blank[SECTOR_BYTES];
    memset(blank, 0xff, sizeof(blank));
    for (size_t done = 0; done < size; done += SECTOR_BYTES) {
        if (!write_all(address + (uint32_t)done, blank, sizeof(blank))) {
            return false;
        }
    }
    return true;
}

// The contents of the sector with the partition table.
static void make_table(uint8_t sector[SECTOR_BYTES]) {
    memset(sector, 0xff, SECTOR_BYTES);
    for (size_t i = 0; i < PARTITIONS; i++) {
        const esp_partition_t *p = &board_partitions[i];
        table_entry_t e = {
            .magic = { 0xaa, 0x50 }, .type = (uint8_t)p->type, .subtype = (uint8_t)p->subtype,
            .address = p->address, .size = p->size, .flags = p->encrypted ? 1 : 0,
        };
        memcpy(e.label, p->label, strlen(p->label)); // the generator checks the length
        memcpy(sector + i * sizeof(e), &e, sizeof(e));
    }
}

void esp_partition_board_open(const char *dir, bool erase) {
    char path[4096];
    if (snprintf(path, sizeof(path), "%s/flash.bin", dir) >= (int)sizeof(path)) {
        errx(1, "%s: path too long", dir);
    }
    flash_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    struct stat st;
    if (flash_fd < 0 || fstat(flash_fd, &st) != 0) {
        err(1, "%s", path);
    }
    if (flock(flash_fd, LOCK_EX | LOCK_NB) != 0) {
        errx(1, "%s: in use by another running board", path);
    }
    uint8_t want[SECTOR_BYTES];
    uint8_t have[SECTOR_BYTES];
    make_table(want);
    if (st.st_size != BOARD_FLASH_BYTES || erase) {
        // The table is written last, so an incomplete image is made again.
        if (ftruncate(flash_fd, 0) != 0 || !erase_sectors(0, BOARD_FLASH_BYTES)
            || !write_all(TABLE_ADDRESS, want, sizeof(want))) {
            err(1, "%s", path);
        }
    } else if (!read_all(TABLE_ADDRESS, have, sizeof(have))
               || memcmp(want, have, sizeof(want)) != 0) {
        errx(1, "%s: made for another partition table; start with --erase or remove it", path);
    }
}

static bool matches(const esp_partition_t *p, const struct esp_partition_iterator *it) {
    return (it->type == ESP_PARTITION_TYPE_ANY || p->type == it->type)
        && (it->subtype == ESP_PARTITION_SUBTYPE_ANY || p->subtype == it->subtype)
        && (it->label == NULL || strcmp(p->label, it->label) == 0);
}

static const esp_partition_t *seek(struct esp_partition_iterator *it) {
    while (it->index < PARTITIONS && !matches(&board_partitions[it->index], it)) {
        it->index++;
    }
    return it->index < PARTITIONS ? &board_partitions[it->index] : NULL;
}

esp_partition_iterator_t esp_partition_find(esp_partition_type_t type,
    esp_partition_subtype_t subtype, const char *label) {
    esp_partition_iterator_t it = calloc(1, sizeof(*it));
    if (it == NULL) {
        return NULL;
    }
    *it = (struct esp_partition_iterator) { .type = type, .subtype = subtype, .label = label };
    if (seek(it) == NULL) {
        free(it);
        return NULL;
    }
    return it;
}

const esp_partition_t *esp_partition_get(esp_partition_iterator_t it) {
    return &board_partitions[it->index];
}

esp_partition_iterator_t esp_partition_next(esp_partition_iterator_t it) {
    it->index++;
    if (seek(it) == NULL) {
        free(it);
        return NULL;
    }
    return it;
}

void esp_partition_iterator_release(esp_partition_iterator_t it) {
    free(it);
}

const esp_partition_t *esp_partition_find_first(esp_partition_type_t type,
    esp_partition_subtype_t subtype, const char *label) {
    struct esp_partition_iterator it = { .type = type, .subtype = subtype, .label = label };
    return seek(&it);
}

static bool in_range(const esp_partition_t *p, size_t offset, size_t size) {
    return offset <= p->size && size <= p->size - offset;
}

esp_err_t esp_partition_read(const esp_partition_t *p, size_t offset, void *out, size_t size) {
    if (!in_range(p, offset, size)) {
        return ESP_ERR_INVALID_SIZE;
    }
    return read_all(p->address + (uint32_t)offset, out, size) ? ESP_OK : ESP_FAIL;
}

// How many of `size` bytes are changed before --power-cut ends the change: fewer, or all of them.
static size_t powered(size_t size) {
    static size_t changed;
    size_t left = board_options.cut_after - changed;
    if (board_options.cut_after != 0 && size >= left) {
        return left - 1;
    }
    changed += size;
    return size;
}

static void lose_power(void) {
    kill(getpid(), SIGKILL);
}

// Programs at most one sector. A bit can only change from 1 to 0.
static bool program(uint32_t address, const uint8_t *data, size_t size) {
    uint8_t cells[SECTOR_BYTES];
    if (!read_all(address, cells, size)) {
        return false;
    }
    size_t n = powered(size);
    for (size_t i = 0; i < n; i++) {
        cells[i] &= data[i];
    }
    if (n < size) {
        cells[n] &= data[n] | 0x0f; // some of its bits
    }
    bool ok = write_all(address, cells, size);
    if (n < size) {
        lose_power();
    }
    return ok;
}

static esp_err_t write_flash(uint32_t address, const uint8_t *data, size_t size) {
    bool ok = true;
    pthread_mutex_lock(&flash_lock);
    for (size_t done = 0; ok && done < size; done += SECTOR_BYTES) {
        size_t n = size - done < SECTOR_BYTES ? size - done : SECTOR_BYTES;
        ok = program(address + (uint32_t)done, data + done, n);
    }
    pthread_mutex_unlock(&flash_lock);
    return ok ? ESP_OK : ESP_FAIL;
}

static bool erase_sector(uint32_t address) {
    size_t n = powered(SECTOR_BYTES);
    if (n == SECTOR_BYTES) {
        return erase_sectors(address, SECTOR_BYTES);
    }
    uint8_t blank[SECTOR_BYTES];
    memset(blank, 0xff, n);
    bool ok = write_all(address, blank, n);
    lose_power();
    return ok;
}

static esp_err_t erase_flash(uint32_t address, size_t size) {
    bool ok = true;
    pthread_mutex_lock(&flash_lock);
    for (size_t done = 0; ok && done < size; done += SECTOR_BYTES) {
        ok = erase_sector(address + (uint32_t)done);
    }
    pthread_mutex_unlock(&flash_lock);
    return ok ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_partition_write(const esp_partition_t *p, size_t offset, const void *data,
    size_t size) {
    if (!in_range(p, offset, size)) {
        return ESP_ERR_INVALID_SIZE;
    }
    return write_flash(p->address + (uint32_t)offset, data, size);
}

esp_err_t esp_partition_erase_range(const esp_partition_t *p, size_t offset, size_t size) {
    if (!in_range(p, offset, size) || size % SECTOR_BYTES != 0) {
        return ESP_ERR_INVALID_SIZE;
    }
    if (offset % SECTOR_BYTES != 0) {
        return ESP_ERR_INVALID_ARG;
    }
    return erase_flash(p->address + (uint32_t)offset, size);
}

static bool in_flash(uint32_t address, uint32_t size) {
    return address <= BOARD_FLASH_BYTES && size <= BOARD_FLASH_BYTES - address;
}

esp_err_t esp_flash_get_size(esp_flash_t *chip, uint32_t *size) {
    (void)chip;
    *size = BOARD_FLASH_BYTES;
    return ESP_OK;
}

esp_err_t esp_flash_read(esp_flash_t *chip, void *out, uint32_t address, uint32_t size) {
    (void)chip;
    if (!in_flash(address, size)) {
        return ESP_ERR_INVALID_ARG;
    }
    return read_all(address, out, size) ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_flash_write(esp_flash_t *chip, const void *data, uint32_t address, uint32_t size) {
    (void)chip;
    return in_flash(address, size) ? write_flash(address, data, size) : ESP_ERR_INVALID_ARG;
}

esp_err_t esp_flash_erase_region(esp_flash_t *chip, uint32_t address, uint32_t size) {
    (void)chip;
    if (!in_flash(address, size) || address % SECTOR_BYTES != 0 || size % SECTOR_BYTES != 0) {
        return ESP_ERR_INVALID_ARG;
    }
    return erase_flash(address, size);
}

const esp_partition_t *esp_ota_get_running_partition(void) {
    return esp_partition_find_first(ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_ANY, NULL);
}

const esp_partition_t *esp_ota_get_boot_partition(void) {
    return esp_ota_get_running_partition();
}

const esp_partition_t *esp_ota_get_next_update_partition(const esp_partition_t *start) {
    (void)start;
    return NULL;
}

esp_err_t esp_ota_set_boot_partition(const esp_partition_t *p) {
    (void)p;
    return ESP_ERR_NOT_SUPPORTED;
}

esp_err_t esp_ota_mark_app_valid_cancel_rollback(void) {
    return ESP_ERR_NOT_SUPPORTED;
}
