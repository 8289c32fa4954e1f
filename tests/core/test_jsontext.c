// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <string.h>

#include "connectwith/core/jsontext.h"
#include "harness.h"

static bool valid(const char *text) {
    return jsontext_valid((const uint8_t *)text, strlen(text));
}

static void texts(void) {
    static const char *const good[] = {
        "1", "-0", "0.5", "-12.50e+7", "1E5", "true", "false", "null", "\"\"", " \t\r\n1 \n", "{}",
        "[]", "[1,2]", "[ 1 , [ ] , { } ]", "{\"a\":1}", "{\"a\" : {\"b\":[{}]} , \"c\":null }",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fF\"", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"",
        "[[1],[2,3],{\"x\":[4]}]", "[\"}\"]",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); ++i) {
        CHECK_EQ(valid(good[i]) ? -1 : (int)i, -1);
        char cut[64];
        const size_t len = strlen(good[i]);
        memcpy(cut, good[i], len);
        cut[len] = 'x';
        CHECK(!jsontext_valid((const uint8_t *)cut, len + 1));
    }
}

static void no_texts(void) {
    static const char *const bad[] = {
        "", " ", "{", "}", "[", "]", "[1 2]", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
        "{a:1}", "{1:2}", "{\"a\" 1}", "[1}", "{\"a\":1]", "1 2", "[]]", "01", "-", "+1", ".5", "1.",
        "1e", "1e+", "0x1", "tru", "True", "nul", "NaN", "Infinity", "'a'", "\"", "\"\\\"", "\"\\x\"",
        "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "\"\x1f\"", "\"\x80\"", "\"\xc0\xaf\"", "\"\xe0\x80\x80\"",
        "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xe2\x82\"", "[1][2]",
        "/**/1", "{\"a\":1 \"b\":2}", "\xef\xbb\xbf" "1", "[\"a\" \"b\"]",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); ++i) {
        CHECK_EQ(valid(bad[i]) ? (int)i : -1, -1);
    }
    CHECK(!jsontext_valid((const uint8_t *)"1\0", 2));
    CHECK(!jsontext_valid((const uint8_t *)"\"\\\0\"", 4));
    CHECK(!jsontext_valid((const uint8_t *)"\"\\u000\0\"", 8));
}

static void depth_on_both_sides_of_the_limit(void) {
    char text[2 * JSONTEXT_DEPTH_MAX + 4];
    for (int depth = JSONTEXT_DEPTH_MAX; depth <= JSONTEXT_DEPTH_MAX + 1; ++depth) {
        memset(text, '[', (size_t)depth);
        text[depth] = '1';
        memset(text + depth + 1, ']', (size_t)depth);
        text[2 * depth + 1] = 0;
        CHECK_EQ(valid(text), depth == JSONTEXT_DEPTH_MAX);
    }
}

const test_t jsontext_tests[] = {
    { "texts", texts },
    { "no_texts", no_texts },
    { "depth_on_both_sides_of_the_limit", depth_on_both_sides_of_the_limit },
    { NULL, NULL },
};
