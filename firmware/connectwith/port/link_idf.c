// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stdatomic.h>
#include <string.h>

#include "esp_attr.h"
#include "esp_eth.h"
#include "esp_event.h"
#include "esp_netif.h"
#include "esp_netif_net_stack.h"
#include "esp_wifi.h"

#include "connectwith/port/link_idf.h"
#include "connectwith/port/route_lwip.h"

#define REASON_MASK (0xffu)
#define LOSSES_MASK (0xffffu << LINK_LOSSES_SHIFT)

// Only the thread of the event loop writes these.
static atomic_uint states[ATTEMPT_LINK_COUNT];
static atomic_uint dhcp_servers[ATTEMPT_LINK_COUNT]; // 0: the address is static
static atomic_uint scans; // that have ended
static atomic_uint bssids[2]; // see link_bssid(), three bytes each
static void (*_Atomic wake_fn)(void); // set by Python's thread, called by that of the event loop

static void set(attempt_link_t link, uint32_t state) {
    atomic_store(&states[link], state);
    atomic_load(&wake_fn)();
}

static void set_bits(attempt_link_t link, uint32_t bits) {
    set(link, atomic_load(&states[link]) | bits);
}

static void clear_bits(attempt_link_t link, uint32_t bits) {
    set(link, atomic_load(&states[link]) & ~bits);
}

static void count_loss(attempt_link_t link, uint32_t reason) {
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
        set_bits(ATTEMPT_LINK_WIFI, LINK_UP);
    } else if (id == WIFI_EVENT_STA_DISCONNECTED) {
        const wifi_event_sta_disconnected_t *event = data;
        note_bssid(event->bssid);
        count_loss(ATTEMPT_LINK_WIFI, event->reason);
    } else if (id == WIFI_EVENT_SCAN_DONE) {
        atomic_fetch_add(&scans, 1);
    } else if (id == WIFI_EVENT_STA_STOP) {
        atomic_fetch_add(&scans, 1); // it ends a scan that runs
        clear_bits(ATTEMPT_LINK_WIFI, LINK_UP | LINK_HAS_ADDRESS);
    } else if (id == WIFI_EVENT_STA_START) {
        // WLAN.active(True) blocks until MicroPython's own handler, which runs before this one,
        // has received this event. Without the wake it would check again at the next tick only.
        atomic_load(&wake_fn)();
    }
}

static void on_ethernet(void *unused, esp_event_base_t base, int32_t id, void *data) {
    (void)unused;
    (void)base;
    (void)data;
    if (id == ETHERNET_EVENT_CONNECTED) {
        set_bits(ATTEMPT_LINK_ETHERNET, LINK_UP);
    } else if (id == ETHERNET_EVENT_DISCONNECTED) {
        count_loss(ATTEMPT_LINK_ETHERNET, 0);
    } else if (id == ETHERNET_EVENT_STOP) {
        clear_bits(ATTEMPT_LINK_ETHERNET, LINK_UP | LINK_HAS_ADDRESS);
    }
}

// ESP-IDF's event has neither the source of the address nor the name servers that came with it.
static void note_lease(attempt_link_t link, const ip_event_got_ip_t *event) {
    struct netif *netif = esp_netif_get_netif_impl(event->esp_netif);
    atomic_store(&dhcp_servers[link], route_note(link, netif));
}

// lwIP's thread posts this event, other threads post those of the link. So the event of an address
// that comes while the driver stops may follow the one of the link's end. No later event would
// clear the bit, and the next attempt would start with a wrong address.
static void note_address(attempt_link_t link, const ip_event_got_ip_t *event) {
    if (atomic_load(&states[link]) & LINK_UP) {
        note_lease(link, event);
        set_bits(link, LINK_HAS_ADDRESS);
    }
}

static void on_address(void *unused, esp_event_base_t base, int32_t id, void *data) {
    (void)unused;
    (void)base;
    if (id == IP_EVENT_STA_GOT_IP) {
        note_address(ATTEMPT_LINK_WIFI, data);
    } else if (id == IP_EVENT_STA_LOST_IP) {
        clear_bits(ATTEMPT_LINK_WIFI, LINK_HAS_ADDRESS);
    } else if (id == IP_EVENT_ETH_GOT_IP) {
        note_address(ATTEMPT_LINK_ETHERNET, data);
    } else if (id == IP_EVENT_ETH_LOST_IP) {
        clear_bits(ATTEMPT_LINK_ETHERNET, LINK_HAS_ADDRESS);
    }
}

// Once until the next hard reset, because a handler survives soft resets. If it is registered
// twice, ESP-IDF v5.2 to v6.1 calls it twice for each event, unless no handler of a single event
// was registered in between (components/esp_event/esp_event.c, loop_node_add_handler()).
static bool register_once(bool *registered, esp_event_base_t base, esp_event_handler_t handler) {
    if (!*registered) {
        *registered = esp_event_handler_register(base, ESP_EVENT_ANY_ID, handler, NULL) == ESP_OK;
    }
    return *registered;
}

bool link_watch(attempt_link_t link, void (*wake)(void)) {
    static bool has_wifi, has_ethernet, has_address;
    atomic_store(&wake_fn, wake);
    return (link == ATTEMPT_LINK_WIFI ? register_once(&has_wifi, WIFI_EVENT, on_wifi)
            : register_once(&has_ethernet, ETH_EVENT, on_ethernet))
           && register_once(&has_address, IP_EVENT, on_address);
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

uint8_t *link_memory(void) {
    RTC_NOINIT_ATTR static uint8_t memory[LINK_MEMORY_BYTES];
    return memory;
}

uint32_t link_scans(void) {
    return atomic_load(&scans);
}
