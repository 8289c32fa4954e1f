// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stdatomic.h>

#include "esp_eth.h"
#include "esp_event.h"
#include "esp_idf_version.h"
#include "esp_netif.h"

#include "connectwith/port/ethernet_idf.h"
#include "connectwith/port/worker_freertos.h"

// ESP-IDF 5.2 has no function that returns the MAC and the PHY of a driver.
#define CAN_SET_UP (ESP_IDF_VERSION >= ESP_IDF_VERSION_VAL(5, 3, 0))

// The worker ends the states STARTING and ABANDONED, the caller the others.
enum { STOPPED, STARTING, ABANDONED, STARTED, FAILED };

static atomic_int state;
static void (*wake)(void);

// network.LAN does not give its handle away. Its interface, found by ESP-IDF's default key, has
// it, too.
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
    return eth != NULL; // it was not reset, see ethernet_may_reset()
    #endif
}

// Also for a start that has failed half-way: it may have posted its event.
static void stop(esp_eth_handle_t eth) {
    if (esp_eth_stop(eth) != ESP_OK) {
        // The driver counts as stopped now, but has posted no event.
        esp_event_post(ETH_EVENT, ETHERNET_EVENT_STOP, &eth, sizeof(eth), 0);
    }
}

static void run_start(worker_job_t *unused) {
    (void)unused;
    esp_netif_t *netif;
    esp_eth_handle_t eth = driver(&netif);
    const bool answers = set_chip_up(eth);
    const bool ok = answers && esp_eth_start(eth) == ESP_OK;
    if (answers && !ok) {
        stop(eth);
    }
    void (*const wake_caller)(void) = wake;
    int expected = STARTING;
    if (!atomic_compare_exchange_strong(&state, &expected, ok ? STARTED : FAILED)) {
        if (ok) {
            stop(eth); // ethernet_stop() was called meanwhile
        }
        atomic_store(&state, STOPPED);
    }
    wake_caller();
}

bool ethernet_start(const char *hostname, void (*wake_fn)(void)) {
    static worker_job_t job = {.run = run_start};
    esp_netif_t *netif;
    ethernet_stop();
    if (driver(&netif) == NULL || atomic_load(&state) != STOPPED) {
        return false;
    }
    esp_netif_set_hostname(netif, hostname);
    wake = wake_fn;
    atomic_store(&state, STARTING);
    if (!worker_submit(&job)) {
        run_start(&job);
    }
    return true;
}

ethernet_state_t ethernet_state(void) {
    switch (atomic_load(&state)) {
        case STARTED:
            return ETHERNET_STARTED;
        case FAILED:
            return ETHERNET_FAILED;
        case STOPPED:
            return ETHERNET_STOPPED;
        default:
            return ETHERNET_BUSY;
    }
}

void ethernet_stop(void) {
    int expected = STARTING;
    if (atomic_compare_exchange_strong(&state, &expected, ABANDONED) || expected == ABANDONED) {
        return; // the worker stops it
    }
    atomic_store(&state, STOPPED);
    if (expected == STARTED) {
        esp_netif_t *netif;
        stop(driver(&netif));
    }
}
