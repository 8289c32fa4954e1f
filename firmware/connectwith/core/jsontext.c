// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/jsontext.h"

#include <string.h>

typedef struct {
    const uint8_t *at, *end;
    uint64_t objects;  // one bit for each open bracket, the innermost lowest; 1: an object
    int depth;
} jsontext_t;

static bool take(jsontext_t *text, char byte) {
    if (text->at < text->end && *text->at == (uint8_t)byte) {
        ++text->at;
        return true;
    }
    return false;
}

static void skip_space(jsontext_t *text) {
    while (take(text, ' ') || take(text, '\t') || take(text, '\n') || take(text, '\r')) {
    }
}

static bool take_word(jsontext_t *text, const char *word) {
    const size_t len = strlen(word);
    if ((size_t)(text->end - text->at) < len || memcmp(text->at, word, len) != 0) {
        return false;
    }
    text->at += len;
    return true;
}

static bool take_digits(jsontext_t *text) {
    const uint8_t *const start = text->at;
    while (text->at < text->end && *text->at >= '0' && *text->at <= '9') {
        ++text->at;
    }
    return text->at > start;
}

static bool take_number(jsontext_t *text) {
    (void)take(text, '-');
    if (!take(text, '0') && !take_digits(text)) {
        return false;
    }
    if (take(text, '.') && !take_digits(text)) {
        return false;
    }
    if (take(text, 'e') || take(text, 'E')) {
        (void)(take(text, '+') || take(text, '-'));
        return take_digits(text);
    }
    return true;
}

static bool take_escape(jsontext_t *text) {
    if (!take(text, 'u')) {
        return text->at < text->end && *text->at != 0 && strchr("\"\\/bfnrt", *text->at++) != NULL;
    }
    for (int i = 0; i < 4; ++i, ++text->at) {
        static const char digits[] = "0123456789abcdefABCDEF";
        if (text->at == text->end || *text->at == 0 || strchr(digits, *text->at) == NULL) {
            return false;
        }
    }
    return true;
}

// A character of more than one byte (RFC 3629, section 4).
static bool take_wide(jsontext_t *text) {
    const uint8_t head = *text->at++;
    const int more = head >= 0xf0 ? 3 : head >= 0xe0 ? 2 : 1;
    if (head < 0xc2 || head > 0xf4 || text->end - text->at < more) {
        return false;
    }
    const uint8_t second = *text->at;
    if ((head == 0xe0 && second < 0xa0) || (head == 0xed && second > 0x9f)
        || (head == 0xf0 && second < 0x90) || (head == 0xf4 && second > 0x8f)) {
        return false;
    }
    for (int i = 0; i < more; ++i) {
        if ((*text->at++ & 0xc0) != 0x80) {
            return false;
        }
    }
    return true;
}

static bool take_string(jsontext_t *text) {
    if (!take(text, '"')) {
        return false;
    }
    while (text->at < text->end) {
        const uint8_t byte = *text->at;
        if (byte >= 0x80) {
            if (!take_wide(text)) {
                return false;
            }
            continue;
        }
        ++text->at;
        if (byte == '"') {
            return true;
        }
        if (byte < 0x20 || (byte == '\\' && !take_escape(text))) {
            return false;
        }
    }
    return false;
}

// The name of an object's member and the colon.
static bool take_name(jsontext_t *text) {
    skip_space(text);
    if (!take_string(text)) {
        return false;
    }
    skip_space(text);
    return take(text, ':');
}

static bool take_scalar(jsontext_t *text) {
    if (text->at < text->end && *text->at == '"') {
        return take_string(text);
    }
    return take_word(text, "true") || take_word(text, "false") || take_word(text, "null")
           || take_number(text);
}

// After a value: closes the arrays and objects that end here, and goes to the begin of the next
// value. False: a syntax error. depth is 0 after the outermost value.
static bool close_or_go_on(jsontext_t *text) {
    while (text->depth > 0) {
        skip_space(text);
        const bool is_object = text->objects & 1;
        if (take(text, ',')) {
            return !is_object || take_name(text);
        }
        if (!take(text, is_object ? '}' : ']')) {
            return false;
        }
        text->objects >>= 1;
        --text->depth;
    }
    return true;
}

// After an opening bracket. *empty: it is closed at once. False: too deep, or an object without a
// name.
static bool open_bracket(jsontext_t *text, bool is_object, bool *empty) {
    skip_space(text);
    *empty = take(text, is_object ? '}' : ']');
    if (*empty) {
        return true;
    }
    if (text->depth == JSONTEXT_DEPTH_MAX) {
        return false;
    }
    ++text->depth;
    text->objects = text->objects << 1 | (is_object ? 1 : 0);
    return !is_object || take_name(text);
}

bool jsontext_valid(const uint8_t *bytes, size_t len) {
    jsontext_t text = {.at = bytes, .end = bytes + len};
    do {
        skip_space(&text);
        bool is_value = true;
        if (take(&text, '{')) {
            if (!open_bracket(&text, true, &is_value)) {
                return false;
            }
        } else if (take(&text, '[')) {
            if (!open_bracket(&text, false, &is_value)) {
                return false;
            }
        } else if (!take_scalar(&text)) {
            return false;
        }
        if (!is_value) {
            continue;
        }
        if (!close_or_go_on(&text)) {
            return false;
        }
        if (text.depth == 0) {
            break;
        }
    } while (true);
    skip_space(&text);
    return text.at == text.end;
}
