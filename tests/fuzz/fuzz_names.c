// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// core/hostname and core/builddate against other implementations of the same rules.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <string.h>
#include <time.h>

#include "connectwith/core/builddate.h"
#include "connectwith/core/hostname.h"
#include "fuzz.h"

#define SECONDS_PER_DAY (86400)
#define EPOCH_2000_S (946684800)

// RFC 1035, one label after the other.
static bool is_host(const char *name, size_t len) {
    if (len == 0 || len > 255 || strlen(name) != len) {
        return false;
    }
    const char *at = name;
    while (*at != 0) {
        size_t label = strcspn(at, ".");
        if (label == 0 || label > 63) {
            return false;
        }
        at += label;
        at += *at == '.';
    }
    return true;
}

// `copy` ends with a NUL that `exact` does not have.
static void check_host(const char *exact, const char *copy, size_t len) {
    PROMISE(hostname_valid(exact, len) == is_host(copy, len));
    uint8_t quad[4] = { 1, 2, 3, 4 };
    uint8_t expected[4] = { 1, 2, 3, 4 };
    bool whole = strlen(copy) == len && inet_pton(AF_INET, copy, expected) == 1;
    PROMISE(hostname_quad(exact, len, quad) == whole);
    PROMISE(memcmp(quad, expected, sizeof(quad)) == 0);
    PROMISE(!whole || hostname_valid(exact, len));
}

static void check_date(const char *text) {
    uint32_t floor_s = builddate_floor_s(text);
    PROMISE(floor_s % SECONDS_PER_DAY == 0);
    struct tm tm = { 0 };
    const char *end = strlen(text) == 11 ? strptime(text, "%b %d 20%y", &tm) : NULL;
    if (floor_s == 0) {
        return;
    }
    // What is taken for a date is one, and the floor is the midnight before it.
    PROMISE(end != NULL && *end == 0);
    time_t midnight = (time_t)floor_s + EPOCH_2000_S + SECONDS_PER_DAY;
    tm.tm_year = 100 + atoi(text + 9);
    PROMISE(timegm(&tm) == midnight);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    fuzz_t in = { data, len };
    char *exact = (char *)fuzz_take(&in, &len);
    char *copy = malloc(len + 1);
    PROMISE(copy != NULL);
    memcpy(copy, exact, len);
    copy[len] = 0;
    check_host(exact, copy, len);
    check_date(copy);
    free(copy);
    free(exact);
    return 0;
}
