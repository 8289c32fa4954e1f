// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "mbedtls/ssl.h"
#include "mbedtls/x509.h"

#include "connectwith/port/stream_lwip.h"
#include "harness.h"
#include "world.h"

static const uint8_t loopback[4] = {127, 0, 0, 1};

// Longest time that one call of the stream has taken, over all tests.
static uint64_t longest_us;

static stream_state_t timed_poll(stream_t *stream) {
    const uint64_t start = world_now_us();
    const stream_state_t state = stream_poll(stream);
    const uint64_t took = world_now_us() - start;
    longest_us = took > longest_us ? took : longest_us;
    return state;
}

static stream_state_t wait_while(stream_t *stream, stream_state_t state, unsigned limit_ms) {
    for (unsigned ms = 0; ms < limit_ms && timed_poll(stream) == state; ++ms) {
        world_sleep_ms(1);
    }
    return stream_poll(stream);
}

static tls_config_t config_of(const char *host, const char *ca) {
    tls_config_t config = {.hostname = {(const uint8_t *)host, strlen(host)}};
    if (ca != NULL) {
        config.ca = (tls_bytes_t) {(const uint8_t *)ca, strlen(ca)};
    }
    return config;
}

static stream_state_t connect_to(stream_t *stream, peer_t peer) {
    stream_init(stream);
    CHECK_EQ(stream_connect(stream, loopback, world_port(peer), NULL), 0);
    return wait_while(stream, STREAM_CONNECTING, LONG_MS);
}

// Connects and shakes hands; returns the state at the end.
static stream_state_t secure_to(stream_t *stream, peer_t peer, const char *host, const char *ca) {
    CHECK_EQ(connect_to(stream, peer), STREAM_CONNECTED);
    const tls_config_t config = config_of(host, ca);
    CHECK_EQ(stream_secure(stream, &config, world_wake), STATUS_OK);
    return wait_while(stream, STREAM_HANDSHAKE, 5000);
}

// Everything that a test has used must have gone; the peers need a moment to see the end.
static void check_nothing_left(void) {
    for (int i = 0; i < LONG_MS && (world_tasks() != 0 || world_open_sockets() != 0); ++i) {
        world_sleep_ms(1);
    }
    CHECK_EQ(world_tasks(), 0);
    CHECK_EQ(world_open_sockets(), 0);
}

static void echoes_through_tls(void) {
    stream_t stream;
    const unsigned wakes = world_wakes();
    CHECK_EQ(secure_to(&stream, PEER_ECHO, "broker.test", world_ca()), STREAM_SECURE);
    CHECK_EQ(world_wakes() - wakes, 1);
    CHECK_EQ(stream.error, 0);
    char text[16];
    int error = 0;
    CHECK_EQ(stream_read(&stream, text, sizeof(text), &error), -1);
    CHECK_EQ(error, EAGAIN);
    CHECK_EQ(stream_write(&stream, "hello", 5, &error), 5);
    int got = -1;
    for (int i = 0; i < LONG_MS && got < 0; ++i) {
        world_sleep_ms(1);
        got = stream_read(&stream, text, sizeof(text), &error);
    }
    CHECK_EQ(got, 5);
    CHECK(memcmp(text, "hello", 5) == 0);
    stream_close(&stream);
    stream_close(&stream);
    CHECK_EQ(stream_poll(&stream), STREAM_CLOSED);
    check_nothing_left();
}

// More than lwIP and mbedTLS can buffer, so that writes are partial on every layer. One way after
// the other: two ends of one lwIP whose receive windows are both shut answer each other's empty
// ACKs for ever, and no data can open them.
static void carries_a_megabyte_each_way(void) {
    static uint8_t out[STORE_BYTES], in[STORE_BYTES];
    stream_t stream;
    for (size_t i = 0; i < sizeof(out); ++i) {
        out[i] = (uint8_t)(i * 2654435761u >> 13);
    }
    CHECK_EQ(secure_to(&stream, PEER_STORE, "broker.test", world_ca()), STREAM_SECURE);
    size_t sent = 0, got = 0;
    unsigned refused = 0;
    int error = 0;
    const uint64_t end_us = world_now_us() + 200000000;
    while (sent < sizeof(out) && world_now_us() < end_us) {
        const int count = stream_write(&stream, out + sent, sizeof(out) - sent, &error);
        CHECK(count > 0 || (count < 0 && error == EAGAIN));
        sent += count > 0 ? (size_t)count : 0;
        if (count < 0) {
            refused++;
            world_sleep_ms(1);
        }
    }
    while (got < sizeof(in) && world_now_us() < end_us) {
        const int count = stream_read(&stream, in + got, sizeof(in) - got, &error);
        CHECK(count > 0 || (count < 0 && error == EAGAIN));
        got += count > 0 ? (size_t)count : 0;
        if (count < 0) {
            world_sleep_ms(1);
        }
    }
    CHECK_EQ(sent, sizeof(out));
    CHECK_EQ(got, sizeof(in));
    CHECK(memcmp(in, out, sizeof(in)) == 0);
    CHECK(refused > 0);  // else nothing has been tested
    stream_close(&stream);
    check_nothing_left();
}

static void says_why_a_certificate_is_bad(void) {
    static const struct {
        peer_t peer;
        uint32_t flag;
    } cases[] = {
        {PEER_OTHER_HOST, MBEDTLS_X509_BADCERT_CN_MISMATCH},
        {PEER_EXPIRED, MBEDTLS_X509_BADCERT_EXPIRED},
        {PEER_FUTURE, MBEDTLS_X509_BADCERT_FUTURE},
        {PEER_UNKNOWN_CA, MBEDTLS_X509_BADCERT_NOT_TRUSTED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        stream_t stream;
        CHECK_EQ(secure_to(&stream, cases[i].peer, "broker.test", world_ca()), STREAM_FAILED);
        CHECK_EQ(stream.error, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
        CHECK_EQ(stream.verify_flags, cases[i].flag);
        stream_close(&stream);
    }
    check_nothing_left();
}

static void never_goes_on_without_authority(void) {
    stream_t stream;
    CHECK_EQ(secure_to(&stream, PEER_ECHO, "broker.test", NULL), STREAM_FAILED);
    CHECK_EQ(stream.error, MBEDTLS_ERR_SSL_CA_CHAIN_REQUIRED);
    stream_close(&stream);
    CHECK_EQ(secure_to(&stream, PEER_ECHO, "broker.test", "not a certificate"), STREAM_FAILED);
    CHECK(stream.error < 0);
    stream_close(&stream);
    check_nothing_left();
}

static void says_how_a_handshake_was_broken(void) {
    stream_t stream;
    CHECK_EQ(secure_to(&stream, PEER_GARBAGE, "broker.test", world_ca()), STREAM_FAILED);
    CHECK(stream.error == MBEDTLS_ERR_SSL_INVALID_RECORD
        || stream.error == MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION);
    stream_close(&stream);
    CHECK_EQ(secure_to(&stream, PEER_RESET, "broker.test", world_ca()), STREAM_FAILED);
    CHECK_EQ(stream.error, ECONNRESET);
    stream_close(&stream);
    CHECK_EQ(secure_to(&stream, PEER_CLOSE, "broker.test", world_ca()), STREAM_FAILED);
    CHECK_EQ(stream.error, MBEDTLS_ERR_SSL_CONN_EOF);
    stream_close(&stream);
    check_nothing_left();
}

static void fails_on_noise_after_the_handshake(void) {
    stream_t stream;
    CHECK_EQ(secure_to(&stream, PEER_NOISE_AFTER, "broker.test", world_ca()), STREAM_SECURE);
    int error = EAGAIN;
    char text[64];
    for (int i = 0; i < LONG_MS && error == EAGAIN; ++i) {
        CHECK_EQ(stream_read(&stream, text, sizeof(text), &error), -1);
        world_sleep_ms(1);
    }
    CHECK(error < 0);
    CHECK_EQ(stream.error, error);
    CHECK_EQ(stream_poll(&stream), STREAM_FAILED);
    CHECK_EQ(stream_write(&stream, "x", 1, &error), -1);
    CHECK_EQ(error, stream.error);
    stream_close(&stream);
    check_nothing_left();
}

static void a_deaf_peer_stops_writes_not_the_caller(void) {
    static uint8_t bytes[65536];
    stream_t stream;
    CHECK_EQ(secure_to(&stream, PEER_DEAF, "broker.test", world_ca()), STREAM_SECURE);
    size_t sent = 0;
    int error = 0;
    uint64_t longest = 0;
    // Limited by the clock. On a busy machine a number of rounds may last until the peer has gone.
    const uint64_t end_us = world_now_us() + 700000;
    while (world_now_us() < end_us) {
        const uint64_t start = world_now_us();
        const int count = stream_write(&stream, bytes, sizeof(bytes), &error);
        const uint64_t took = world_now_us() - start;
        longest = took > longest ? took : longest;
        sent += count > 0 ? (size_t)count : 0;
        if (count < 0) {
            CHECK_EQ(error, EAGAIN);
            world_sleep_ms(1);
        }
    }
    CHECK(sent > 0);
    CHECK(sent < 200000);
    CHECK(!stream_ready(&stream).write);
    CHECK(!stream_watch(&stream, world_wake));  // a record waits for lwIP's buffer
    const uint64_t start = world_now_us();
    stream_close(&stream);
    CHECK(world_now_us() - start < 500000);
    CHECK(longest < 500000);
    check_nothing_left();
}

static void tells_a_refusal(void) {
    stream_t stream;
    stream_init(&stream);
    CHECK_EQ(stream_connect(&stream, loopback, world_closed_port(), NULL), 0);
    CHECK_EQ(wait_while(&stream, STREAM_CONNECTING, LONG_MS), STREAM_FAILED);
    CHECK_EQ(stream.error, ECONNREFUSED);
    stream_close(&stream);
    check_nothing_left();
}

static void keeps_its_states_apart(void) {
    stream_t stream;
    int error = 0;
    char byte;
    stream_init(&stream);
    const tls_config_t config = config_of("broker.test", world_ca());
    CHECK_EQ(stream_poll(&stream), STREAM_CLOSED);
    CHECK_EQ(stream_secure(&stream, &config, world_wake), STATUS_NOT_CONNECTED);
    CHECK_EQ(stream_read(&stream, &byte, 1, &error), -1);
    CHECK_EQ(error, EBADF);
    CHECK_EQ(connect_to(&stream, PEER_MUTE), STREAM_CONNECTED);
    CHECK_EQ(stream_connect(&stream, loopback, world_port(PEER_MUTE), NULL), EISCONN);

    tls_config_t bad = config_of("", world_ca());
    CHECK_EQ(stream_secure(&stream, &bad, world_wake), STATUS_BAD_HOST);
    bad = config_of("broker.test", world_ca());
    bad.ca.len = 65537;
    CHECK_EQ(stream_secure(&stream, &bad, world_wake), STATUS_TOO_LARGE);
    atomic_store(&world_no_tasks, true);
    CHECK_EQ(stream_secure(&stream, &config, world_wake), STATUS_NO_MEMORY);
    atomic_store(&world_no_tasks, false);
    CHECK_EQ(stream_poll(&stream), STREAM_CONNECTED);  // as if nothing had been asked

    CHECK_EQ(stream_secure(&stream, &config, world_wake), STATUS_OK);
    CHECK_EQ(stream_secure(&stream, &config, world_wake), STATUS_NOT_CONNECTED);
    CHECK_EQ(stream_read(&stream, &byte, 1, &error), -1);
    CHECK_EQ(error, EAGAIN);
    stream_close(&stream);
    check_nothing_left();
}

// Four streams at a peer that never answers, two of them waiting for a task: closing them frees
// the tasks within a moment, and a good handshake behind them succeeds.
static void a_queue_behind_mute_peers_moves_on(void) {
    stream_t mute[4], good;
    const tls_config_t config = config_of("broker.test", world_ca());
    for (int i = 0; i < 4; ++i) {
        CHECK_EQ(connect_to(&mute[i], PEER_MUTE), STREAM_CONNECTED);
        CHECK_EQ(stream_secure(&mute[i], &config, world_wake), STATUS_OK);
    }
    for (int i = 0; i < LONG_MS && world_tasks() != 2; ++i) {
        world_sleep_ms(1);
    }
    world_sleep_ms(50);  // for a third one, which must not be there
    CHECK_EQ(world_tasks(), 2);
    CHECK_EQ(connect_to(&good, PEER_ECHO), STREAM_CONNECTED);
    CHECK_EQ(stream_secure(&good, &config, world_wake), STATUS_OK);
    CHECK_EQ(wait_while(&good, STREAM_HANDSHAKE, 100), STREAM_HANDSHAKE);
    const unsigned wakes = world_wakes();
    for (int i = 0; i < 4; ++i) {
        stream_close(&mute[i]);
    }
    CHECK_EQ(wait_while(&good, STREAM_HANDSHAKE, LONG_MS), STREAM_SECURE);
    CHECK_EQ(world_wakes() - wakes, 1);  // of the good one only
    stream_close(&good);
    check_nothing_left();
}

static void wait_for_wakes(unsigned count) {
    for (int i = 0; i < LONG_MS && world_wakes() != count; ++i) {
        world_sleep_ms(1);
    }
    CHECK_EQ(world_wakes(), count);
}

static void watches_what_comes(void) {
    stream_t stream;
    char text[16];
    int error = 0;
    stream_init(&stream);
    CHECK(!stream_watch(&stream, world_wake));
    CHECK_EQ(secure_to(&stream, PEER_ECHO, "broker.test", world_ca()), STREAM_SECURE);
    unsigned wakes = world_wakes();
    CHECK(stream_watch(&stream, world_wake));
    CHECK(stream_watch(&stream, world_wake));
    world_sleep_ms(50);
    CHECK_EQ(world_wakes(), wakes);  // nothing has come
    CHECK_EQ(stream_write(&stream, "hello", 5, &error), 5);
    wait_for_wakes(++wakes);
    world_sleep_ms(50);
    CHECK_EQ(world_wakes(), wakes);  // told once, though it has been asked for twice
    CHECK(stream_watch(&stream, world_wake));
    wait_for_wakes(++wakes);  // still unread
    CHECK_EQ(stream_read(&stream, text, 2, &error), 2);
    CHECK(stream_watch(&stream, world_wake));
    CHECK_EQ(world_wakes(), ++wakes);  // the rest is in mbedTLS, the socket is empty
    CHECK_EQ(stream_read(&stream, text, sizeof(text), &error), 3);
    CHECK(stream_watch(&stream, world_wake));
    stream_close(&stream);
    check_nothing_left();
    CHECK_EQ(world_wakes(), wakes);
}

static void watches_the_end(void) {
    stream_t stream;
    char byte = 'x';
    int error = 0;
    CHECK_EQ(connect_to(&stream, PEER_CLOSE), STREAM_CONNECTED);
    const unsigned wakes = world_wakes();
    CHECK(stream_watch(&stream, world_wake));
    CHECK_EQ(stream_write(&stream, &byte, 1, &error), 1);
    wait_for_wakes(wakes + 1);
    CHECK_EQ(stream_read(&stream, &byte, 1, &error), 0);
    stream_close(&stream);
    check_nothing_left();
}

static void says_that_it_cannot_watch(void) {
    stream_t stream;
    CHECK_EQ(connect_to(&stream, PEER_MUTE), STREAM_CONNECTED);
    atomic_store(&world_no_tasks, true);
    CHECK(!stream_watch(&stream, world_wake));
    atomic_store(&world_no_tasks, false);
    CHECK(stream_watch(&stream, world_wake));
    stream_close(&stream);
    CHECK(!stream_watch(&stream, world_wake));
    check_nothing_left();
}

static unsigned rounds(void) {
    const char *text = getenv("PORT_TEST_ROUNDS");
    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : 200;
}

static void closes_at_any_moment(void) {
    uint32_t random = 12345;
    const tls_config_t config = config_of("broker.test", world_ca());
    for (unsigned i = 0; i < rounds(); ++i) {
        stream_t stream;
        random = random * 1664525 + 1013904223;
        const peer_t peer = (peer_t)(random >> 24) % PEER_COUNT;
        if (connect_to(&stream, peer == PEER_DEAF ? PEER_ECHO : peer) == STREAM_CONNECTED) {
            CHECK((random & 1) == 0 || stream_watch(&stream, world_wake));
            CHECK_EQ(stream_secure(&stream, &config, world_wake), STATUS_OK);
        }
        const uint64_t end_us = world_now_us() + (random >> 8 & 0x7fff);
        while (world_now_us() < end_us && stream_poll(&stream) == STREAM_HANDSHAKE) {
        }
        (void)stream_watch(&stream, world_wake);
        stream_close(&stream);
    }
    check_nothing_left();
}

const test_t stream_tests[] = {
    { "echoes_through_tls", echoes_through_tls },
    { "carries_a_megabyte_each_way", carries_a_megabyte_each_way },
    { "says_why_a_certificate_is_bad", says_why_a_certificate_is_bad },
    { "never_goes_on_without_authority", never_goes_on_without_authority },
    { "says_how_a_handshake_was_broken", says_how_a_handshake_was_broken },
    { "fails_on_noise_after_the_handshake", fails_on_noise_after_the_handshake },
    { "a_deaf_peer_stops_writes_not_the_caller", a_deaf_peer_stops_writes_not_the_caller },
    { "tells_a_refusal", tells_a_refusal },
    { "keeps_its_states_apart", keeps_its_states_apart },
    { "a_queue_behind_mute_peers_moves_on", a_queue_behind_mute_peers_moves_on },
    { "watches_what_comes", watches_what_comes },
    { "watches_the_end", watches_the_end },
    { "says_that_it_cannot_watch", says_that_it_cannot_watch },
    { "closes_at_any_moment", closes_at_any_moment },
    { NULL, NULL },
};
