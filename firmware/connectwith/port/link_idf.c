// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stdatomic.h>
#include <string.h>

#include "esp_eth.h"
#include "esp_event.h"
#include "esp_netif.h"
#include "esp_netif_net_stack.h"
#include "esp_wifi.h"

#include "connectwith/port/link_idf.h"
#include "connectwith/port/route_lwip.h"

#define REASON_MASK (0xffu)
#define LOSSES_MASK (0xffffu << LINK_LOSSES_SHIFT)

// Written by the thread of the events alone.
static atomic_uint states[ATTEMPT_LINK_COUNT];
static atomic_uint dhcp_servers[ATTEMPT_LINK_COUNT]; // 0: the address is static
static atomic_uint scans; // that have ended
static atomic_uint bssids[2]; // see link_bssid(), three bytes each
static void (*_Atomic wake_fn)(void); // Python sets it, the thread of the events calls it

static void set(attempt_link_t link, uint32_t state) {
    atomic_store(&states[link], state);
    atomic_load(&wake_fn)();
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

static void note_bssid(const uint8_t *bssid) {
    for (size_t i = 0; i < 2; ++i, bssid += 3) {
        atomic_store(&bssids[i], (unsigned)bssid[0] << 16 | (unsigned)bssid[1] << 8 | bssid[2]);
    }
}

static void on_wifi(void *unused, esp_event_base_t base, int32_t id, void *data) {
    (void)unused;
    (void)base;
    if (id == WIFI_EVENT_STA_CONNECTED) {
        note_bssid(((const wifi_event_sta_connected_t *)data)->bssid);
        gain(ATTEMPT_LINK_WIFI, LINK_UP);
    } else if (id == WIFI_EVENT_STA_DISCONNECTED) {
        const wifi_event_sta_disconnected_t *event = data;
        note_bssid(event->bssid);
        lose(ATTEMPT_LINK_WIFI, event->reason);
    } else if (id == WIFI_EVENT_SCAN_DONE) {
        atomic_fetch_add(&scans, 1);
    } else if (id == WIFI_EVENT_STA_STOP) {
        atomic_fetch_add(&scans, 1); // one that ran is over
        drop(ATTEMPT_LINK_WIFI, LINK_UP | LINK_HAS_ADDRESS);
    } else if (id == WIFI_EVENT_STA_START) {
        // WLAN.active(True) stops Python's thread until MicroPython's own handler, which comes
        // before this one, has seen this event; else it would look again at the next tick only.
        atomic_load(&wake_fn)();
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

// ESP-IDF's event does not say where an address came from, nor which name servers came with it.
static void note_lease(attempt_link_t link, const ip_event_got_ip_t *event) {
    atomic_store(&dhcp_servers[link], route_note(link, esp_netif_get_netif_impl(event->esp_netif)));
}

// lwIP's thread posts this event, other threads post those of the link. So an address that comes
// while the driver is being stopped may be told after the link's end, and nothing would take it
// back: the next attempt would believe that it had one.
static void gain_address(attempt_link_t link, const ip_event_got_ip_t *event) {
    if (atomic_load(&states[link]) & LINK_UP) {
        note_lease(link, event);
        gain(link, LINK_HAS_ADDRESS);
    }
}

static void on_address(void *unused, esp_event_base_t base, int32_t id, void *data) {
    (void)unused;
    (void)base;
    if (id == IP_EVENT_STA_GOT_IP) {
        gain_address(ATTEMPT_LINK_WIFI, data);
    } else if (id == IP_EVENT_STA_LOST_IP) {
        drop(ATTEMPT_LINK_WIFI, LINK_HAS_ADDRESS);
    } else if (id == IP_EVENT_ETH_GOT_IP) {
        gain_address(ATTEMPT_LINK_ETHERNET, data);
    } else if (id == IP_EVENT_ETH_LOST_IP) {
        drop(ATTEMPT_LINK_ETHERNET, LINK_HAS_ADDRESS);
    }
}

// Once until the next hard reset: a handler outlives soft resets, and of a second registration
// ESP-IDF v5.2 to v6.1 makes a second call for each event, unless no handler of a single event was
// registered in between (components/esp_event/esp_event.c, loop_node_add_handler()).
static bool hear(bool *heard, esp_event_base_t base, esp_event_handler_t handler) {
    if (!*heard) {
        *heard = esp_event_handler_register(base, ESP_EVENT_ANY_ID, handler, NULL) == ESP_OK;
    }
    return *heard;
}

bool link_watch(attempt_link_t link, void (*wake)(void)) {
    static bool hears_wifi, hears_ethernet, hears_address;
    atomic_store(&wake_fn, wake);
    return (link == ATTEMPT_LINK_WIFI ? hear(&hears_wifi, WIFI_EVENT, on_wifi)
            : hear(&hears_ethernet, ETH_EVENT, on_ethernet))
           && hear(&hears_address, IP_EVENT, on_address);
}

uint32_t link_state(attempt_link_t link) {
    return atomic_load(&states[link]);
}

void link_bssid(uint8_t bssid[6]) {
    for (size_t i = 0; i < 2; ++i, bssid += 3) {
        const unsigned half = atomic_load(&bssids[i]);
        bssid[0] = (uint8_t)(half >> 16);
        bssid[1] = (uint8_t)(half >> 8);
        bssid[2] = (uint8_t)half;
    }
}

bool link_dhcp_server(attempt_link_t link, uint8_t quad[4]) {
    uint32_t server = atomic_load(&dhcp_servers[link]);
    memcpy(quad, &server, sizeof(server)); // lwIP keeps network order
    return server != 0 && (link_state(link) & LINK_HAS_ADDRESS) != 0;
}

uint32_t link_scans(void) {
    return atomic_load(&scans);
}
