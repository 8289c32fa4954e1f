// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <string.h>

#include "connectwith/port/resolve_lwip.h"
#include "harness.h"
#include "world.h"

static dnsmsg_addresses_t found;

// Polls as the board does, until the end or for so long.
static resolve_state_t wait_for(resolve_query_t query, unsigned limit_ms) {
    resolve_state_t state = RESOLVE_PENDING;
    for (unsigned ms = 0; ms < limit_ms && state == RESOLVE_PENDING; ms += 2) {
        state = resolve_poll(query, &found);
        world_sleep_ms(2);
    }
    return state;
}

static resolve_query_t start_by(const char *host, const route_t *way) {
    resolve_query_t query = 0;
    CHECK_EQ(resolve_start(host, strlen(host), way, world_wake, &query), STATUS_OK);
    return query;
}

static resolve_query_t start(const char *host) {
    return start_by(host, NULL);
}

static resolve_state_t ask(const char *host) {
    const resolve_query_t query = start(host);
    const resolve_state_t state = wait_for(query, LONG_MS);
    resolve_cancel(query);
    return state;
}

static void finds_an_address_and_wakes(void) {
    const unsigned before = world_wakes();
    world_dns(DNS_ANSWER, 0);
    const resolve_query_t query = start("broker.test");
    CHECK_EQ(wait_for(query, LONG_MS), RESOLVE_FOUND);
    CHECK_EQ(found.count, 1);
    CHECK(memcmp(found.address[0], "\x0a\x01\x02\x03", 4) == 0);
    CHECK_EQ(world_wakes() - before, 1);
    CHECK_EQ(resolve_poll(query, &found), RESOLVE_FOUND);  // it stays
    resolve_cancel(query);
    CHECK_EQ(resolve_poll(query, &found), RESOLVE_NO_QUERY);
}

static void all_addresses_of_a_name(void) {
    world_dns(DNS_TWO, 0);
    CHECK_EQ(ask("broker.test."), RESOLVE_FOUND);
    CHECK_EQ(found.count, 2);
    CHECK_EQ(found.address[1][3], 4);
}

static void a_quad_needs_no_server(void) {
    world_dns_unset();
    const resolve_query_t query = start("192.168.7.9");
    CHECK_EQ(resolve_poll(query, &found), RESOLVE_FOUND);
    CHECK_EQ(found.count, 1);
    CHECK(memcmp(found.address[0], "\xc0\xa8\x07\x09", 4) == 0);
    resolve_cancel(query);
    world_dns_set();
}

static void tells_failures_apart(void) {
    memset(&found, 9, sizeof(found));
    world_dns(DNS_NXDOMAIN, 0);
    CHECK_EQ(ask("nowhere.test"), RESOLVE_NO_NAME);
    world_dns(DNS_EMPTY, 0);
    CHECK_EQ(ask("six.test"), RESOLVE_NO_ADDRESS);
    world_dns(DNS_SERVFAIL, 0);
    CHECK_EQ(ask("broker.test"), RESOLVE_FAILED);
    world_dns(DNS_SILENT, 0);
    const uint64_t began_us = world_now_us();
    const unsigned before = world_dns_queries();
    CHECK_EQ(ask("broker.test"), RESOLVE_SILENT);
    CHECK(world_now_us() - began_us >= 7000 * 1000);
    CHECK_EQ(world_dns_queries() - before, 4);
    world_dns_unset();
    CHECK_EQ(ask("broker.test"), RESOLVE_NO_SERVER);
    world_dns_set();
    CHECK_EQ(found.count, 9);
}

static void an_answer_to_somebody_else_is_none(void) {
    world_dns(DNS_OTHER_ID, 0);
    const resolve_query_t query = start("broker.test");
    CHECK_EQ(wait_for(query, 200), RESOLVE_PENDING);
    world_dns(DNS_ANSWER, 0);
    CHECK_EQ(wait_for(query, LONG_MS), RESOLVE_FOUND);
    resolve_cancel(query);
}

static void refuses_what_is_no_name(void) {
    resolve_query_t query = 77;
    CHECK_EQ(resolve_start("", 0, NULL, world_wake, &query), STATUS_BAD_HOST);
    CHECK_EQ(resolve_start("a\0b", 3, NULL, world_wake, &query), STATUS_BAD_HOST);
    CHECK_EQ(resolve_start("a..b", 4, NULL, world_wake, &query), STATUS_BAD_HOST);
    CHECK_EQ(query, 77);
}

static void a_late_answer_reaches_nobody(void) {
    world_dns(DNS_ANSWER, 60);
    const resolve_query_t old = start("old.test");
    world_sleep_ms(20);
    const unsigned before = world_wakes();
    resolve_cancel(old);
    const resolve_query_t quad = start("1.2.3.4");  // gets the slot of the old one
    world_sleep_ms(200);
    CHECK_EQ(resolve_poll(old, &found), RESOLVE_NO_QUERY);
    CHECK_EQ(resolve_poll(quad, &found), RESOLVE_FOUND);
    CHECK_EQ(found.address[0][0], 1);
    CHECK_EQ(world_wakes(), before);
    resolve_cancel(quad);
}

static void slots_are_four_and_come_back(void) {
    resolve_query_t query[5];
    const unsigned before = world_udp_sockets();
    world_dns(DNS_SILENT, 0);
    for (int i = 0; i < 4; ++i) {
        query[i] = start("silent.test");
    }
    CHECK_EQ(resolve_start("silent.test", 11, NULL, world_wake, &query[4]), STATUS_NO_SLOT);
    CHECK_EQ(world_udp_sockets() - before, 4);
    for (int i = 0; i < 4; ++i) {
        resolve_cancel(query[i]);
        resolve_cancel(query[i]);
    }
    query[4] = start("silent.test");
    resolve_cancel(query[4]);
    CHECK_EQ(world_udp_sockets(), before);
}

static void goes_on_to_the_second_server(void) {
    world_dns(DNS_ANSWER, 0);
    world_dns_dead();
    resolve_second((const uint8_t[]) {127, 0, 0, 1});
    const uint64_t began_us = world_now_us();
    CHECK_EQ(ask("second.test"), RESOLVE_FOUND);
    CHECK(world_now_us() - began_us >= 500 * 1000);
    world_dns_set();
}

static void asks_the_servers_of_the_way(void) {
    world_dns(DNS_ANSWER, 0);
    world_dns_unset();
    const route_t way = {.count = 1, .servers = {{127, 0, 0, 1}}};
    resolve_query_t query = start_by("broker.test", &way);
    CHECK_EQ(wait_for(query, LONG_MS), RESOLVE_FOUND);
    resolve_cancel(query);
    world_dns_set();
    const route_t elsewhere = {.count = 1, .servers = {{127, 0, 0, 2}}};
    const unsigned before = world_dns_queries();
    query = start_by("broker.test", &elsewhere);
    CHECK_EQ(wait_for(query, 1200), RESOLVE_PENDING);
    resolve_cancel(query);
    CHECK_EQ(world_dns_queries(), before);
}

static void leaves_by_the_interface_of_the_way(void) {
    world_dns(DNS_ANSWER, 0);
    const route_t own = {.device = "lo0", .count = 1, .servers = {{127, 0, 0, 1}}};
    resolve_query_t query = start_by("broker.test", &own);
    CHECK_EQ(wait_for(query, LONG_MS), RESOLVE_FOUND);
    resolve_cancel(query);
    const route_t gone = {.device = "st9", .count = 1, .servers = {{127, 0, 0, 1}}};
    const unsigned before = world_dns_queries();
    query = start_by("broker.test", &gone);
    CHECK_EQ(wait_for(query, 1200), RESOLVE_PENDING);
    resolve_cancel(query);
    // lwIP has a server, the interface has none.
    const route_t none = {.device = "lo0"};
    query = start_by("broker.test", &none);
    CHECK_EQ(wait_for(query, LONG_MS), RESOLVE_NO_SERVER);
    resolve_cancel(query);
    CHECK_EQ(world_dns_queries(), before);
}

const test_t resolve_tests[] = {
    { "finds_an_address_and_wakes", finds_an_address_and_wakes },
    { "all_addresses_of_a_name", all_addresses_of_a_name },
    { "a_quad_needs_no_server", a_quad_needs_no_server },
    { "tells_failures_apart", tells_failures_apart },
    { "an_answer_to_somebody_else_is_none", an_answer_to_somebody_else_is_none },
    { "refuses_what_is_no_name", refuses_what_is_no_name },
    { "a_late_answer_reaches_nobody", a_late_answer_reaches_nobody },
    { "slots_are_four_and_come_back", slots_are_four_and_come_back },
    { "goes_on_to_the_second_server", goes_on_to_the_second_server },
    { "asks_the_servers_of_the_way", asks_the_servers_of_the_way },
    { "leaves_by_the_interface_of_the_way", leaves_by_the_interface_of_the_way },
    { NULL, NULL },
};
