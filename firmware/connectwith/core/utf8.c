// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/utf8.h"

// Bounds of the second byte, by RFC 3629 section 4: they exclude long forms, surrogates and what
// is above U+10FFFF. Further bytes are 0x80 to 0xBF.
static bool utf8_second(uint8_t first, uint8_t second) {
    const uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    return low <= second && second <= high;
}

// Number of bytes of the character that begins with this one; 0: none does.
static size_t utf8_length(uint8_t first) {
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
        return 0;
    }
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

bool utf8_valid(const uint8_t *text, size_t len) {
    for (size_t at = 0; at < len;) {
        const size_t length = utf8_length(text[at]);
        if (length == 0 || length > len - at || (length > 1 && !utf8_second(text[at], text[at + 1]))) {
            return false;
        }
        for (size_t i = 2; i < length; ++i) {
            if ((text[at + i] & 0xC0) != 0x80) {
                return false;
            }
        }
        at += length;
    }
    return true;
}
