// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The state of a link after events of ESP-IDF. This file is the event loop: it delivers each event
// at once, in the order of the test.

#include <stddef.h>
#include <string.h>

#include "esp_eth.h"
#include "esp_event.h"
#include "esp_netif.h"
#include "esp_netif_net_stack.h"
#include "esp_wifi.h"

#include "connectwith/port/link_idf.h"
#include "harness.h"
#include "world.h"

ESP_EVENT_DEFINE_BASE(ETH_EVENT);
ESP_EVENT_DEFINE_BASE(IP_EVENT);
ESP_EVENT_DEFINE_BASE(WIFI_EVENT);

#define WIFI ATTEMPT_LINK_WIFI
#define ETHERNET ATTEMPT_LINK_ETHERNET

static struct {
    esp_event_base_t base;
    esp_event_handler_t handler;
} handlers[3];

esp_err_t esp_event_handler_register(esp_event_base_t base, int32_t id,
    esp_event_handler_t handler, void *arg) {
    (void)arg;
    CHECK_EQ(id, ESP_EVENT_ANY_ID);
    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
        CHECK(handlers[i].base != base); // the second would be called beside the first
        if (handlers[i].base == NULL) {
            handlers[i].base = base;
            handlers[i].handler = handler;
            return ESP_OK;
        }
    }
    return ESP_ERR_NO_MEM;
}

void *esp_netif_get_netif_impl(esp_netif_t *netif) {
    (void)netif;
    return NULL; // no lease to look at: the address is static
}

static void happens(esp_event_base_t base, int32_t id, void *data) {
    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
        if (handlers[i].base == base) {
            handlers[i].handler(NULL, base, id, data);
        }
    }
}

static void gets_address(int32_t id) {
    ip_event_got_ip_t event = { 0 };
    happens(IP_EVENT, id, &event);
}

// The access point whose BSSID ends in this byte.
static void joins(uint8_t last) {
    wifi_event_sta_connected_t event = { .bssid = { 2, 0x80, 0xff, 3, 4, last } };
    happens(WIFI_EVENT, WIFI_EVENT_STA_CONNECTED, &event);
}

static void leaves(uint8_t reason) {
    wifi_event_sta_disconnected_t event = { .reason = reason, .bssid = { 2, 0, 0, 0, 0, 9 } };
    happens(WIFI_EVENT, WIFI_EVENT_STA_DISCONNECTED, &event);
}

static uint32_t losses(attempt_link_t link) {
    return link_state(link) >> LINK_LOSSES_SHIFT;
}

static uint32_t flags(attempt_link_t link) {
    return link_state(link) & (LINK_UP | LINK_HAS_ADDRESS);
}

// This event wakes code that waits in WLAN.active(True). MicroPython's handler must have run before,
// so the handler for Wi-Fi is registered after it. The handlers stay until the program's end, as on a
// chip until the next hard reset. So this test is the first one.
static void wakes_when_wifi_has_started(void) {
    CHECK(handlers[0].base == NULL);
    CHECK(link_watch(ETHERNET, world_wake));
    const uint32_t state = link_state(WIFI);
    const unsigned before = world_wakes();
    happens(WIFI_EVENT, WIFI_EVENT_STA_START, NULL);
    CHECK_EQ(world_wakes() - before, 0);
    CHECK(link_watch(WIFI, world_wake));
    happens(WIFI_EVENT, WIFI_EVENT_STA_START, NULL);
    CHECK_EQ(world_wakes() - before, 1);
    CHECK_EQ(link_state(WIFI), state);
}

static void follows_a_link_up_and_down(void) {
    CHECK(link_watch(ETHERNET, world_wake));
    const unsigned before = world_wakes();
    happens(ETH_EVENT, ETHERNET_EVENT_CONNECTED, NULL);
    CHECK_EQ(flags(ETHERNET), LINK_UP);
    gets_address(IP_EVENT_ETH_GOT_IP);
    CHECK_EQ(flags(ETHERNET), LINK_UP | LINK_HAS_ADDRESS);
    CHECK_EQ(flags(WIFI), 0);
    const uint32_t lost = losses(ETHERNET);
    happens(ETH_EVENT, ETHERNET_EVENT_DISCONNECTED, NULL);
    CHECK_EQ(flags(ETHERNET), 0);
    CHECK_EQ(losses(ETHERNET), lost + 1);
    CHECK_EQ(world_wakes() - before, 3);
}

static void keeps_the_reason_of_the_last_loss(void) {
    CHECK(link_watch(WIFI, world_wake));
    joins(1);
    const uint32_t lost = losses(WIFI);
    uint8_t bssid[6];
    link_bssid(bssid);
    CHECK(memcmp(bssid, (uint8_t[]) { 2, 0x80, 0xff, 3, 4, 1 }, sizeof(bssid)) == 0);
    leaves(WIFI_REASON_BEACON_TIMEOUT);
    link_bssid(bssid);
    CHECK(memcmp(bssid, (uint8_t[]) { 2, 0, 0, 0, 0, 9 }, sizeof(bssid)) == 0);
    leaves(WIFI_REASON_NO_AP_FOUND);
    CHECK_EQ(losses(WIFI), lost + 2);
    CHECK_EQ(link_state(WIFI) & 0xff, WIFI_REASON_NO_AP_FOUND);
    CHECK_EQ(flags(WIFI), 0);
}

static void an_address_goes_and_comes_back(void) {
    CHECK(link_watch(WIFI, world_wake));
    joins(1);
    gets_address(IP_EVENT_STA_GOT_IP);
    happens(IP_EVENT, IP_EVENT_STA_LOST_IP, NULL);
    CHECK_EQ(flags(WIFI), LINK_UP);
    gets_address(IP_EVENT_STA_GOT_IP);
    CHECK_EQ(flags(WIFI), LINK_UP | LINK_HAS_ADDRESS);
    happens(WIFI_EVENT, WIFI_EVENT_STA_STOP, NULL);
    CHECK_EQ(flags(WIFI), 0);
}

// The driver is stopped just when the lease comes: its thread is the slower one.
static void an_address_after_the_links_end_is_none(void) {
    CHECK(link_watch(ETHERNET, world_wake));
    CHECK(link_watch(WIFI, world_wake));
    happens(ETH_EVENT, ETHERNET_EVENT_CONNECTED, NULL);
    happens(ETH_EVENT, ETHERNET_EVENT_DISCONNECTED, NULL);
    happens(ETH_EVENT, ETHERNET_EVENT_STOP, NULL);
    gets_address(IP_EVENT_ETH_GOT_IP);
    CHECK_EQ(flags(ETHERNET), 0);
    joins(1);
    leaves(WIFI_REASON_ASSOC_LEAVE);
    gets_address(IP_EVENT_STA_GOT_IP);
    CHECK_EQ(flags(WIFI), 0);
    joins(1);
    CHECK_EQ(flags(WIFI), LINK_UP);
    happens(WIFI_EVENT, WIFI_EVENT_STA_STOP, NULL);
}

static void counts_scans_that_have_ended(void) {
    CHECK(link_watch(WIFI, world_wake));
    const uint32_t before = link_scans();
    happens(WIFI_EVENT, WIFI_EVENT_SCAN_DONE, NULL);
    happens(WIFI_EVENT, WIFI_EVENT_STA_STOP, NULL); // one that ran is over
    CHECK_EQ(link_scans() - before, 2);
}

const test_t link_tests[] = {
    { "wakes_when_wifi_has_started", wakes_when_wifi_has_started },
    { "follows_a_link_up_and_down", follows_a_link_up_and_down },
    { "keeps_the_reason_of_the_last_loss", keeps_the_reason_of_the_last_loss },
    { "an_address_goes_and_comes_back", an_address_goes_and_comes_back },
    { "an_address_after_the_links_end_is_none", an_address_after_the_links_end_is_none },
    { "counts_scans_that_have_ended", counts_scans_that_have_ended },
    { NULL, NULL },
};
