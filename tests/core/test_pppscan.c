// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>

#include "connectwith/core/pppscan.h"
#include "harness.h"

// The same in one piece and byte by byte.
static bool refuses(const char *text, size_t len) {
    const uint8_t *bytes = (const uint8_t *)text;
    pppscan_t whole = {.count = 0}, pieces = {.count = 0};
    const bool refused = pppscan_feed(&whole, bytes, len);
    int count = 0;
    for (size_t i = 0; i < len; ++i) {
        count += pppscan_feed(&pieces, bytes + i, 1);
    }
    CHECK_EQ(count, refused);
    return refused;
}

#define REFUSES(text) refuses(text, sizeof(text) - 1)

static void refusals(void) {
    CHECK(REFUSES("~\xff\x03\xc0\x23\x03\x01\x00\x05\x00~"));
    CHECK(REFUSES("~\xff}#\xc0#}#}!} }%} ~"));
    CHECK(REFUSES("~\xff}#\xc2#}$}!"));
    CHECK(REFUSES("noise~~\xc2\x23\x04"));
    CHECK(REFUSES("~\xff\x03\x00\x21" "E~\xc0\x23\x03"));
}

static void everything_else(void) {
    CHECK(!REFUSES("\xff\x03\xc0\x23\x03\x01"));           // no flag: in the middle of something
    CHECK(!REFUSES("~\xff\x03\xc0\x23\x02\x01"));          // Authenticate-Ack
    CHECK(!REFUSES("~\xff\x03\xc2\x23\x03\x01"));          // Success
    CHECK(!REFUSES("~\xff\x03\xc0\x21\x03\x01"));          // LCP Configure-Nak
    CHECK(!REFUSES("~\xff\x03\x00\x21\xc0\x23\x03"));     // in the data of a packet
    CHECK(!REFUSES("~\x00\x21\xc0\x23\x03"));
    CHECK(!REFUSES("~E\x03\xc0\x23\x03"));
    CHECK(!REFUSES("~\xff\x03\xc0~\x23\x03"));
    CHECK(!REFUSES(""));
}

const test_t pppscan_tests[] = {
    { "refusals", refusals },
    { "everything_else", everything_else },
    { NULL, NULL },
};
