// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Sessions that are resumed, and servers that will not.

#include <stddef.h>

#include "connectwith/core/resume.h"
#include "connectwith/port/tls_session.h"
#include "harness.h"
#include "visits.h"

static void a_ticket_is_used_again_and_again(void) {
    visits_begin();
    const tls_handshakes_t before = tls_session_handshakes();
    CHECK_EQ(visit(PEER_TICKET), FULL);
    CHECK_EQ(visit(PEER_TICKET), RESUMED);
    CHECK_EQ(visit(PEER_TICKET), RESUMED);
    CHECK_EQ(tls_session_handshakes().full - before.full, 1);
    CHECK_EQ(tls_session_handshakes().resumed - before.resumed, 2);
    visits_end();
}

static void a_session_id_does_without_tickets(void) {
    visits_begin();
    CHECK_EQ(visit(PEER_SESSION_ID), FULL);
    CHECK_EQ(visit(PEER_SESSION_ID), RESUMED);
    CHECK_EQ(visit(PEER_SESSION_ID), RESUMED);
    visits_end();
}

static void a_server_that_keeps_nothing_is_verified_each_time(void) {
    visits_begin();
    CHECK_EQ(visit(PEER_ECHO), FULL);
    CHECK_EQ(visit(PEER_ECHO), FULL);
    visits_end();
}

static void a_new_ticket_takes_the_place_of_the_old_one(void) {
    visits_begin();
    CHECK_EQ(visit(PEER_RENEWS), FULL);
    world_tickets(300, 7200);
    CHECK_EQ(visit(PEER_RENEWS), RESUMED);
    uint8_t kept[2048];
    CHECK(tls_session_save(kept, sizeof(kept)) > 300);
    CHECK_EQ(visit(PEER_RENEWS), RESUMED);
    visits_end();
}

static void a_refused_ticket_costs_a_full_handvisit_as(void) {
    visits_begin();
    CHECK_EQ(visit(PEER_TICKET), FULL);
    world_forget_tickets();
    CHECK_EQ(visit(PEER_TICKET), FULL);
    CHECK_EQ(visit(PEER_TICKET), RESUMED);  // the new one
    visits_end();
}

// The ticket is refused by a server that has gone over to session IDs: it must not stick.
static void a_refused_ticket_is_not_kept_beside_a_session_id(void) {
    visits_begin();
    CHECK_EQ(visit(PEER_TICKET), FULL);
    CHECK_EQ(visit(PEER_SESSION_ID), FULL);
    CHECK_EQ(visit(PEER_SESSION_ID), RESUMED);
    visits_end();
}

static void a_server_that_breaks_off_is_left_alone_after_two(void) {
    visits_begin();
    CHECK_EQ(visit(PEER_ABORTS), FULL);
    CHECK_EQ(visit(PEER_ABORTS), RETRY);
    CHECK_EQ(visit(PEER_ABORTS), FULL);
    CHECK_EQ(visit(PEER_ABORTS), RETRY);
    for (int i = 0; i < 3; ++i) {
        CHECK_EQ(visit(PEER_ABORTS), FULL);
    }
    // A day later it is tried once more.
    world_clock(world_clock_s() + RESUME_LIFE_S + 1);
    CHECK_EQ(visit(PEER_ABORTS), FULL);
    CHECK_EQ(visit(PEER_ABORTS), RETRY);
    CHECK_EQ(visit(PEER_ABORTS), FULL);
    CHECK_EQ(visit(PEER_ABORTS), FULL);
    visits_end();
}

static void a_resumed_session_forgives_a_strike(void) {
    visits_begin();
    for (int i = 0; i < 3; ++i) {
        CHECK_EQ(visit(PEER_TICKET), FULL);
        CHECK_EQ(visit(PEER_ABORTS), RETRY);
        CHECK_EQ(visit(PEER_TICKET), FULL);
        CHECK_EQ(visit(PEER_TICKET), RESUMED);
        tls_session_drop();
    }
    visits_end();
}

static void a_ticket_that_is_too_long_is_not_kept(void) {
    visits_begin();
    world_tickets(RESUME_TICKET_MAX_BYTES, 7200);
    CHECK_EQ(visit(PEER_TICKET), FULL);
    CHECK_EQ(visit(PEER_TICKET), RESUMED);
    tls_session_drop();
    world_tickets(RESUME_TICKET_MAX_BYTES + 1, 7200);
    CHECK_EQ(visit(PEER_TICKET), FULL);
    CHECK_EQ(visit(PEER_TICKET), FULL);
    visits_end();
}

static void a_ticket_that_no_buffer_holds_is_not_asked_for_again(void) {
    visits_begin();
    CHECK_EQ(visit(PEER_HUGE_TICKET), RETRY);
    CHECK_EQ(visit(PEER_HUGE_TICKET), FULL);
    CHECK_EQ(visit(PEER_HUGE_TICKET), FULL);
    visits_end();
}

// A handshake that is closed in the middle leaves nothing, whatever it has offered.
static void closes_at_any_moment_with_a_session(void) {
    uint32_t random = 4711;
    const tls_config_t config = visit_config();
    visits_begin();
    for (unsigned i = 0; i < 100; ++i) {
        random = random * 1664525 + 1013904223;
        const peer_t peer = PEER_SESSION_ID + (random >> 24) % (PEER_ENDS - PEER_SESSION_ID);
        stream_t stream;
        visit_begin(&stream, peer, &config);
        const uint64_t end_us = world_now_us() + (random >> 8 & 0x7fff);
        while (world_now_us() < end_us && stream_poll(&stream) == STREAM_HANDSHAKE) {
        }
        stream_close(&stream);
    }
    visits_end();
}

const test_t session_tests[] = {
    { "a_ticket_is_used_again_and_again", a_ticket_is_used_again_and_again },
    { "a_session_id_does_without_tickets", a_session_id_does_without_tickets },
    { "a_server_that_keeps_nothing_is_verified_each_time",
      a_server_that_keeps_nothing_is_verified_each_time },
    { "a_new_ticket_takes_the_place_of_the_old_one", a_new_ticket_takes_the_place_of_the_old_one },
    { "a_refused_ticket_costs_a_full_handvisit_as", a_refused_ticket_costs_a_full_handvisit_as },
    { "a_refused_ticket_is_not_kept_beside_a_session_id",
      a_refused_ticket_is_not_kept_beside_a_session_id },
    { "a_server_that_breaks_off_is_left_alone_after_two",
      a_server_that_breaks_off_is_left_alone_after_two },
    { "a_resumed_session_forgives_a_strike", a_resumed_session_forgives_a_strike },
    { "a_ticket_that_is_too_long_is_not_kept", a_ticket_that_is_too_long_is_not_kept },
    { "a_ticket_that_no_buffer_holds_is_not_asked_for_again",
      a_ticket_that_no_buffer_holds_is_not_asked_for_again },
    { "closes_at_any_moment_with_a_session", closes_at_any_moment_with_a_session },
    { NULL, NULL },
};
