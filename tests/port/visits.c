// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "visits.h"

#include <stddef.h>
#include <string.h>

#include "connectwith/port/tls_session.h"
#include "harness.h"

static outcome_t outcome_of(const stream_t *stream) {
    if (stream->state != STREAM_SECURE) {
        CHECK(!stream->resumed);
        return stream->retry ? RETRY : FAILED;
    }
    CHECK(!stream->retry);
    return stream->resumed ? RESUMED : FULL;
}

static int echo(stream_t *stream) {
    char text[8];
    int error = 0, got = -1;
    CHECK_EQ(stream_write(stream, "hello", 5, &error), 5);
    for (int i = 0; i < LONG_MS && got < 0; ++i) {
        world_sleep_ms(1);
        got = stream_read(stream, text, sizeof(text), &error);
    }
    return got == 5 && memcmp(text, "hello", 5) == 0 ? 0 : -1;
}

void visit_begin(stream_t *stream, peer_t peer, const tls_config_t *config) {
    static const uint8_t loopback[4] = {127, 0, 0, 1};
    stream_init(stream);
    CHECK_EQ(stream_connect(stream, loopback, world_port(peer), NULL), 0);
    for (int i = 0; i < LONG_MS && stream_poll(stream) == STREAM_CONNECTING; ++i) {
        world_sleep_ms(1);
    }
    CHECK_EQ(stream_secure(stream, config, world_wake), STATUS_OK);
}

static uint32_t last_flags;

uint32_t visit_flags(void) {
    return last_flags;
}

outcome_t visit_as(peer_t peer, const tls_config_t *config) {
    stream_t stream;
    visit_begin(&stream, peer, config);
    for (int i = 0; i < LONG_MS && stream_poll(&stream) == STREAM_HANDSHAKE; ++i) {
        world_sleep_ms(1);
    }
    const outcome_t outcome = outcome_of(&stream);
    last_flags = stream.verify_flags;
    if (outcome >= FULL) {
        CHECK_EQ(echo(&stream), 0);
    }
    stream_close(&stream);
    return outcome;
}

tls_config_t visit_config(void) {
    static const char host[] = "broker.test";
    return (tls_config_t) {
        .hostname = {(const uint8_t *)host, sizeof(host) - 1},
        .ca = {(const uint8_t *)world_ca(), strlen(world_ca())},
        .port = 8883,
    };
}

outcome_t visit(peer_t peer) {
    const tls_config_t config = visit_config();
    return visit_as(peer, &config);
}

void visits_begin(void) {
    tls_session_drop();
    world_tickets(176, 7200);
    world_clock(0);
}

void visits_end(void) {
    visits_begin();
    for (int i = 0; i < LONG_MS && (world_tasks() != 0 || world_open_sockets() != 0); ++i) {
        world_sleep_ms(1);
    }
    CHECK_EQ(world_tasks(), 0);
    CHECK_EQ(world_open_sockets(), 0);
}
