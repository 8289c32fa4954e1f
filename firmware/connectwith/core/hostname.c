// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/hostname.h"

#include <string.h>

bool hostname_valid(const char *name, size_t len) {
    if (len == 0 || len > HOSTNAME_MAX_BYTES || memchr(name, 0, len) != NULL) {
        return false;
    }
    size_t label = 0;
    for (size_t i = 0; i < len; ++i) {
        if (name[i] != '.') {
            // A longer label would be sent as a compression pointer (RFC 1035 section 4.1.4).
            if (++label > HOSTNAME_LABEL_MAX_BYTES) {
                return false;
            }
        } else if (label == 0) {
            return false;
        } else {
            label = 0;
        }
    }
    return true;
}

bool hostname_quad(const char *name, size_t len, uint8_t quad[4]) {
    uint8_t bytes[4];
    size_t at = 0;
    for (int i = 0; i < 4; ++i) {
        if (i > 0 && (at == len || name[at++] != '.')) {
            return false;
        }
        const size_t first = at;
        unsigned value = 0;
        while (at < len && at - first < 3 && name[at] >= '0' && name[at] <= '9') {
            value = value * 10 + (unsigned)(name[at++] - '0');
        }
        if (at == first || value > 255 || (name[first] == '0' && at - first > 1)) {
            return false;
        }
        bytes[i] = (uint8_t)value;
    }
    if (at != len) {
        return false;
    }
    memcpy(quad, bytes, sizeof(bytes));
    return true;
}
