// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_event.h"
#include "esp_interface.h"
#include "esp_netif_ip_addr.h"

#define ESP_ERR_ESP_NETIF_BASE                 0x5000
#define ESP_ERR_ESP_NETIF_INVALID_PARAMS       (ESP_ERR_ESP_NETIF_BASE + 0x01)
#define ESP_ERR_ESP_NETIF_IF_NOT_READY         (ESP_ERR_ESP_NETIF_BASE + 0x02)
#define ESP_ERR_ESP_NETIF_DHCPC_START_FAILED   (ESP_ERR_ESP_NETIF_BASE + 0x03)
#define ESP_ERR_ESP_NETIF_DHCP_ALREADY_STARTED (ESP_ERR_ESP_NETIF_BASE + 0x04)
#define ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED (ESP_ERR_ESP_NETIF_BASE + 0x05)
#define ESP_ERR_ESP_NETIF_DHCP_NOT_STOPPED     (ESP_ERR_ESP_NETIF_BASE + 0x07)
#define ESP_ERR_ESP_NETIF_DRIVER_ATTACH_FAILED (ESP_ERR_ESP_NETIF_BASE + 0x08)

typedef struct esp_netif_obj esp_netif_t;
typedef void *esp_netif_iodriver_handle;

typedef enum {
    ESP_NETIF_DNS_MAIN = 0,
    ESP_NETIF_DNS_BACKUP,
    ESP_NETIF_DNS_FALLBACK,
    ESP_NETIF_DNS_MAX,
} esp_netif_dns_type_t;

typedef struct {
    esp_ip_addr_t ip;
} esp_netif_dns_info_t;

typedef struct {
    uint8_t mac[6];
    esp_ip4_addr_t ip;
} esp_netif_pair_mac_ip_t;

typedef enum {
    ESP_NETIF_DHCP_INIT = 0,
    ESP_NETIF_DHCP_STARTED,
    ESP_NETIF_DHCP_STOPPED,
} esp_netif_dhcp_status_t;

// The numbers are significant: MicroPython's network_lan.c has one handler for all IP events,
// which compares the number only, and some Ethernet events have the same numbers.
typedef enum {
    IP_EVENT_STA_GOT_IP = 0,
    IP_EVENT_STA_LOST_IP,
    IP_EVENT_AP_STAIPASSIGNED,
    IP_EVENT_GOT_IP6,
    IP_EVENT_ETH_GOT_IP,
    IP_EVENT_ETH_LOST_IP,
    IP_EVENT_PPP_GOT_IP,
    IP_EVENT_PPP_LOST_IP,
} ip_event_t;

ESP_EVENT_DECLARE_BASE(IP_EVENT);

typedef struct {
    esp_ip4_addr_t ip;
    esp_ip4_addr_t netmask;
    esp_ip4_addr_t gw;
} esp_netif_ip_info_t;

typedef struct {
    esp_netif_t *esp_netif;
    esp_netif_ip_info_t ip_info;
    bool ip_changed;
} ip_event_got_ip_t;

typedef enum {
    ESP_NETIF_DHCP_CLIENT = 1 << 0,
    ESP_NETIF_DHCP_SERVER = 1 << 1,
    ESP_NETIF_FLAG_AUTOUP = 1 << 2,
} esp_netif_flags_t;

typedef struct {
    unsigned flags;                     // of esp_netif_flags_t
    uint8_t mac[6];
    const esp_netif_ip_info_t *ip_info; // first address, or NULL
    int32_t get_ip_event;
    int32_t lost_ip_event;              // 0: none
    const char *if_key;                 // unique, "WIFI_STA_DEF" and such
    const char *if_desc;
    int route_prio;                     // the highest of those that are up is the default route
} esp_netif_inherent_config_t;

// What a driver hands to esp_netif_attach() begins with this.
typedef struct esp_netif_driver_base_s {
    esp_err_t (*post_attach)(esp_netif_t *netif, esp_netif_iodriver_handle driver);
    esp_netif_t *netif;
} esp_netif_driver_base_t;

typedef struct {
    esp_netif_iodriver_handle handle;
    esp_err_t (*transmit)(void *handle, void *buffer, size_t length);
} esp_netif_driver_ifconfig_t;

typedef struct {
    const esp_netif_inherent_config_t *base;
    const esp_netif_driver_ifconfig_t *driver; // may come later, by post_attach
} esp_netif_config_t;
