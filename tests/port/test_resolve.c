// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <string.h>

#include "connectwith/port/resolve_lwip.h"
#include "harness.h"
#include "world.h"

// Polls as the board does, until the end or for so long.
static resolve_state_t wait_for(resolve_query_t query, unsigned limit_ms, uint8_t address[4]) {
    resolve_state_t state = RESOLVE_PENDING;
    for (unsigned ms = 0; ms < limit_ms && state == RESOLVE_PENDING; ms += 2) {
        state = resolve_poll(query, address);
        world_sleep_ms(2);
    }
    return state;
}

static resolve_query_t start(const char *host) {
    resolve_query_t query = 0;
    CHECK_EQ(resolve_start(host, strlen(host), world_wake, &query), STATUS_OK);
    return query;
}

static void finds_an_address_and_wakes(void) {
    uint8_t address[4] = {0};
    const unsigned before = world_wakes();
    world_dns(DNS_ANSWER, 0);
    const resolve_query_t query = start("broker.test");
    CHECK_EQ(wait_for(query, LONG_MS, address), RESOLVE_FOUND);
    CHECK(memcmp(address, "\x0a\x01\x02\x03", 4) == 0);
    CHECK_EQ(world_wakes() - before, 1);
    CHECK_EQ(resolve_poll(query, address), RESOLVE_FOUND);  // it stays
    resolve_cancel(query);
    CHECK_EQ(resolve_poll(query, address), RESOLVE_NO_QUERY);
}

static void a_quad_needs_no_server(void) {
    uint8_t address[4];
    world_dns_unset();
    const resolve_query_t query = start("192.168.7.9");
    CHECK_EQ(resolve_poll(query, address), RESOLVE_FOUND);
    CHECK(memcmp(address, "\xc0\xa8\x07\x09", 4) == 0);
    resolve_cancel(query);
    world_dns_set();
}

static void tells_failures_apart(void) {
    uint8_t address[4] = {9, 9, 9, 9};
    world_dns(DNS_NXDOMAIN, 0);
    resolve_query_t query = start("nowhere.test");
    CHECK_EQ(wait_for(query, LONG_MS, address), RESOLVE_NOT_FOUND);
    resolve_cancel(query);
    world_dns_unset();
    query = start("broker.test");
    CHECK_EQ(wait_for(query, LONG_MS, address), RESOLVE_NO_SERVER);
    resolve_cancel(query);
    world_dns_set();
    CHECK(memcmp(address, "\x09\x09\x09\x09", 4) == 0);
}

static void refuses_what_is_no_name(void) {
    resolve_query_t query = 77;
    CHECK_EQ(resolve_start("", 0, world_wake, &query), STATUS_BAD_HOST);
    CHECK_EQ(resolve_start("a\0b", 3, world_wake, &query), STATUS_BAD_HOST);
    CHECK_EQ(resolve_start("a..b", 4, world_wake, &query), STATUS_BAD_HOST);
    CHECK_EQ(query, 77);
}

static void a_late_answer_reaches_nobody(void) {
    uint8_t address[4];
    world_dns(DNS_ANSWER, 60);
    const resolve_query_t old = start("old.test");
    world_sleep_ms(20);
    const unsigned before = world_wakes();
    resolve_cancel(old);
    const resolve_query_t quad = start("1.2.3.4");  // gets the slot of the old one
    world_sleep_ms(200);
    CHECK_EQ(resolve_poll(old, address), RESOLVE_NO_QUERY);
    CHECK_EQ(resolve_poll(quad, address), RESOLVE_FOUND);
    CHECK_EQ(address[0], 1);
    CHECK_EQ(world_wakes(), before);
    resolve_cancel(quad);
}

static void slots_are_four_and_come_back(void) {
    resolve_query_t query[5];
    world_dns(DNS_SILENT, 0);
    for (int i = 0; i < 4; ++i) {
        query[i] = start("silent.test");
    }
    CHECK_EQ(resolve_start("silent.test", 11, world_wake, &query[4]), STATUS_NO_SLOT);
    for (int i = 0; i < 4; ++i) {
        resolve_cancel(query[i]);
        resolve_cancel(query[i]);
    }
    query[4] = start("silent.test");
    resolve_cancel(query[4]);
}

// lwIP's table is full of queries that nobody waits for any more; the next must still succeed.
static void retries_when_lwip_is_full(void) {
    uint8_t address[4];
    char name[] = "a.test";
    world_dns(DNS_SILENT, 0);
    for (int i = 0; i < 12; ++i) {
        name[0] = (char)('a' + i);
        resolve_cancel(start(name));
        world_sleep_ms(2);
        const resolve_query_t query = start(name);
        world_sleep_ms(2);
        resolve_cancel(query);
    }
    world_dns(DNS_ANSWER, 0);
    const resolve_query_t query = start("broker.test");
    CHECK_EQ(wait_for(query, 2 * LONG_MS, address), RESOLVE_FOUND);
    resolve_cancel(query);
}

static void goes_on_to_the_second_server(void) {
    uint8_t address[4];
    world_dns(DNS_ANSWER, 0);
    world_dns_dead();
    resolve_second((const uint8_t[]) {127, 0, 0, 1});
    const resolve_query_t query = start("second.test");
    CHECK_EQ(wait_for(query, LONG_MS, address), RESOLVE_FOUND);
    resolve_cancel(query);
    world_dns_set();
}

const test_t resolve_tests[] = {
    { "finds_an_address_and_wakes", finds_an_address_and_wakes },
    { "a_quad_needs_no_server", a_quad_needs_no_server },
    { "tells_failures_apart", tells_failures_apart },
    { "refuses_what_is_no_name", refuses_what_is_no_name },
    { "a_late_answer_reaches_nobody", a_late_answer_reaches_nobody },
    { "slots_are_four_and_come_back", slots_are_four_and_come_back },
    { "goes_on_to_the_second_server", goes_on_to_the_second_server },
    { "retries_when_lwip_is_full", retries_when_lwip_is_full },
    { NULL, NULL },
};
