// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The stations of the board's own access point with their addresses (upstream from 1.27 on).

#pragma once

#include "esp_netif.h"
#include "esp_wifi.h"

typedef struct {
    esp_netif_pair_mac_ip_t sta[ESP_WIFI_MAX_CONN_NUM];
    int num;
} wifi_sta_mac_ip_list_t;

// Always an empty list: the bench has no stations.
esp_err_t esp_wifi_ap_get_sta_list_with_ip(const wifi_sta_list_t *stations,
    wifi_sta_mac_ip_list_t *addresses);
