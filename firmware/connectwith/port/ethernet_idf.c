// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "esp_eth.h"
#include "esp_event.h"
#include "esp_idf_version.h"
#include "esp_netif.h"

#include "connectwith/port/ethernet_idf.h"

// 5.2 shows nobody the two halves of a driver.
#define CAN_SET_UP (ESP_IDF_VERSION >= ESP_IDF_VERSION_VAL(5, 3, 0))

static bool started;

// network.LAN keeps the handle to itself; its interface, by ESP-IDF's default key, knows it, too.
static esp_eth_handle_t driver(esp_netif_t **netif) {
    *netif = esp_netif_get_handle_from_ifkey("ETH_DEF");
    return *netif == NULL ? NULL : esp_netif_get_io_driver(*netif);
}

bool ethernet_installed(void) {
    esp_netif_t *netif;
    return driver(&netif) != NULL;
}

bool ethernet_may_reset(void) {
    return CAN_SET_UP || !ethernet_installed();
}

// As esp_eth_driver_install() does it (components/esp_eth/src/esp_eth.c): the MAC's init() resets
// the chip by software, looks for its version and sets its socket up, the PHY's resets the PHY.
static bool set_chip_up(esp_eth_handle_t eth) {
    #if CAN_SET_UP
    esp_eth_mac_t *mac;
    esp_eth_phy_t *phy;
    uint8_t address[6];
    return esp_eth_get_mac_instance(eth, &mac) == ESP_OK
           && esp_eth_get_phy_instance(eth, &phy) == ESP_OK
           && mac->get_addr(mac, address) == ESP_OK // the driver's copy
           && mac->init(mac) == ESP_OK
           && phy->init(phy) == ESP_OK
           && mac->set_addr(mac, address) == ESP_OK;
    #else
    return eth != NULL; // it has kept what the installation did
    #endif
}

bool ethernet_start(const char *hostname) {
    esp_netif_t *netif;
    esp_eth_handle_t eth = driver(&netif);
    ethernet_stop();
    if (eth == NULL || !set_chip_up(eth)) {
        return false;
    }
    esp_netif_set_hostname(netif, hostname);
    started = true; // it may fail after it has told others of its start
    if (esp_eth_start(eth) != ESP_OK) {
        ethernet_stop();
    }
    return started;
}

void ethernet_stop(void) {
    esp_netif_t *netif;
    esp_eth_handle_t eth = driver(&netif);
    if (eth == NULL || !started) {
        return;
    }
    started = false;
    if (esp_eth_stop(eth) != ESP_OK) {
        // The driver counts as stopped now, but nobody has been told.
        esp_event_post(ETH_EVENT, ETHERNET_EVENT_STOP, &eth, sizeof(eth), 0);
    }
}
