// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#pragma once

#include <stdint.h>

#include "esp_err.h"

typedef struct esp_eth_phy_s esp_eth_phy_t;

// The PHY of a driver. Only the members that others than the driver call.
struct esp_eth_phy_s {
    esp_err_t (*init)(esp_eth_phy_t *phy);
};

typedef struct {
    int32_t phy_addr;
    uint32_t reset_timeout_ms;
    uint32_t autonego_timeout_ms;
    int reset_gpio_num;
} eth_phy_config_t;

#define ETH_PHY_DEFAULT_CONFIG() \
    { .phy_addr = -1, .reset_timeout_ms = 100, .autonego_timeout_ms = 4000, .reset_gpio_num = 5 }

esp_eth_phy_t *esp_eth_phy_new_w5500(const eth_phy_config_t *config);

// Transceivers for the controller inside an ESP32.
esp_eth_phy_t *esp_eth_phy_new_generic(const eth_phy_config_t *config);
esp_eth_phy_t *esp_eth_phy_new_lan87xx(const eth_phy_config_t *config);
esp_eth_phy_t *esp_eth_phy_new_lan867x(const eth_phy_config_t *config);
esp_eth_phy_t *esp_eth_phy_new_ip101(const eth_phy_config_t *config);
esp_eth_phy_t *esp_eth_phy_new_rtl8201(const eth_phy_config_t *config);
esp_eth_phy_t *esp_eth_phy_new_dp83848(const eth_phy_config_t *config);
esp_eth_phy_t *esp_eth_phy_new_ksz80xx(const eth_phy_config_t *config);
