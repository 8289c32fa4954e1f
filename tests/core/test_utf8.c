// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "connectwith/core/utf8.h"
#include "harness.h"

static bool valid(const char *text) {
    return utf8_valid((const uint8_t *)text, strlen(text));
}

// RFC 3629 section 3, written without the rules of the code: decode, then encode again.
static size_t encode(uint32_t point, uint8_t *out) {
    static const uint8_t heads[] = {0x00, 0xC0, 0xE0, 0xF0};
    const size_t more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    for (size_t i = more; i > 0; --i, point >>= 6) {
        out[i] = (uint8_t)(0x80 | (point & 0x3F));
    }
    out[0] = (uint8_t)(heads[more] | point);
    return more + 1;
}

static void each_code_point_but_surrogates(void) {
    for (uint32_t point = 0; point <= 0x110000; ++point) {
        uint8_t text[4];
        const size_t len = encode(point, text);
        const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        if (utf8_valid(text, len) != (!surrogate && point <= 0x10FFFF)) {
            CHECK(point == 0xFFFFFFFF);
            return;
        }
        if (len > 1 && utf8_valid(text, len - 1)) {
            CHECK(point == 0xFFFFFFFF);  // cut off
            return;
        }
    }
}

static void texts_of_several(void) {
    CHECK(utf8_valid((const uint8_t *)"", 0));
    CHECK(utf8_valid((const uint8_t *)"a\0b", 3));
    CHECK(valid("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80."));
}

static void forms_that_are_not_well_formed(void) {
    static const char *const texts[] = {
        "\x80", "a\xBF", "\xC3", "\xC3(", "\xC3\xC3", "\xE2\x82", "\xE2\x82(", "\xE2(\xAC",
        "\xF0\x9F\x98", "\xF0\x9F\x98(", "\xF0(\x98\x80", "\xFF", "\xFE",
        "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80",
        "\xF0\x8F\xBF\xBF",  // longer than needed
        "\xED\xA0\x80", "\xED\xBF\xBF",  // surrogates
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80",  // above U+10FFFF
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); ++i) {
        CHECK(!valid(texts[i]));
    }
}

const test_t utf8_tests[] = {
    { "each_code_point_but_surrogates", each_code_point_but_surrogates },
    { "texts_of_several", texts_of_several },
    { "forms_that_are_not_well_formed", forms_that_are_not_well_formed },
    { NULL, NULL },
};
