// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>

#include "connectwith/core/builddate.h"
#include "harness.h"

// Checked with Python: (datetime(y, m, d) - timedelta(days=1) - datetime(2000, 1, 1)).
static void gives_the_midnight_before(void) {
    CHECK_EQ(builddate_floor_s("Jan  1 2001"), 31536000);
    CHECK_EQ(builddate_floor_s("Feb 29 2024"), 762393600);
    CHECK_EQ(builddate_floor_s("Mar  1 2024"), 762480000);
    CHECK_EQ(builddate_floor_s("Mar  1 2025"), 794016000);
    CHECK_EQ(builddate_floor_s("Nov 22 2026"), 848534400);
    CHECK(builddate_floor_s("Dec 31 2099") == 3155587200u);
}

static void counts_seconds(void) {
    // Checked with Python, too.
    CHECK_EQ(builddate_seconds(0, 1, 1, 0), 0);
    CHECK_EQ(builddate_seconds(0, 2, 29, 86399), 5183999);
    CHECK_EQ(builddate_seconds(0, 3, 1, 0), 5184000);
    CHECK_EQ(builddate_seconds(26, 12, 31, 1), 851990401);
    CHECK(builddate_seconds(99, 12, 31, 86399) == 3155759999u);
}

static void the_compilers_own_date_is_understood(void) {
    CHECK(builddate_floor_s(__DATE__) > 820000000); // 2025-12-25: older than this file
}

static void anything_else_is_no_floor(void) {
    static const char *const texts[] = {
        "", "Nov 22 202", "Nov 22 20266", "nov 22 2026", "Nov 22 1999", "Nov 22 2000",
        "Nov  0 2026", "Nov 32 2026", "Nov x2 2026", "Nov 22 20x6", "Nov-22 2026", "Nov 22-2026",
        "ovD 22 2026", "??? ?? ????", "Sep 07 202 ", "Nov 2  2026", "Nov 22 20 6",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        CHECK_EQ(builddate_floor_s(texts[i]), 0);
    }
}

const test_t builddate_tests[] = {
    { "gives_the_midnight_before", gives_the_midnight_before },
    { "counts_seconds", counts_seconds },
    { "the_compilers_own_date_is_understood", the_compilers_own_date_is_understood },
    { "anything_else_is_no_floor", anything_else_is_no_floor },
    { NULL, NULL },
};
