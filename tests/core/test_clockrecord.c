// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>

#include "connectwith/core/clockrecord.h"
#include "harness.h"

#define FLOOR_S (848534400u)    // 2026-11-21
#define CEILING_S (1479686400u) // 20 years of 365.25 days later

static clock_quality_t kept(clock_quality_t quality, uint32_t now_s) {
    clock_record_t record = {0, 0};
    clock_record_set(&record, quality);
    return clock_record_get(&record, now_s, FLOOR_S);
}

static void what_is_noted_is_kept(void) {
    for (int quality = CLOCK_FOREIGN; quality <= CLOCK_SNTP; quality++) {
        CHECK_EQ(kept((clock_quality_t)quality, FLOOR_S), quality);
        CHECK_EQ(kept((clock_quality_t)quality, CEILING_S), quality);
    }
}

static void a_time_that_cannot_be_is_unset_whatever_is_noted(void) {
    static const uint32_t times_s[] = {0, 1, FLOOR_S - 1, CEILING_S + 1, 0xffffffffu};
    for (size_t i = 0; i < sizeof(times_s) / sizeof(times_s[0]); i++) {
        CHECK_EQ(kept(CLOCK_SNTP, times_s[i]), CLOCK_UNSET);
        CHECK_EQ(kept(CLOCK_FLOOR, times_s[i]), CLOCK_UNSET);
    }
}

static void noise_and_an_unset_record_say_that_somebody_else_has_set_it(void) {
    static const clock_record_t noise[] = {
        {0, 0}, {0xffffffffu, 0xffffffffu}, {0xa5a5a5a5u, 0xa5a5a5a5u}, {CLOCK_SNTP, 0},
        {CLOCK_SNTP, ~(uint32_t)CLOCK_SNTP}, {0, CLOCK_SNTP},
    };
    for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++) {
        CHECK_EQ(clock_record_get(&noise[i], FLOOR_S, FLOOR_S), CLOCK_FOREIGN);
    }
    CHECK_EQ(kept(CLOCK_UNSET, FLOOR_S), CLOCK_FOREIGN);
    CHECK_EQ(kept((clock_quality_t)(CLOCK_SNTP + 1), FLOOR_S), CLOCK_FOREIGN);
}

static void any_bit_that_falls_over_is_noticed(void) {
    for (unsigned bit = 0; bit < 64; bit++) {
        clock_record_t record;
        clock_record_set(&record, CLOCK_SNTP);
        *(bit < 32 ? &record.quality : &record.check) ^= 1u << bit % 32;
        CHECK_EQ(clock_record_get(&record, FLOOR_S, FLOOR_S), CLOCK_FOREIGN);
    }
}

const test_t clockrecord_tests[] = {
    { "what_is_noted_is_kept", what_is_noted_is_kept },
    { "a_time_that_cannot_be_is_unset_whatever_is_noted",
      a_time_that_cannot_be_is_unset_whatever_is_noted },
    { "noise_and_an_unset_record_say_that_somebody_else_has_set_it",
      noise_and_an_unset_record_say_that_somebody_else_has_set_it },
    { "any_bit_that_falls_over_is_noticed", any_bit_that_falls_over_is_noticed },
    { NULL, NULL },
};
