// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stdatomic.h>

#include "esp_eth.h"
#include "esp_event.h"
#include "esp_netif.h"
#include "esp_wifi.h"

#include "connectwith/port/link_idf.h"

#define REASON_MASK (0xffu)
#define LOSSES_MASK (0xffffu << LINK_LOSSES_SHIFT)

// Written by the thread of the events alone.
static atomic_uint states[ATTEMPT_LINK_COUNT];
static void (*wake_fn)(void);

static void set(attempt_link_t link, uint32_t state) {
    atomic_store(&states[link], state);
    wake_fn();
}

static void gain(attempt_link_t link, uint32_t bits) {
    set(link, atomic_load(&states[link]) | bits);
}

static void drop(attempt_link_t link, uint32_t bits) {
    set(link, atomic_load(&states[link]) & ~bits);
}

static void lose(attempt_link_t link, uint32_t reason) {
    uint32_t losses = atomic_load(&states[link]) + (1u << LINK_LOSSES_SHIFT);
    set(link, (losses & LOSSES_MASK) | (reason & REASON_MASK));
}

static void on_wifi(void *unused, esp_event_base_t base, int32_t id, void *data) {
    (void)unused;
    (void)base;
    if (id == WIFI_EVENT_STA_CONNECTED) {
        gain(ATTEMPT_LINK_WIFI, LINK_UP);
    } else if (id == WIFI_EVENT_STA_DISCONNECTED) {
        const wifi_event_sta_disconnected_t *event = data;
        lose(ATTEMPT_LINK_WIFI, event->reason);
    } else if (id == WIFI_EVENT_STA_STOP) {
        drop(ATTEMPT_LINK_WIFI, LINK_UP | LINK_HAS_ADDRESS);
    }
}

static void on_ethernet(void *unused, esp_event_base_t base, int32_t id, void *data) {
    (void)unused;
    (void)base;
    (void)data;
    if (id == ETHERNET_EVENT_CONNECTED) {
        gain(ATTEMPT_LINK_ETHERNET, LINK_UP);
    } else if (id == ETHERNET_EVENT_DISCONNECTED) {
        lose(ATTEMPT_LINK_ETHERNET, 0);
    } else if (id == ETHERNET_EVENT_STOP) {
        drop(ATTEMPT_LINK_ETHERNET, LINK_UP | LINK_HAS_ADDRESS);
    }
}

static void on_address(void *unused, esp_event_base_t base, int32_t id, void *data) {
    (void)unused;
    (void)base;
    (void)data;
    if (id == IP_EVENT_STA_GOT_IP) {
        gain(ATTEMPT_LINK_WIFI, LINK_HAS_ADDRESS);
    } else if (id == IP_EVENT_STA_LOST_IP) {
        drop(ATTEMPT_LINK_WIFI, LINK_HAS_ADDRESS);
    } else if (id == IP_EVENT_ETH_GOT_IP) {
        gain(ATTEMPT_LINK_ETHERNET, LINK_HAS_ADDRESS);
    } else if (id == IP_EVENT_ETH_LOST_IP) {
        drop(ATTEMPT_LINK_ETHERNET, LINK_HAS_ADDRESS);
    }
}

bool link_watch(void (*wake)(void)) {
    wake_fn = wake;
    // A second registration of the same function replaces the first.
    return esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi, NULL) == ESP_OK
           && esp_event_handler_register(ETH_EVENT, ESP_EVENT_ANY_ID, on_ethernet, NULL) == ESP_OK
           && esp_event_handler_register(IP_EVENT, ESP_EVENT_ANY_ID, on_address, NULL) == ESP_OK;
}

uint32_t link_state(attempt_link_t link) {
    return atomic_load(&states[link]);
}
