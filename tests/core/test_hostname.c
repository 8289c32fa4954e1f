// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "connectwith/core/hostname.h"
#include "harness.h"

static bool valid(const char *name) {
    return hostname_valid(name, strlen(name));
}

static void names_that_may_be_asked(void) {
    CHECK(valid("a"));
    CHECK(valid("broker.test"));
    CHECK(valid("broker.test."));
    CHECK(valid("xn--bcher-kva.example"));
    CHECK(valid("_mqtt._tcp.example"));
}

static void names_that_would_break_a_query(void) {
    CHECK(!valid(""));
    CHECK(!valid("."));
    CHECK(!valid(".test"));
    CHECK(!valid("a..b"));
    CHECK(!valid("a.."));
    CHECK(!hostname_valid("a\0b", 3));
    CHECK(!hostname_valid("a\0", 2));
}

static void lengths_on_both_sides_of_the_limits(void) {
    char name[HOSTNAME_MAX_BYTES + 1];
    memset(name, 'a', sizeof(name));
    CHECK(hostname_valid(name, 63));
    CHECK(!hostname_valid(name, 64));
    for (size_t i = 63; i < sizeof(name); i += 64) {
        name[i] = '.';
    }
    CHECK(hostname_valid(name, 255));
    CHECK(!hostname_valid(name, 256));
}

static bool quad(const char *text, uint8_t out[4]) {
    return hostname_quad(text, strlen(text), out);
}

static void quads_most_significant_byte_first(void) {
    uint8_t out[4] = {9, 9, 9, 9};
    CHECK(quad("10.0.2.255", out));
    CHECK(memcmp(out, "\x0a\x00\x02\xff", 4) == 0);
    CHECK(quad("255.255.255.255", out));
    CHECK(memcmp(out, "\xff\xff\xff\xff", 4) == 0);
    CHECK(quad("0.0.0.0", out));
    CHECK(memcmp(out, "\0\0\0\0", 4) == 0);
}

static void what_only_looks_like_a_quad(void) {
    static const char *const texts[] = {
        "", "1", "1.2.3", "1.2.3.", ".1.2.3", "1.2.3.4.", "1.2.3.4.5", "1..2.3", "256.0.0.1",
        "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.0000", "0x1.2.3.4", "1.2.3.4 ", " 1.2.3.4",
        "1.2.3.-4", "1.2.3.a", "4294967295", "1.2.3.1000",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
        uint8_t out[4] = {9, 9, 9, 9};
        CHECK(!quad(texts[i], out));
        CHECK(memcmp(out, "\x09\x09\x09\x09", 4) == 0);
    }
    uint8_t out[4];
    CHECK(!hostname_quad("1.2.3.4\0", 8, out));
}

const test_t hostname_tests[] = {
    { "names_that_may_be_asked", names_that_may_be_asked },
    { "names_that_would_break_a_query", names_that_would_break_a_query },
    { "lengths_on_both_sides_of_the_limits", lengths_on_both_sides_of_the_limits },
    { "quads_most_significant_byte_first", quads_most_significant_byte_first },
    { "what_only_looks_like_a_quad", what_only_looks_like_a_quad },
    { NULL, NULL },
};
