// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Address types with the layout of lwIP's dual stack ones (ip_addr_t), as in ESP-IDF.

#pragma once

#include <stdint.h>

typedef struct {
    uint32_t addr; // network byte order
} esp_ip4_addr_t;

typedef struct {
    uint32_t addr[4];
    uint8_t zone;
} esp_ip6_addr_t;

typedef struct {
    union {
        esp_ip6_addr_t ip6;
        esp_ip4_addr_t ip4;
    } u_addr;
    uint8_t type;
} esp_ip_addr_t;

#define ESP_IPADDR_TYPE_V4 0U

#define esp_netif_htonl(x) __builtin_bswap32(x)
