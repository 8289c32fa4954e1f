// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <string.h>

#include "connectwith/core/resume.h"
#include "harness.h"

#define NOW_S (850000000u)
#define LATER_S (NOW_S + 30 * 86400u)  // the end of the certificate

static const uint8_t one[RESUME_BINDING_BYTES] = {1};
static const uint8_t other[RESUME_BINDING_BYTES] = {2};

// --- The bytes that are hashed ---

typedef struct {
    uint8_t data[256];
    size_t len;
} text_t;

static void append(void *arg, const void *data, size_t len) {
    text_t *text = arg;
    if (len <= sizeof(text->data) - text->len) {
        memcpy(text->data + text->len, data, len);
    }
    text->len += len;
}

static text_t fed(const resume_peer_t *peer) {
    text_t text = {.len = 0};
    resume_feed(peer, append, &text);
    CHECK(text.len <= sizeof(text.data));
    return text;
}

static bool same(const text_t *a, const text_t *b) {
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

#define PART(text) {(text), sizeof(text) - 1}

static const resume_peer_t usual = {
    .port = 8883,
    .host = PART("broker.test"),
    .ca = PART("authority"),
    .cert = PART("mine"),
    .key = PART("secret"),
};

static void the_binding_is_made_of_everything(void) {
    static const char want[] = "connectwith session 1\0\x22\xb3"
        "\0\0\0\x0b" "broker.test" "\0\0\0\x09" "authority" "\0\0\0\x04" "mine"
        "\0\0\0\x06" "secret";
    const text_t got = fed(&usual);
    CHECK_EQ(got.len, sizeof(want) - 1);
    CHECK(memcmp(got.data, want, sizeof(want) - 1) == 0);
}

static void what_is_absent_is_not_what_is_empty(void) {
    static const char absent[] = "connectwith session 1\0\x22\xb3"
        "\0\0\0\x0b" "broker.test" "\xff\xff\xff\xff" "\xff\xff\xff\xff" "\xff\xff\xff\xff";
    resume_peer_t peer = usual;
    peer.ca = peer.cert = peer.key = (resume_bytes_t) {NULL, 0};
    const text_t without = fed(&peer);
    CHECK_EQ(without.len, sizeof(absent) - 1);
    CHECK(memcmp(without.data, absent, sizeof(absent) - 1) == 0);
    peer.ca = (resume_bytes_t) {"", 0};
    const text_t empty = fed(&peer);
    CHECK_EQ(empty.len, without.len);
    CHECK(!same(&empty, &without));
}

static void every_bit_of_every_part_counts(void) {
    const text_t want = fed(&usual);
    for (unsigned bit = 0; bit < 16; ++bit) {
        resume_peer_t peer = usual;
        peer.port ^= (uint16_t)(1u << bit);
        const text_t got = fed(&peer);
        CHECK(!same(&got, &want));
    }
    for (unsigned part = 0; part < 4; ++part) {
        resume_peer_t peer = usual;
        resume_bytes_t *const parts[] = {&peer.host, &peer.ca, &peer.cert, &peer.key};
        uint8_t copy[16];
        memcpy(copy, parts[part]->data, parts[part]->len);
        parts[part]->data = copy;
        for (size_t bit = 0; bit < parts[part]->len * 8; ++bit) {
            copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
            const text_t got = fed(&peer);
            CHECK(!same(&got, &want));
            copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        parts[part]->len -= 1;
        const text_t cut = fed(&peer);
        CHECK(!same(&cut, &want));
    }
}

static void a_byte_cannot_move_to_the_next_part(void) {
    resume_peer_t left = usual, right = usual;
    left.host = (resume_bytes_t) PART("broker.testa");
    left.ca = (resume_bytes_t) PART("uthority");
    const text_t moved = fed(&left), stays = fed(&right);
    CHECK_EQ(moved.len, stays.len);
    CHECK(!same(&moved, &stays));
}

// --- How long, and for whom ---

static resume_terms_t given(uint32_t hint_s) {
    resume_terms_t terms = {.verified_s = 0};
    resume_verified(&terms, one, NOW_S, LATER_S);
    resume_given(&terms, NOW_S, hint_s);
    return terms;
}

static void nothing_is_offered_without_a_session(void) {
    static const uint8_t none[RESUME_BINDING_BYTES] = {0};
    resume_terms_t terms = {.verified_s = 0};
    CHECK(!resume_may_offer(&terms, none, NOW_S));
    CHECK(!resume_is_blocked(&terms, none, NOW_S));
    resume_verified(&terms, one, NOW_S, LATER_S);
    CHECK(!resume_may_offer(&terms, one, NOW_S));
}

static void the_first_end_counts(void) {
    static const struct {
        uint32_t hint_s, not_after_s, want_s;
    } cases[] = {
        {7200, LATER_S, NOW_S + 7200},
        {0, LATER_S, NOW_S + 86400},  // no hint
        {86399, LATER_S, NOW_S + 86399},
        {86401, LATER_S, NOW_S + 86400},
        {0xffffffffu, LATER_S, NOW_S + 86400},
        {7200, NOW_S + 7199, NOW_S + 7199},
        {0, NOW_S + 5, NOW_S + 5},
        {0, 0, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        resume_terms_t terms = {.verified_s = 0};
        resume_verified(&terms, one, NOW_S, cases[i].not_after_s);
        resume_given(&terms, NOW_S, cases[i].hint_s);
        CHECK_EQ(terms.until_s, cases[i].want_s);
        const uint32_t last_s = cases[i].want_s - 1;
        CHECK_EQ(resume_may_offer(&terms, one, last_s), cases[i].want_s != 0);
        CHECK(!resume_may_offer(&terms, one, cases[i].want_s));
        CHECK(!resume_may_offer(&terms, one, 0xffffffffu));
    }
}

static void a_new_ticket_does_not_prolong_the_verification(void) {
    resume_terms_t terms = given(7200);
    resume_given(&terms, NOW_S + 7000, 7200);
    CHECK_EQ(terms.until_s, NOW_S + 14200);
    resume_given(&terms, NOW_S + 86000, 7200);
    CHECK_EQ(terms.until_s, NOW_S + 86400);
}

static void another_binding_gets_nothing(void) {
    const resume_terms_t terms = given(7200);
    CHECK(resume_may_offer(&terms, one, NOW_S));
    CHECK(!resume_may_offer(&terms, other, NOW_S));
    for (unsigned bit = 0; bit < RESUME_BINDING_BYTES * 8; ++bit) {
        uint8_t near[RESUME_BINDING_BYTES];
        memcpy(near, one, sizeof(near));
        near[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK(!resume_may_offer(&terms, near, NOW_S));
    }
}

static void a_clock_that_goes_back_or_is_unset_gets_nothing(void) {
    const resume_terms_t terms = given(7200);
    CHECK(resume_may_offer(&terms, one, NOW_S - 60));
    CHECK(!resume_may_offer(&terms, one, NOW_S - 61));
    CHECK(!resume_may_offer(&terms, one, 0));
    resume_terms_t unset = {.verified_s = 0};
    resume_verified(&unset, one, 0, LATER_S);
    resume_given(&unset, 0, 7200);
    CHECK(!resume_may_offer(&unset, one, 0));
    CHECK(resume_is_blocked(&unset, one, 0));
    CHECK(resume_is_blocked(&terms, other, 0));
    CHECK(!resume_is_blocked(&terms, other, 1));
}

static void times_do_not_wrap(void) {
    resume_terms_t terms = {.verified_s = 0};
    resume_verified(&terms, one, 0xfffffff0u, 0xffffffffu);
    resume_given(&terms, 0xfffffff0u, 7200);
    CHECK(resume_may_offer(&terms, one, 0xfffffffeu));
    CHECK(!resume_may_offer(&terms, one, 5));
}

// --- Servers that break off ---

static void two_strikes_block_for_a_day(void) {
    resume_terms_t terms = given(7200);
    resume_strike(&terms, one, NOW_S, false);
    CHECK(!resume_may_offer(&terms, one, NOW_S));
    CHECK(!resume_is_blocked(&terms, one, NOW_S));
    resume_strike(&terms, one, NOW_S + 5, false);
    CHECK(resume_is_blocked(&terms, one, NOW_S + 5));
    CHECK(resume_is_blocked(&terms, one, NOW_S + 5 + 86399));
    CHECK(!resume_is_blocked(&terms, one, NOW_S + 5 + 86400));
    CHECK(!resume_is_blocked(&terms, other, NOW_S + 5));
}

static void a_strike_for_good_blocks_at_once(void) {
    resume_terms_t terms = given(7200);
    resume_strike(&terms, other, NOW_S, true);
    CHECK(resume_is_blocked(&terms, other, NOW_S));
    CHECK(!resume_is_blocked(&terms, one, NOW_S));
}

static void a_full_handshake_forgives_nothing_and_a_resumed_one_all(void) {
    resume_terms_t terms = given(7200);
    resume_strike(&terms, one, NOW_S, false);
    resume_verified(&terms, one, NOW_S, LATER_S);
    resume_given(&terms, NOW_S, 7200);
    CHECK(resume_may_offer(&terms, one, NOW_S));
    resume_done(&terms);
    resume_strike(&terms, one, NOW_S, false);
    CHECK(!resume_is_blocked(&terms, one, NOW_S));
    resume_verified(&terms, one, NOW_S, LATER_S);
    resume_strike(&terms, one, NOW_S, false);
    CHECK(resume_is_blocked(&terms, one, NOW_S));
}

static void another_server_begins_without_strikes(void) {
    resume_terms_t terms = given(7200);
    resume_strike(&terms, one, NOW_S, false);
    resume_strike(&terms, other, NOW_S, false);
    CHECK(!resume_is_blocked(&terms, other, NOW_S));
    resume_strike(&terms, other, NOW_S, false);
    resume_verified(&terms, one, NOW_S, LATER_S);
    CHECK_EQ(terms.strikes, 0);
}

static void after_the_day_one_more_strike_blocks_again(void) {
    resume_terms_t terms = given(7200);
    resume_strike(&terms, one, NOW_S, true);
    resume_verified(&terms, one, NOW_S + 86400, LATER_S);
    resume_given(&terms, NOW_S + 86400, 0);
    CHECK(resume_may_offer(&terms, one, NOW_S + 86400));
    resume_strike(&terms, one, NOW_S + 86401, false);
    CHECK(resume_is_blocked(&terms, one, NOW_S + 86401));
}

// --- Packed ---

static void the_packed_form_is_this(void) {
    resume_terms_t terms = {.verified_s = 0x01020304, .end_s = 0x05060708, .until_s = 0x090a0b0c,
                            .strikes = 1};
    memcpy(terms.binding, "0123456789abcdefghijklmnopqrstuv", 32);
    static const char want[] = "\x01\x01\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c"
        "0123456789abcdefghijklmnopqrstuv";
    uint8_t packed[RESUME_PACKED_BYTES];
    resume_pack(&terms, packed);
    CHECK(memcmp(packed, want, sizeof(packed)) == 0);
    resume_terms_t back;
    CHECK(resume_unpack(&back, packed, sizeof(packed)));
    CHECK(memcmp(back.binding, terms.binding, sizeof(back.binding)) == 0);
    CHECK_EQ(back.verified_s, terms.verified_s);
    CHECK_EQ(back.end_s, terms.end_s);
    CHECK_EQ(back.until_s, terms.until_s);
    CHECK_EQ(back.strikes, 1);
}

static void what_is_not_packed_is_refused(void) {
    const resume_terms_t terms = given(7200);
    uint8_t packed[RESUME_PACKED_BYTES];
    resume_terms_t back;
    resume_pack(&terms, packed);
    for (size_t len = 0; len < sizeof(packed); ++len) {
        CHECK(!resume_unpack(&back, packed, len));
        CHECK_EQ(back.until_s, 0);
    }
    packed[0] = 2;
    CHECK(!resume_unpack(&back, packed, sizeof(packed)));
    packed[0] = 1;
    packed[1] = RESUME_STRIKES_MAX + 1;
    CHECK(!resume_unpack(&back, packed, sizeof(packed)));
    CHECK_EQ(back.until_s, 0);
}

const test_t resume_tests[] = {
    { "the_binding_is_made_of_everything", the_binding_is_made_of_everything },
    { "what_is_absent_is_not_what_is_empty", what_is_absent_is_not_what_is_empty },
    { "every_bit_of_every_part_counts", every_bit_of_every_part_counts },
    { "a_byte_cannot_move_to_the_next_part", a_byte_cannot_move_to_the_next_part },
    { "nothing_is_offered_without_a_session", nothing_is_offered_without_a_session },
    { "the_first_end_counts", the_first_end_counts },
    { "a_new_ticket_does_not_prolong_the_verification",
      a_new_ticket_does_not_prolong_the_verification },
    { "another_binding_gets_nothing", another_binding_gets_nothing },
    { "a_clock_that_goes_back_or_is_unset_gets_nothing",
      a_clock_that_goes_back_or_is_unset_gets_nothing },
    { "times_do_not_wrap", times_do_not_wrap },
    { "two_strikes_block_for_a_day", two_strikes_block_for_a_day },
    { "a_strike_for_good_blocks_at_once", a_strike_for_good_blocks_at_once },
    { "a_full_handshake_forgives_nothing_and_a_resumed_one_all",
      a_full_handshake_forgives_nothing_and_a_resumed_one_all },
    { "another_server_begins_without_strikes", another_server_begins_without_strikes },
    { "after_the_day_one_more_strike_blocks_again", after_the_day_one_more_strike_blocks_again },
    { "the_packed_form_is_this", the_packed_form_is_this },
    { "what_is_not_packed_is_refused", what_is_not_packed_is_refused },
    { NULL, NULL },
};
