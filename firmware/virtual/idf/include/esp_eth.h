// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Ethernet drivers. The only chip is a W5500 on an SPI bus, which is connected to the simulated
// world. Of all calls only esp_eth_driver_install() and a MAC's init() wait for the world, for 10
// s at most.

#pragma once

#include "esp_err.h"
#include "esp_eth_mac.h"
#include "esp_eth_phy.h"
#include "esp_event.h"
#include "esp_netif.h"

typedef void *esp_eth_handle_t;
typedef struct esp_eth_netif_glue_t *esp_eth_netif_glue_handle_t;

typedef enum {
    ETHERNET_EVENT_START,
    ETHERNET_EVENT_STOP,
    ETHERNET_EVENT_CONNECTED,
    ETHERNET_EVENT_DISCONNECTED,
} eth_event_t;

ESP_EVENT_DECLARE_BASE(ETH_EVENT);

typedef enum {
    ETH_CMD_G_MAC_ADDR = 0,
    ETH_CMD_S_MAC_ADDR,
} esp_eth_io_cmd_t;

typedef struct {
    esp_eth_mac_t *mac;
    esp_eth_phy_t *phy;
    uint32_t check_link_period_ms;
} esp_eth_config_t;

#define ETH_DEFAULT_CONFIG(m, p) { .mac = m, .phy = p, .check_link_period_ms = 2000 }

// ESP_ERR_INVALID_ARG: mac or phy missing; ESP_ERR_TIMEOUT: no W5500 or no transceiver answers;
// ESP_ERR_INVALID_STATE: installed already.
esp_err_t esp_eth_driver_install(const esp_eth_config_t *config, esp_eth_handle_t *handle);
#if ESP_IDF_VERSION >= ESP_IDF_VERSION_VAL(5, 3, 0)
esp_err_t esp_eth_get_mac_instance(esp_eth_handle_t handle, esp_eth_mac_t **mac);
esp_err_t esp_eth_get_phy_instance(esp_eth_handle_t handle, esp_eth_phy_t **phy);
#endif

// ESP_ERR_INVALID_STATE: started already. ESP_ERR_TIMEOUT: the chip does not answer; it counts as
// started.
esp_err_t esp_eth_start(esp_eth_handle_t handle);
// ESP_ERR_INVALID_STATE: not started, or not in whole. ESP_ERR_TIMEOUT: the chip does not answer;
// it counts as stopped, but no event is posted.
esp_err_t esp_eth_stop(esp_eth_handle_t handle);

esp_err_t esp_eth_transmit(esp_eth_handle_t handle, void *frame, size_t length);
// input copies the frame.
esp_err_t esp_eth_update_input_path(esp_eth_handle_t handle,
    esp_err_t (*input)(esp_eth_handle_t handle, uint8_t *frame, uint32_t length, void *arg),
    void *arg);
esp_err_t esp_eth_ioctl(esp_eth_handle_t handle, esp_eth_io_cmd_t command, void *data);
esp_eth_netif_glue_handle_t esp_eth_new_netif_glue(esp_eth_handle_t handle);
