// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#pragma once

#include "esp_netif_types.h"

extern const esp_netif_inherent_config_t _g_esp_netif_inherent_sta_config;
extern const esp_netif_inherent_config_t _g_esp_netif_inherent_ap_config;
extern const esp_netif_inherent_config_t _g_esp_netif_inherent_eth_config;

#define ESP_NETIF_DEFAULT_WIFI_STA() { .base = &_g_esp_netif_inherent_sta_config }
#define ESP_NETIF_DEFAULT_WIFI_AP()  { .base = &_g_esp_netif_inherent_ap_config }
#define ESP_NETIF_DEFAULT_ETH()      { .base = &_g_esp_netif_inherent_eth_config }
