// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <stdint.h>

#include "connectwith/core/backoff.h"
#include "harness.h"

static void doubles_up_to_the_cap(void) {
    CHECK_EQ(backoff_ms(0, 1000, 60000, 0), 500);
    CHECK_EQ(backoff_ms(1, 1000, 60000, 0), 1000);
    CHECK_EQ(backoff_ms(5, 1000, 60000, 0), 16000);
    CHECK_EQ(backoff_ms(6, 1000, 60000, 0), 30000);
    CHECK_EQ(backoff_ms(7, 1000, 60000, 0), 30000);
}

static void jitter_spreads_the_upper_half(void) {
    CHECK_EQ(backoff_ms(0, 1000, 60000, 0x80000000u), 750);
    CHECK_EQ(backoff_ms(0, 1000, 60000, 0xffffffffu), 1000);
    CHECK_EQ(backoff_ms(6, 1000, 60000, 0xffffffffu), 60000);
}

static void extremes_stay_within_the_cap(void) {
    CHECK_EQ(backoff_ms(0, 0, 60000, 0xffffffffu), 0);
    CHECK_EQ(backoff_ms(0, 1000, 0, 0xffffffffu), 0);
    CHECK_EQ(backoff_ms(0, 1, 1, 0), 0);
    CHECK_EQ(backoff_ms(0, 1, 1, 0xffffffffu), 1);
    CHECK_EQ(backoff_ms(0, 5000, 3000, 0xffffffffu), 3000);
    CHECK(backoff_ms(0, 0xffffffffu, 0xffffffffu, 0xffffffffu) == 0xffffffffu);
    CHECK(backoff_ms(0xffffffffu, 0xffffffffu, 0xffffffffu, 0) == 0x7fffffffu);
    CHECK(backoff_ms(32, 1, 0xffffffffu, 0xffffffffu) == 0xffffffffu);
}

const test_t backoff_tests[] = {
    { "doubles_up_to_the_cap", doubles_up_to_the_cap },
    { "jitter_spreads_the_upper_half", jitter_spreads_the_upper_half },
    { "extremes_stay_within_the_cap", extremes_stay_within_the_cap },
    { NULL, NULL },
};
