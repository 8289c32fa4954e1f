// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Wi-Fi, with the interface of the ESP32's closed driver. The radio is connected to the simulated
// world. Only esp_wifi_scan_start() with `block` waits; results come as events.

#pragma once

#include "esp_err.h"
#include "esp_event.h"
#include "esp_netif.h"
#include "esp_wifi_types.h"

#define ESP_ERR_WIFI_NOT_INIT    (ESP_ERR_WIFI_BASE + 1)
#define ESP_ERR_WIFI_NOT_STARTED (ESP_ERR_WIFI_BASE + 2)
#define ESP_ERR_WIFI_NOT_STOPPED (ESP_ERR_WIFI_BASE + 3)
#define ESP_ERR_WIFI_IF          (ESP_ERR_WIFI_BASE + 4)
#define ESP_ERR_WIFI_MODE        (ESP_ERR_WIFI_BASE + 5)
#define ESP_ERR_WIFI_STATE       (ESP_ERR_WIFI_BASE + 6)
#define ESP_ERR_WIFI_CONN        (ESP_ERR_WIFI_BASE + 7)
#define ESP_ERR_WIFI_NVS         (ESP_ERR_WIFI_BASE + 8)
#define ESP_ERR_WIFI_MAC         (ESP_ERR_WIFI_BASE + 9)
#define ESP_ERR_WIFI_SSID        (ESP_ERR_WIFI_BASE + 10)
#define ESP_ERR_WIFI_PASSWORD    (ESP_ERR_WIFI_BASE + 11)
#define ESP_ERR_WIFI_TIMEOUT     (ESP_ERR_WIFI_BASE + 12)
#define ESP_ERR_WIFI_WAKE_FAIL   (ESP_ERR_WIFI_BASE + 13)
#define ESP_ERR_WIFI_WOULD_BLOCK (ESP_ERR_WIFI_BASE + 14)
#define ESP_ERR_WIFI_NOT_CONNECT (ESP_ERR_WIFI_BASE + 15)

typedef struct {
    int magic;
} wifi_init_config_t;

#define WIFI_INIT_CONFIG_MAGIC     0x1f2f3f4f
#define WIFI_INIT_CONFIG_DEFAULT() { .magic = WIFI_INIT_CONFIG_MAGIC }

esp_netif_t *esp_netif_create_default_wifi_sta(void);
esp_netif_t *esp_netif_create_default_wifi_ap(void);

esp_err_t esp_wifi_init(const wifi_init_config_t *config);
esp_err_t esp_wifi_start(void);
// The link and the address go down by events that follow; the radio is off on return.
esp_err_t esp_wifi_stop(void);
esp_err_t esp_wifi_set_mode(wifi_mode_t mode);
esp_err_t esp_wifi_get_mode(wifi_mode_t *mode);
esp_err_t esp_wifi_set_storage(wifi_storage_t storage);

// STA: ESP_ERR_WIFI_STATE while it is connecting.
esp_err_t esp_wifi_set_config(wifi_interface_t interface, wifi_config_t *config);
esp_err_t esp_wifi_get_config(wifi_interface_t interface, wifi_config_t *config);

// One attempt: CONNECTED or DISCONNECTED follows. ESP_ERR_WIFI_CONN while one is under way,
// ESP_ERR_WIFI_SSID without an SSID. When connected, leaves that network first.
esp_err_t esp_wifi_connect(void);
esp_err_t esp_wifi_disconnect(void);
// ESP_ERR_WIFI_NOT_CONNECT when not associated.
esp_err_t esp_wifi_sta_get_ap_info(wifi_ap_record_t *record);

// ESP_ERR_WIFI_STATE while connecting or scanning.
esp_err_t esp_wifi_scan_start(const wifi_scan_config_t *config, bool block);
esp_err_t esp_wifi_scan_get_ap_num(uint16_t *count);
// In: room, out: number written. Strongest first. Forgets the records.
esp_err_t esp_wifi_scan_get_ap_records(uint16_t *count, wifi_ap_record_t *records);
// Takes the strongest record that is left. ESP_FAIL: there is none.
esp_err_t esp_wifi_scan_get_ap_record(wifi_ap_record_t *record);
esp_err_t esp_wifi_clear_ap_list(void);

esp_err_t esp_wifi_ap_get_sta_list(wifi_sta_list_t *stations);

esp_err_t esp_wifi_get_mac(wifi_interface_t interface, uint8_t mac[6]);
esp_err_t esp_wifi_set_mac(wifi_interface_t interface, const uint8_t mac[6]);
esp_err_t esp_wifi_get_channel(uint8_t *primary, wifi_second_chan_t *second);
esp_err_t esp_wifi_set_channel(uint8_t primary, wifi_second_chan_t second);
esp_err_t esp_wifi_get_max_tx_power(int8_t *quarter_dbm);
esp_err_t esp_wifi_set_max_tx_power(int8_t quarter_dbm);
esp_err_t esp_wifi_get_protocol(wifi_interface_t interface, uint8_t *bitmap);
esp_err_t esp_wifi_set_protocol(wifi_interface_t interface, uint8_t bitmap);
esp_err_t esp_wifi_get_bandwidth(wifi_interface_t interface, wifi_bandwidth_t *bandwidth);
esp_err_t esp_wifi_set_bandwidth(wifi_interface_t interface, wifi_bandwidth_t bandwidth);
esp_err_t esp_wifi_get_ps(wifi_ps_type_t *type);
esp_err_t esp_wifi_set_ps(wifi_ps_type_t type);
