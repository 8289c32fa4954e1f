// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The base MAC address is in the partition "efuse_em", the stand-in for the chip's eFuses. It is
// generated for a new flash image and does not change afterwards.

#include <string.h>

#include "board.h"
#include "esp_mac.h"
#include "esp_partition.h"
#include "esp_random.h"

#define EFUSE_MAC_MAGIC (0x4d41430a)

typedef struct {
    uint32_t magic;
    uint8_t mac[6];
    uint8_t inverted[6]; // detects a record that a power cut has left incomplete
} efuse_mac_t;

static bool is_valid(const efuse_mac_t *e) {
    bool ok = e->magic == EFUSE_MAC_MAGIC;
    for (int i = 0; i < 6; i++) {
        ok = ok && (e->mac[i] ^ e->inverted[i]) == 0xff;
    }
    return ok;
}

static esp_err_t burn(const esp_partition_t *p, efuse_mac_t *e) {
    // Espressif's first OUI, so that the board looks like an ESP32 on the network.
    e->magic = EFUSE_MAC_MAGIC;
    e->mac[0] = 0x24;
    e->mac[1] = 0x0a;
    e->mac[2] = 0xc4;
    esp_fill_random(&e->mac[3], 3);
    e->mac[5] &= 0xfc; // for the four derived addresses
    for (int i = 0; i < 6; i++) {
        e->inverted[i] = e->mac[i] ^ 0xff;
    }
    esp_err_t err = esp_partition_erase_range(p, 0, 4096);
    return err != ESP_OK ? err : esp_partition_write(p, 0, e, sizeof(*e));
}

esp_err_t esp_efuse_mac_get_default(uint8_t *mac) {
    if (board_options.have_mac) {
        memcpy(mac, board_options.mac, 6);
        return ESP_OK;
    }
    const esp_partition_t *p = esp_partition_find_first(ESP_PARTITION_TYPE_DATA,
        ESP_PARTITION_SUBTYPE_DATA_EFUSE_EM, NULL);
    if (p == NULL) {
        return ESP_ERR_NOT_FOUND;
    }
    // Several tasks may call this at the same time, and only one may burn the address.
    efuse_mac_t e;
    board_irq_lock();
    esp_err_t err = esp_partition_read(p, 0, &e, sizeof(e));
    if (err == ESP_OK && !is_valid(&e)) {
        err = burn(p, &e);
    }
    board_irq_unlock();
    memcpy(mac, e.mac, 6);
    return err;
}

esp_err_t esp_read_mac(uint8_t *mac, esp_mac_type_t type) {
    if ((unsigned int)type > ESP_MAC_ETH) {
        return ESP_ERR_INVALID_ARG;
    }
    esp_err_t err = esp_efuse_mac_get_default(mac);
    mac[5] = (uint8_t)(mac[5] + type); // ESP_MAC_... are the offsets
    return err;
}
