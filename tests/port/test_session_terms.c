// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// For whom a session is kept, how long, and over what.

#include <stddef.h>
#include <string.h>

#include "mbedtls/x509.h"

#include "certificates.h"
#include "connectwith/core/resume.h"
#include "connectwith/port/tls_session.h"
#include "harness.h"
#include "visits.h"

static void the_hint_ends_a_session(void) {
    visits_begin();
    const uint32_t now_s = world_clock_s();
    world_clock(now_s);
    CHECK_EQ(visit(PEER_TICKET), FULL);
    world_clock(now_s + 7199);
    CHECK_EQ(visit(PEER_TICKET), RESUMED);
    world_clock(now_s + 7200);
    CHECK_EQ(visit(PEER_TICKET), FULL);
    visits_end();
}

static void a_day_ends_a_session_that_the_server_renews(void) {
    visits_begin();
    world_tickets(176, 7 * 86400);
    const uint32_t now_s = world_clock_s();
    world_clock(now_s);
    CHECK_EQ(visit(PEER_RENEWS), FULL);
    world_clock(now_s + 86399);
    CHECK_EQ(visit(PEER_RENEWS), RESUMED);
    world_clock(now_s + 86400);
    CHECK_EQ(visit(PEER_RENEWS), FULL);
    visits_end();
}

static void the_end_of_the_certificate_ends_a_session(void) {
    visits_begin();
    world_clock(WORLD_ENDS_S - 100);
    CHECK_EQ(visit(PEER_ENDS), FULL);
    world_clock(WORLD_ENDS_S - 1);
    CHECK_EQ(visit(PEER_ENDS), RESUMED);
    world_clock(WORLD_ENDS_S + 1);
    CHECK_EQ(visit(PEER_ENDS), FAILED);
    CHECK_EQ(visit_flags(), MBEDTLS_X509_BADCERT_EXPIRED);
    visits_end();
}

static void a_clock_that_goes_back_ends_a_session(void) {
    visits_begin();
    const uint32_t now_s = world_clock_s();
    world_clock(now_s);
    CHECK_EQ(visit(PEER_TICKET), FULL);
    world_clock(now_s - RESUME_SLACK_S);
    CHECK_EQ(visit(PEER_TICKET), RESUMED);
    world_clock(now_s - RESUME_SLACK_S - 1);
    CHECK_EQ(visit(PEER_TICKET), FULL);
    visits_end();
}

// Servers whose certificates are refused, with a session that was kept of a good one: they do not
// know its ticket.
static void another_certificate_is_never_accepted(void) {
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
        visits_begin();
        CHECK_EQ(visit(PEER_TICKET), FULL);
        CHECK_EQ(visit(cases[i].peer), FAILED);
        CHECK_EQ(visit_flags(), cases[i].flag);
        CHECK_EQ(visit(PEER_TICKET), FULL);  // the session was used up
    }
    visits_end();
}

// Each part of the binding in turn is another one. The server would take the ticket.
static void a_session_is_for_one_server(void) {
    for (int part = 0; part < 3; ++part) {
        visits_begin();
        tls_config_t config = visit_config();
        CHECK_EQ(visit_as(PEER_TICKET, &config), FULL);
        if (part == 0) {
            config.port = 8884;
        } else if (part == 1) {
            config.hostname = (tls_bytes_t) {(const uint8_t *)"Broker.test", 11};
        } else {
            config.ca.len -= 1;  // the last newline
        }
        CHECK_EQ(visit_as(PEER_TICKET, &config), FULL);
        CHECK_EQ(visit_as(PEER_TICKET, &config), RESUMED);
    }
    visits_end();
}

static void a_session_is_for_one_identity(void) {
    static identity_t own;
    static char key[512];
    identity_make(&own, NULL, "device", "20200101000000", "20991231235959");
    CHECK_EQ(mbedtls_pk_write_key_pem(&own.key, (unsigned char *)key, sizeof(key)), 0);
    visits_begin();
    tls_config_t config = visit_config();
    config.cert = (tls_bytes_t) {(const uint8_t *)own.pem, strlen(own.pem)};
    config.key = (tls_bytes_t) {(const uint8_t *)key, strlen(key)};
    CHECK_EQ(visit(PEER_TICKET), FULL);
    CHECK_EQ(visit_as(PEER_TICKET, &config), FULL);
    CHECK_EQ(visit_as(PEER_TICKET, &config), RESUMED);
    config.cert.len -= 1;  // the last newline
    CHECK_EQ(visit_as(PEER_TICKET, &config), FULL);
    config.key.len -= 1;
    CHECK_EQ(visit_as(PEER_TICKET, &config), FULL);
    CHECK_EQ(visit(PEER_TICKET), FULL);
    mbedtls_x509_crt_free(&own.crt);
    mbedtls_pk_free(&own.key);
    visits_end();
}

// Nothing is offered by a handshake that does not begin.
static void a_handshake_that_cannot_begin_leaves_the_session(void) {
    visits_begin();
    tls_config_t config = visit_config();
    CHECK_EQ(visit_as(PEER_TICKET, &config), FULL);
    config.cert = config.key = (tls_bytes_t) {(const uint8_t *)"not one", 7};
    CHECK_EQ(visit_as(PEER_TICKET, &config), FAILED);
    CHECK_EQ(visit(PEER_TICKET), RESUMED);
    visits_end();
}

static void without_a_port_nothing_is_resumed_or_kept(void) {
    visits_begin();
    tls_config_t config = visit_config();
    CHECK_EQ(visit_as(PEER_TICKET, &config), FULL);
    config.port = 0;
    CHECK_EQ(visit_as(PEER_TICKET, &config), FULL);
    config.port = 8883;
    CHECK_EQ(visit_as(PEER_TICKET, &config), RESUMED);
    visits_end();
}

static void a_session_survives_being_saved(void) {
    visits_begin();
    uint8_t kept[1280];
    CHECK_EQ(tls_session_save(kept, sizeof(kept)), 0);
    CHECK_EQ(visit(PEER_TICKET), FULL);
    const size_t len = tls_session_save(kept, sizeof(kept));
    CHECK(len > RESUME_PACKED_BYTES + 176);
    uint8_t small[1280];
    CHECK_EQ(tls_session_save(small, len - 1), 0);
    CHECK_EQ(tls_session_save(small, len), len);
    tls_session_drop();
    CHECK(tls_session_load(kept, len));
    CHECK_EQ(visit(PEER_TICKET), RESUMED);
    for (size_t cut = 0; cut < len; ++cut) {
        CHECK_EQ(tls_session_load(kept, cut), cut == RESUME_PACKED_BYTES);
    }
    CHECK_EQ(visit(PEER_TICKET), FULL);
    visits_end();
}

static void a_server_that_is_left_alone_stays_so_when_saved(void) {
    visits_begin();
    CHECK_EQ(visit(PEER_HUGE_TICKET), RETRY);
    uint8_t kept[1280];
    CHECK_EQ(tls_session_save(kept, sizeof(kept)), RESUME_PACKED_BYTES);
    tls_session_drop();
    CHECK(tls_session_load(kept, RESUME_PACKED_BYTES));
    CHECK_EQ(visit(PEER_HUGE_TICKET), FULL);
    visits_end();
}

static void a_handshake_does_not_bring_back_what_was_dropped_meanwhile(void) {
    visits_begin();
    const tls_config_t config = visit_config();
    stream_t stream;
    visit_begin(&stream, PEER_TICKET, &config);
    tls_session_drop();
    for (int i = 0; i < LONG_MS && stream_poll(&stream) == STREAM_HANDSHAKE; ++i) {
        world_sleep_ms(1);
    }
    CHECK_EQ(stream.state, STREAM_SECURE);
    stream_close(&stream);
    uint8_t kept[1280];
    CHECK_EQ(tls_session_save(kept, sizeof(kept)), 0);
    CHECK_EQ(visit(PEER_TICKET), FULL);
    visits_end();
}

const test_t session_terms_tests[] = {
    { "the_hint_ends_a_session", the_hint_ends_a_session },
    { "a_day_ends_a_session_that_the_server_renews", a_day_ends_a_session_that_the_server_renews },
    { "the_end_of_the_certificate_ends_a_session", the_end_of_the_certificate_ends_a_session },
    { "a_clock_that_goes_back_ends_a_session", a_clock_that_goes_back_ends_a_session },
    { "another_certificate_is_never_accepted", another_certificate_is_never_accepted },
    { "a_session_is_for_one_server", a_session_is_for_one_server },
    { "a_session_is_for_one_identity", a_session_is_for_one_identity },
    { "a_handshake_that_cannot_begin_leaves_the_session",
      a_handshake_that_cannot_begin_leaves_the_session },
    { "without_a_port_nothing_is_resumed_or_kept", without_a_port_nothing_is_resumed_or_kept },
    { "a_session_survives_being_saved", a_session_survives_being_saved },
    { "a_server_that_is_left_alone_stays_so_when_saved",
      a_server_that_is_left_alone_stays_so_when_saved },
    { "a_handshake_does_not_bring_back_what_was_dropped_meanwhile",
      a_handshake_does_not_bring_back_what_was_dropped_meanwhile },
    { NULL, NULL },
};
