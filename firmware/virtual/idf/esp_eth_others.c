// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Ethernet chips that this board does not have. network.LAN can name them, and their installation
// fails because no transceiver answers.

#include "esp_eth.h"

static esp_eth_mac_t esp32_mac;
static esp_eth_phy_t other_phy;

esp_eth_mac_t *esp_eth_mac_new_esp32(const eth_esp32_emac_config_t *esp32,
    const eth_mac_config_t *config) {
    return esp32 != NULL && config != NULL ? &esp32_mac : NULL;
}

esp_eth_phy_t *esp_eth_phy_new_generic(const eth_phy_config_t *config) {
    return config != NULL ? &other_phy : NULL;
}

esp_eth_phy_t *esp_eth_phy_new_lan87xx(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));
esp_eth_phy_t *esp_eth_phy_new_lan867x(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));
esp_eth_phy_t *esp_eth_phy_new_ip101(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));
esp_eth_phy_t *esp_eth_phy_new_rtl8201(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));
esp_eth_phy_t *esp_eth_phy_new_dp83848(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));
esp_eth_phy_t *esp_eth_phy_new_ksz80xx(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));
