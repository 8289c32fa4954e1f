// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Network interfaces over lwIP: address, DHCP client, name servers, default route. The calls may
// come from any thread; each runs in lwIP's thread and takes some tens of microseconds.

#pragma once

#include "esp_idf_version.h"
#include "esp_netif_defaults.h"
#include "esp_netif_types.h"

// Starts lwIP's thread. Once; later calls do nothing.
esp_err_t esp_netif_init(void);

// NULL: bad configuration, an interface with this key exists, or no memory.
esp_netif_t *esp_netif_new(const esp_netif_config_t *config);
esp_netif_t *esp_netif_get_handle_from_ifkey(const char *key);
// What esp_netif_set_driver_config() was given; NULL before that.
esp_netif_iodriver_handle esp_netif_get_io_driver(esp_netif_t *netif);
esp_err_t esp_netif_attach(esp_netif_t *netif, esp_netif_iodriver_handle driver);
esp_err_t esp_netif_set_driver_config(esp_netif_t *netif,
    const esp_netif_driver_ifconfig_t *config);

// For drivers: passes a received frame to lwIP. Copies it, or drops it if lwIP has no room.
esp_err_t esp_netif_receive(esp_netif_t *netif, const void *frame, size_t length);

// Default reactions of an interface to what happens to its driver (event handlers).
void esp_netif_action_start(void *netif, esp_event_base_t base, int32_t id, void *data);
void esp_netif_action_stop(void *netif, esp_event_base_t base, int32_t id, void *data);
void esp_netif_action_connected(void *netif, esp_event_base_t base, int32_t id, void *data);
void esp_netif_action_disconnected(void *netif, esp_event_base_t base, int32_t id, void *data);

esp_err_t esp_netif_set_mac(esp_netif_t *netif, uint8_t mac[]);
esp_err_t esp_netif_set_hostname(esp_netif_t *netif, const char *hostname);
esp_err_t esp_netif_get_ip_info(esp_netif_t *netif, esp_netif_ip_info_t *info);
// ESP_ERR_ESP_NETIF_DHCP_NOT_STOPPED while DHCP sets the address.
esp_err_t esp_netif_set_ip_info(esp_netif_t *netif, const esp_netif_ip_info_t *info);
esp_err_t esp_netif_get_dns_info(esp_netif_t *netif, esp_netif_dns_type_t type,
    esp_netif_dns_info_t *info);
esp_err_t esp_netif_set_dns_info(esp_netif_t *netif, esp_netif_dns_type_t type,
    esp_netif_dns_info_t *info);
esp_err_t esp_netif_dhcpc_start(esp_netif_t *netif);
esp_err_t esp_netif_dhcpc_stop(esp_netif_t *netif);
esp_err_t esp_netif_dhcpc_get_status(esp_netif_t *netif, esp_netif_dhcp_status_t *status);
// No station ever joins the emulated soft access point, so its server only has a state.
esp_err_t esp_netif_dhcps_start(esp_netif_t *netif);
esp_err_t esp_netif_dhcps_stop(esp_netif_t *netif);

void *esp_netif_get_netif_impl(esp_netif_t *netif);
// name takes NETIF_NAMESIZE characters.
esp_err_t esp_netif_get_netif_impl_name(esp_netif_t *netif, char *name);
