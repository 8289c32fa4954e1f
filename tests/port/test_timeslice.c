// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// When the timer runs that shortens the time slices. FreeRTOS ends the slices: tests/system tests that
// on a board with one core.

#include <stddef.h>
#include <string.h>

#include "connectwith/port/stream_lwip.h"
#include "connectwith/port/timeslice_freertos.h"
#include "harness.h"
#include "world.h"

static const uint8_t loopback[4] = {127, 0, 0, 1};

static void connect_to(stream_t *stream, peer_t peer) {
    stream_init(stream);
    CHECK_EQ(stream_connect(stream, loopback, world_port(peer), NULL), 0);
    for (int ms = 0; ms < LONG_MS && stream_poll(stream) == STREAM_CONNECTING; ++ms) {
        world_sleep_ms(1);
    }
}

// Whether the timer stops itself, as it must when no task computes.
static bool timer_stops(void) {
    for (int ms = 0; ms < LONG_MS; ++ms) {
        if (!world_timer_fires()) {
            return true;
        }
        world_sleep_ms(1);
    }
    return false;
}

static void handshake_with(peer_t peer, stream_state_t end) {
    stream_t stream;
    const char *ca = world_ca();
    const tls_config_t config = {
        .hostname = {(const uint8_t *)"broker.test", strlen("broker.test")},
        .ca = {(const uint8_t *)ca, strlen(ca)},
    };
    connect_to(&stream, peer);
    const unsigned starts = world_timer_starts();
    CHECK_EQ(stream_secure(&stream, &config, world_wake), STATUS_OK);
    for (int ms = 0; ms < LONG_MS && world_timer_starts() == starts; ++ms) {
        world_sleep_ms(1);
    }
    CHECK(world_timer_starts() > starts);
    CHECK(timer_stops());  // while the worker waits for the peer, or has ended
    for (int ms = 0; ms < LONG_MS && stream_poll(&stream) != end; ++ms) {
        world_sleep_ms(1);
    }
    CHECK_EQ(stream_poll(&stream), end);
    stream_close(&stream);
    for (int ms = 0; ms < LONG_MS && world_tasks() != 0; ++ms) {
        world_sleep_ms(1);
    }
    CHECK(timer_stops());  // the calls come in pairs
    CHECK(!world_timer_fires());
}

static void no_timer_with_two_cores(void) {
    timeslice_begin();
    CHECK(!world_timer_fires());
    timeslice_end();
    CHECK_EQ(world_timers(), 0);
}

static void no_memory_for_the_timer(void) {
    world_cores(1);
    world_no_timer(true);
    timeslice_begin();
    timeslice_end();
    world_no_timer(false);
    CHECK_EQ(world_timers(), 0);
    timeslice_begin();
    CHECK_EQ(world_timers(), 1);
    CHECK(world_timer_fires());
    timeslice_end();
    CHECK(world_timer_fires());
    CHECK(!world_timer_fires());
    world_cores(2);
}

static void runs_while_one_of_two_computes(void) {
    world_cores(1);
    timeslice_begin();
    timeslice_begin();
    timeslice_end();
    CHECK(world_timer_fires());
    CHECK(world_timer_fires());
    timeslice_end();
    timeslice_begin();  // before it has stopped itself
    CHECK(world_timer_fires());
    CHECK(world_timer_fires());
    timeslice_end();
    CHECK(world_timer_fires());
    CHECK(!world_timer_fires());
    world_cores(2);
}

static void runs_only_while_a_handshake_computes(void) {
    world_cores(1);
    for (int i = 0; i < 3; ++i) {
        handshake_with(PEER_ECHO, STREAM_SECURE);
        handshake_with(PEER_MUTE, STREAM_HANDSHAKE);
    }
    CHECK_EQ(world_timers(), 1);
    world_cores(2);
}

const test_t timeslice_tests[] = {
    { "no_timer_with_two_cores", no_timer_with_two_cores },
    { "no_memory_for_the_timer", no_memory_for_the_timer },
    { "runs_while_one_of_two_computes", runs_while_one_of_two_computes },
    { "runs_only_while_a_handshake_computes", runs_only_while_a_handshake_computes },
    { NULL, NULL },
};
