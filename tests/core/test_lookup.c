// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <stdint.h>

#include "connectwith/core/lookup.h"
#include "harness.h"

#define START_MS (0xfffffa00u)  // the clock wraps on the way

static lookup_t lookup;

static void begin(uint8_t servers) {
    lookup_begin(&lookup, servers, false, START_MS);
}

static int next(uint32_t age_ms) {
    return lookup_next(&lookup, START_MS + age_ms);
}

static void said(uint8_t server, dnsmsg_verdict_t verdict, uint32_t age_ms) {
    lookup_answered(&lookup, server, verdict, START_MS + age_ms);
}

static uint32_t due_ms(void) {
    return lookup.due_ms - START_MS;
}

static void one_silent_server(void) {
    static const uint32_t times_ms[] = {0, 1000, 2000, 4000};
    begin(1);
    for (size_t i = 0; i < 4; ++i) {
        if (i > 0) {
            CHECK_EQ(next(times_ms[i] - 1), LOOKUP_WAIT);
            CHECK_EQ(due_ms(), times_ms[i]);
        }
        CHECK_EQ(next(times_ms[i]), 0);
        CHECK_EQ(next(times_ms[i]), LOOKUP_WAIT);
    }
    CHECK_EQ(next(6999), LOOKUP_WAIT);
    CHECK_EQ(due_ms(), 7000);
    CHECK_EQ(next(7000), LOOKUP_OVER);
    CHECK_EQ(lookup_verdict(&lookup), DNSMSG_IGNORED);
}

static void a_dead_first_server_costs_half_a_second(void) {
    begin(2);
    CHECK_EQ(next(0), 0);
    CHECK_EQ(next(499), LOOKUP_WAIT);
    CHECK_EQ(due_ms(), 500);
    CHECK_EQ(next(500), 1);
    CHECK_EQ(next(500), LOOKUP_WAIT);
    CHECK_EQ(due_ms(), 1000);
    CHECK_EQ(next(1000), 0);
    CHECK_EQ(next(1500), 1);
    CHECK_EQ(next(6999), 0);
    CHECK_EQ(next(6999), 0);
    CHECK_EQ(next(6999), 1);
    CHECK_EQ(next(6999), 1);
    CHECK_EQ(next(6999), LOOKUP_WAIT);
    CHECK_EQ(next(7000), LOOKUP_OVER);
}

static void who_fails_is_asked_no_more_and_the_next_at_once(void) {
    begin(2);
    CHECK_EQ(next(0), 0);
    said(0, DNSMSG_FAILED, 5);
    CHECK_EQ(next(5), 1);
    CHECK_EQ(next(1499), LOOKUP_WAIT);
    CHECK_EQ(due_ms(), 1500);
    CHECK_EQ(next(1500), 1);
    said(1, DNSMSG_FAILED, 1600);
    CHECK_EQ(next(1600), LOOKUP_OVER);
    CHECK_EQ(lookup_verdict(&lookup), DNSMSG_FAILED);
}

static void the_only_server_denies(void) {
    begin(1);
    CHECK_EQ(next(0), 0);
    said(0, DNSMSG_NO_NAME, 5);
    CHECK_EQ(next(5), LOOKUP_OVER);
    CHECK_EQ(lookup_verdict(&lookup), DNSMSG_NO_NAME);
}

static void a_denial_is_believed_after_a_second_of_silence(void) {
    begin(2);
    CHECK_EQ(next(0), 0);
    said(0, DNSMSG_NO_NAME, 5);
    CHECK_EQ(next(5), 1);
    CHECK_EQ(next(1004), LOOKUP_WAIT);
    CHECK_EQ(due_ms(), 1005);
    CHECK_EQ(next(1005), LOOKUP_OVER);
    CHECK_EQ(lookup_verdict(&lookup), DNSMSG_NO_NAME);
}

static void a_failure_is_not_believed(void) {
    begin(2);
    CHECK_EQ(next(0), 0);
    said(0, DNSMSG_FAILED, 5);
    CHECK_EQ(next(5), 1);
    CHECK_EQ(next(6999), 1);
    CHECK_EQ(next(7000), LOOKUP_OVER);
    CHECK_EQ(lookup_verdict(&lookup), DNSMSG_FAILED);
}

static void the_most_certain_no_counts(void) {
    begin(3);
    said(0, DNSMSG_NO_ADDRESS, 1);
    said(1, DNSMSG_FAILED, 2);
    CHECK_EQ(lookup_verdict(&lookup), DNSMSG_NO_ADDRESS);
    said(2, DNSMSG_NO_NAME, 3);
    CHECK_EQ(lookup_verdict(&lookup), DNSMSG_NO_NAME);
    said(2, DNSMSG_FAILED, 4);  // a second answer of the same server
    CHECK_EQ(lookup_verdict(&lookup), DNSMSG_NO_NAME);
}

static void the_patient_believe_nobody_alone(void) {
    lookup_begin(&lookup, 2, true, START_MS);
    CHECK_EQ(next(0), 0);
    said(1, DNSMSG_NO_NAME, 5);
    CHECK_EQ(next(2000), 0);
    CHECK_EQ(next(6999), 0);
    said(0, DNSMSG_FOUND, 6999);
    CHECK_EQ(lookup_verdict(&lookup), DNSMSG_NO_NAME);
    CHECK_EQ(next(7000), LOOKUP_OVER);
}

const test_t lookup_tests[] = {
    { "one_silent_server", one_silent_server },
    { "a_dead_first_server_costs_half_a_second", a_dead_first_server_costs_half_a_second },
    { "who_fails_is_asked_no_more_and_the_next_at_once",
      who_fails_is_asked_no_more_and_the_next_at_once },
    { "the_only_server_denies", the_only_server_denies },
    { "a_denial_is_believed_after_a_second_of_silence",
      a_denial_is_believed_after_a_second_of_silence },
    { "a_failure_is_not_believed", a_failure_is_not_believed },
    { "the_most_certain_no_counts", the_most_certain_no_counts },
    { "the_patient_believe_nobody_alone", the_patient_believe_nobody_alone },
    { NULL, NULL },
};
