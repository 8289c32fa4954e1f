// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <string.h>

#include "connectwith/core/attempt.h"
#include "harness.h"

#define T0 (1000u)
#define STAGE(name) ATTEMPT_STAGE_##name
#define LINK(name) ATTEMPT_LINK_##name
#define RESULT(name) ATTEMPT_RESULT_##name
#define FROM_TABLE ATTEMPT_RESULT_OF_STAGE

// An attempt of 60 s that began at `start_ms`.
static attempt_t started(int link, uint32_t start_ms) {
    attempt_t a;
    attempt_init(&a);
    CHECK_EQ(attempt_start(&a, link, 60000, start_ms), STATUS_OK);
    return a;
}

static uint32_t next_of(const attempt_t *a, uint32_t now_ms) {
    uint32_t delay_ms = 0;
    CHECK(attempt_next(a, now_ms, &delay_ms));
    return delay_ms;
}

// Runs the step that is due, which wants no other.
static void take_step(attempt_t *a, uint32_t now_ms) {
    CHECK_EQ(attempt_tick(a, now_ms), ATTEMPT_ACTION_STEP);
    attempt_stepped(a, -1, now_ms);
}

static void is_quiet_before_the_first_start(void) {
    attempt_t a;
    attempt_init(&a);
    uint32_t delay_ms;
    CHECK_EQ(attempt_tick(&a, T0), ATTEMPT_ACTION_NONE);
    CHECK(!attempt_next(&a, T0, &delay_ms));
    CHECK_EQ(attempt_elapsed_ms(&a, T0), 0);
    CHECK(!attempt_stage_ms(&a, STAGE(HARDWARE), T0, &delay_ms));
    CHECK(!attempt_stage_ms(&a, ATTEMPT_STAGE_COUNT, T0, &delay_ms));
}

static void wants_a_step_at_once_and_once(void) {
    attempt_t a = started(LINK(WIFI), T0);
    CHECK_EQ(a.state, ATTEMPT_STATE_RUNNING);
    CHECK_EQ(a.stage, STAGE(HARDWARE));
    CHECK_EQ(next_of(&a, T0), 0);
    CHECK_EQ(attempt_tick(&a, T0), ATTEMPT_ACTION_STEP);
    CHECK_EQ(attempt_tick(&a, T0), ATTEMPT_ACTION_NONE);
    attempt_stepped(&a, 10, T0 + 1);
    CHECK_EQ(next_of(&a, T0 + 1), 10);
    CHECK_EQ(attempt_tick(&a, T0 + 10), ATTEMPT_ACTION_NONE);
    CHECK_EQ(attempt_tick(&a, T0 + 11), ATTEMPT_ACTION_STEP);
}

static void ends_at_the_deadline_and_not_before(void) {
    attempt_t a = started(LINK(WIFI), T0);
    take_step(&a, T0);
    CHECK_EQ(next_of(&a, T0), 60000);
    CHECK_EQ(attempt_tick(&a, T0 + 59999), ATTEMPT_ACTION_NONE);
    CHECK_EQ(next_of(&a, T0 + 59999), 1);
    CHECK_EQ(attempt_tick(&a, T0 + 60000), ATTEMPT_ACTION_REPORT);
    CHECK_EQ(a.result, RESULT(NOT_CONNECTED));
    CHECK_EQ(next_of(&a, T0 + 60000), 0);
}

static void deadline_holds_across_the_wrap_of_the_clock(void) {
    static const uint32_t starts_ms[] = {
        0, 0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xffffffff, 0xffff15a0,
    };
    for (size_t i = 0; i < sizeof(starts_ms) / sizeof(starts_ms[0]); i++) {
        attempt_t a = started(LINK(WIFI), starts_ms[i]);
        take_step(&a, starts_ms[i]);
        CHECK_EQ(attempt_tick(&a, starts_ms[i] + 59999), ATTEMPT_ACTION_NONE);
        CHECK_EQ(attempt_elapsed_ms(&a, starts_ms[i] + 59999), 59999);
        CHECK_EQ(attempt_tick(&a, starts_ms[i] + 60000), ATTEMPT_ACTION_REPORT);
        CHECK_EQ(attempt_elapsed_ms(&a, starts_ms[i] + 70000), 60000);
    }
}

static void longest_and_shortest_timeouts(void) {
    attempt_t a;
    attempt_init(&a);
    CHECK_EQ(attempt_start(&a, LINK(WIFI), 86400000, T0), STATUS_OK);
    take_step(&a, T0);
    CHECK_EQ(attempt_tick(&a, T0 + 86399999), ATTEMPT_ACTION_NONE);
    CHECK_EQ(attempt_tick(&a, T0 + 86400000), ATTEMPT_ACTION_REPORT);
    CHECK_EQ(attempt_start(&a, LINK(WIFI), 1, T0), STATUS_OK);
    take_step(&a, T0);
    CHECK_EQ(attempt_tick(&a, T0 + 1), ATTEMPT_ACTION_REPORT);
}

// The table of docs/how-it-works.md, "Stages and codes", in literal numbers; -1: no such stage.
static void time_running_out_gives_the_stages_code(void) {
    static const int codes[3][9] = {
        { 0, 1, 2, 0, 3, 4, 6, 4, 4 },
        { 1, 1, 2, 0, 3, 4, 6, 4, 4 },
        { 8, 10, 12, 0, 13, 13, -1, 4, 4 },
    };
    for (int link = 0; link < 3; link++) {
        for (int stage = 0; stage < 9; stage++) {
            attempt_t a = started(link, T0);
            if (codes[link][stage] < 0) {
                CHECK_EQ(attempt_enter(&a, stage, 0, FROM_TABLE, T0), STATUS_BAD_STAGE);
                continue;
            }
            if (stage > 0) {
                CHECK_EQ(attempt_enter(&a, stage, 0, FROM_TABLE, T0 + 1), STATUS_OK);
            }
            CHECK_EQ(attempt_tick(&a, T0 + 60000), ATTEMPT_ACTION_REPORT);
            CHECK_EQ(a.result, codes[link][stage]);
        }
    }
}

static void a_stage_may_name_its_own_code(void) {
    attempt_t a = started(LINK(WIFI), T0);
    CHECK_EQ(attempt_enter(&a, STAGE(DIAL), 0, RESULT(NO_PROXY), T0), STATUS_OK);
    CHECK_EQ(attempt_tick(&a, T0 + 60000), ATTEMPT_ACTION_REPORT);
    CHECK_EQ(a.result, 6);
    a = started(LINK(WIFI), T0);
    CHECK_EQ(attempt_enter(&a, STAGE(DIAL), 0, RESULT(NO_PROXY), T0), STATUS_OK);
    CHECK_EQ(attempt_enter(&a, STAGE(TLS), 0, FROM_TABLE, T0), STATUS_OK);
    CHECK_EQ(attempt_tick(&a, T0 + 60000), ATTEMPT_ACTION_REPORT);
    CHECK_EQ(a.result, 4);
}

static void a_spent_budget_ends_the_attempt(void) {
    attempt_t a = started(LINK(WIFI), T0);
    take_step(&a, T0);
    CHECK_EQ(attempt_enter(&a, STAGE(ADDRESS), 500, FROM_TABLE, T0 + 100), STATUS_OK);
    CHECK_EQ(next_of(&a, T0 + 100), 500);
    CHECK_EQ(attempt_tick(&a, T0 + 599), ATTEMPT_ACTION_NONE);
    CHECK_EQ(attempt_tick(&a, T0 + 600), ATTEMPT_ACTION_REPORT);
    CHECK_EQ(a.result, 2);
}

static void the_next_stage_is_free_of_the_budget(void) {
    attempt_t a = started(LINK(WIFI), T0);
    take_step(&a, T0);
    CHECK_EQ(attempt_enter(&a, STAGE(ADDRESS), 500, FROM_TABLE, T0), STATUS_OK);
    CHECK_EQ(attempt_enter(&a, STAGE(RESOLVE), 0, FROM_TABLE, T0 + 499), STATUS_OK);
    CHECK_EQ(attempt_tick(&a, T0 + 59999), ATTEMPT_ACTION_NONE);
    CHECK_EQ(attempt_tick(&a, T0 + 60000), ATTEMPT_ACTION_REPORT);
    CHECK_EQ(a.result, 3);
}

static void the_clock_may_be_given_up(void) {
    attempt_t a = started(LINK(WIFI), T0);
    take_step(&a, T0);
    CHECK_EQ(attempt_enter(&a, STAGE(CLOCK), 5000, FROM_TABLE, T0), STATUS_OK);
    CHECK(!attempt_overdue(&a, T0 + 4999));
    CHECK_EQ(attempt_tick(&a, T0 + 4999), ATTEMPT_ACTION_NONE);
    CHECK(attempt_overdue(&a, T0 + 5000));
    CHECK_EQ(attempt_tick(&a, T0 + 5000), ATTEMPT_ACTION_STEP);
    CHECK_EQ(attempt_tick(&a, T0 + 5001), ATTEMPT_ACTION_NONE);
    CHECK_EQ(next_of(&a, T0 + 5001), 54999);
    CHECK_EQ(attempt_enter(&a, STAGE(RESOLVE), 0, FROM_TABLE, T0 + 5001), STATUS_OK);
    CHECK(!attempt_overdue(&a, T0 + 50000));
}

static void success_and_failure_are_reported_once(void) {
    attempt_t a = started(LINK(ETHERNET), T0);
    CHECK_EQ(attempt_succeed(&a, T0 + 5), STATUS_OK);
    CHECK_EQ(attempt_tick(&a, T0 + 5), ATTEMPT_ACTION_REPORT);
    CHECK_EQ(a.result, 5);
    attempt_reported(&a, a.serial);
    CHECK_EQ(a.state, ATTEMPT_STATE_IDLE);
    take_step(&a, T0 + 5); // the step that start wanted is still owed, now for the session
    CHECK_EQ(attempt_tick(&a, T0 + 70000), ATTEMPT_ACTION_NONE);

    a = started(LINK(ETHERNET), T0);
    CHECK_EQ(attempt_fail(&a, RESULT(NOT_AUTHORISED), T0 + 5), STATUS_OK);
    CHECK_EQ(attempt_tick(&a, T0 + 90000), ATTEMPT_ACTION_REPORT);
    CHECK_EQ(a.result, 7);
}

static void a_success_at_the_deadline_is_too_late(void) {
    attempt_t a = started(LINK(WIFI), T0);
    CHECK_EQ(attempt_enter(&a, STAGE(SESSION), 0, FROM_TABLE, T0), STATUS_OK);
    attempt_t in_time = a;
    CHECK_EQ(attempt_succeed(&in_time, T0 + 59999), STATUS_OK);
    CHECK_EQ(in_time.result, 5);
    CHECK_EQ(attempt_succeed(&a, T0 + 60000), STATUS_OK);
    CHECK_EQ(a.state, ATTEMPT_STATE_ENDED);
    CHECK_EQ(a.result, 4);
    // The step that still runs cannot know that; its call is ignored.
    attempt_t before = a;
    CHECK_EQ(attempt_succeed(&a, T0 + 60001), STATUS_OK);
    CHECK_EQ(attempt_fail(&a, RESULT(NO_WIFI), T0 + 60001), STATUS_OK);
    CHECK_EQ(attempt_enter(&a, STAGE(SESSION), 0, FROM_TABLE, T0 + 60001), STATUS_OK);
    CHECK_EQ(memcmp(&a, &before, sizeof(a)), 0);
}

static void entering_at_the_deadline_ends_in_the_old_stage(void) {
    attempt_t a = started(LINK(WIFI), T0);
    CHECK_EQ(attempt_enter(&a, STAGE(LINK), 0, FROM_TABLE, T0), STATUS_OK);
    CHECK_EQ(attempt_enter(&a, STAGE(ADDRESS), 0, FROM_TABLE, T0 + 60000), STATUS_OK);
    CHECK_EQ(a.state, ATTEMPT_STATE_ENDED);
    CHECK_EQ(a.stage, STAGE(LINK));
    CHECK_EQ(a.result, 1);
}

static void abandon_is_silent_in_every_state(void) {
    attempt_t a;
    attempt_init(&a);
    attempt_abandon(&a, T0);
    CHECK_EQ(attempt_tick(&a, T0), ATTEMPT_ACTION_NONE);

    a = started(LINK(WIFI), T0);
    take_step(&a, T0);
    attempt_abandon(&a, T0 + 7);
    CHECK_EQ(a.state, ATTEMPT_STATE_IDLE);
    CHECK_EQ(attempt_tick(&a, T0 + 60000), ATTEMPT_ACTION_NONE);
    CHECK_EQ(attempt_elapsed_ms(&a, T0 + 60000), 7);

    a = started(LINK(WIFI), T0);
    take_step(&a, T0);
    CHECK_EQ(attempt_succeed(&a, T0 + 1), STATUS_OK);
    attempt_abandon(&a, T0 + 2);
    CHECK_EQ(attempt_tick(&a, T0 + 3), ATTEMPT_ACTION_NONE);
}

static void the_newest_start_wins_in_every_state(void) {
    attempt_t a = started(LINK(WIFI), T0);
    take_step(&a, T0);
    CHECK_EQ(attempt_enter(&a, STAGE(SESSION), 9, FROM_TABLE, T0 + 5), STATUS_OK);
    uint32_t first = a.serial;
    CHECK_EQ(attempt_start(&a, LINK(ETHERNET), 2000, T0 + 10), STATUS_OK);
    CHECK(a.serial != first);
    CHECK_EQ(a.stage, STAGE(HARDWARE));
    take_step(&a, T0 + 10);
    CHECK_EQ(attempt_tick(&a, T0 + 2009), ATTEMPT_ACTION_NONE);
    uint32_t second = a.serial;
    CHECK_EQ(attempt_tick(&a, T0 + 2010), ATTEMPT_ACTION_REPORT);
    // Between the end and the report.
    CHECK_EQ(attempt_start(&a, LINK(WIFI), 1000, T0 + 2010), STATUS_OK);
    CHECK_EQ(attempt_tick(&a, T0 + 2010), ATTEMPT_ACTION_STEP);
    // The older report that was under way must not touch it.
    attempt_reported(&a, second);
    CHECK_EQ(a.state, ATTEMPT_STATE_RUNNING);
    attempt_reported(&a, a.serial);
    CHECK_EQ(a.state, ATTEMPT_STATE_RUNNING);
    // Not even if the newer one has ended in the meantime, too.
    CHECK_EQ(attempt_fail(&a, RESULT(NO_WIFI), T0 + 2011), STATUS_OK);
    attempt_reported(&a, second);
    CHECK_EQ(attempt_tick(&a, T0 + 2011), ATTEMPT_ACTION_REPORT);
}

static void what_is_tried_again_names_its_code(void) {
    attempt_t a = started(LINK(CELLULAR), T0);
    CHECK_EQ(attempt_enter(&a, STAGE(DIAL), 0, FROM_TABLE, T0 + 1), STATUS_OK);
    CHECK_EQ(attempt_expect(&a, RESULT(NO_SERVER), T0 + 2), STATUS_OK);
    attempt_t b = a;
    CHECK_EQ(attempt_tick(&a, T0 + 60000), ATTEMPT_ACTION_REPORT);
    CHECK_EQ(a.result, RESULT(NO_SERVER));
    CHECK_EQ(attempt_expect(&a, RESULT(NO_MODEM), T0 + 60000), STATUS_OK); // too late
    CHECK_EQ(a.result, RESULT(NO_SERVER));
    attempt_reported(&a, a.serial);
    CHECK_EQ(attempt_expect(&a, RESULT(NO_MODEM), T0 + 60000), STATUS_NOT_RUNNING);
    // The table's again, by a call or in the next stage.
    a = b;
    CHECK_EQ(attempt_expect(&a, FROM_TABLE, T0 + 3), STATUS_OK);
    CHECK_EQ(a.timeout_result, RESULT(PPP_NO_CONNECTIVITY));
    CHECK_EQ(attempt_enter(&b, STAGE(TLS), 0, FROM_TABLE, T0 + 3), STATUS_OK);
    CHECK_EQ(b.timeout_result, RESULT(NO_SERVER));
    b = a;
    CHECK_EQ(attempt_expect(&a, RESULT(NO_WIFI), T0 + 4), STATUS_BAD_RESULT);
    CHECK_EQ(memcmp(&a, &b, sizeof(a)), 0);
}

static void the_timeline_adds_up(void) {
    attempt_t a = started(LINK(WIFI), T0);
    CHECK_EQ(attempt_enter(&a, STAGE(LINK), 0, FROM_TABLE, T0 + 3), STATUS_OK);
    CHECK_EQ(attempt_enter(&a, STAGE(RESOLVE), 0, FROM_TABLE, T0 + 150), STATUS_OK);
    uint32_t ms = 0;
    CHECK(attempt_stage_ms(&a, STAGE(HARDWARE), T0 + 200, &ms));
    CHECK_EQ(ms, 3);
    CHECK(attempt_stage_ms(&a, STAGE(LINK), T0 + 200, &ms));
    CHECK_EQ(ms, 147);
    CHECK(!attempt_stage_ms(&a, STAGE(ADDRESS), T0 + 200, &ms));
    CHECK(attempt_stage_ms(&a, STAGE(RESOLVE), T0 + 200, &ms));
    CHECK_EQ(ms, 50);
    CHECK_EQ(attempt_fail(&a, RESULT(NOT_RESOLVED), T0 + 250), STATUS_OK);
    CHECK(attempt_stage_ms(&a, STAGE(RESOLVE), T0 + 900, &ms));
    CHECK_EQ(ms, 100);
    CHECK_EQ(attempt_elapsed_ms(&a, T0 + 900), 250);
    CHECK_EQ(attempt_start(&a, LINK(WIFI), 1000, T0 + 900), STATUS_OK);
    CHECK(!attempt_stage_ms(&a, STAGE(RESOLVE), T0 + 900, &ms));
}

static void the_earliest_wish_for_a_step_wins(void) {
    attempt_t a;
    attempt_init(&a);
    CHECK_EQ(attempt_wake(&a, 500, T0), STATUS_OK);
    CHECK_EQ(attempt_wake(&a, 100, T0), STATUS_OK);
    CHECK_EQ(attempt_wake(&a, 300, T0), STATUS_OK);
    CHECK_EQ(next_of(&a, T0), 100);
    CHECK_EQ(attempt_tick(&a, T0 + 99), ATTEMPT_ACTION_NONE);
    CHECK_EQ(attempt_tick(&a, T0 + 100), ATTEMPT_ACTION_STEP);
    attempt_stepped(&a, -1, T0 + 100);
    uint32_t delay_ms;
    CHECK(!attempt_next(&a, T0 + 100, &delay_ms));
    attempt_stepped(&a, INT32_MAX, T0);
    CHECK_EQ(next_of(&a, T0), 86400000);
    CHECK_EQ(attempt_wake(&a, 86400000, T0), STATUS_OK);
}

static void check_refused(attempt_t *a, const attempt_t *before, status_t got, status_t want) {
    CHECK_EQ(got, want);
    CHECK_EQ(memcmp(a, before, sizeof(*a)), 0);
}

static void a_refused_start_changes_nothing(void) {
    attempt_t a = started(LINK(WIFI), T0);
    attempt_t b = a;
    check_refused(&a, &b, attempt_start(&a, -1, 1000, T0 + 1), STATUS_BAD_LINK);
    check_refused(&a, &b, attempt_start(&a, 3, 1000, T0 + 1), STATUS_BAD_LINK);
    check_refused(&a, &b, attempt_start(&a, 0, 0, T0 + 1), STATUS_BAD_TIMEOUT);
    check_refused(&a, &b, attempt_start(&a, 0, 86400001, T0 + 1), STATUS_BAD_TIMEOUT);
    check_refused(&a, &b, attempt_wake(&a, 86400001, T0 + 1), STATUS_BAD_DELAY);
}

static void a_refused_enter_changes_nothing(void) {
    attempt_t a = started(LINK(WIFI), T0);
    CHECK_EQ(attempt_enter(&a, STAGE(LINK), 0, FROM_TABLE, T0 + 1), STATUS_OK);
    attempt_t b = a;
    uint32_t t = T0 + 2;
    check_refused(&a, &b, attempt_enter(&a, -1, 0, -1, t), STATUS_BAD_STAGE);
    check_refused(&a, &b, attempt_enter(&a, 0, 0, -1, t), STATUS_BAD_STAGE);
    check_refused(&a, &b, attempt_enter(&a, 1, 0, -1, t), STATUS_BAD_STAGE);
    check_refused(&a, &b, attempt_enter(&a, 9, 0, -1, t), STATUS_BAD_STAGE);
    check_refused(&a, &b, attempt_enter(&a, 2, 86400001, -1, t), STATUS_BAD_BUDGET);
    check_refused(&a, &b, attempt_enter(&a, 2, 0, 5, t), STATUS_BAD_RESULT);
    check_refused(&a, &b, attempt_enter(&a, 2, 0, 8, t), STATUS_BAD_RESULT);
    check_refused(&a, &b, attempt_enter(&a, 2, 0, 14, t), STATUS_BAD_RESULT);
}

static void only_failures_of_the_link_are_taken(void) {
    static const char taken[3][15] = { "YYYYY.YY......", "YYYYY.YY......", "Y.YYY...YYYYYY" };
    for (int link = 0; link < 3; link++) {
        for (int code = -1; code <= 14; code++) {
            attempt_t a = started(link, T0);
            attempt_t b = a;
            bool expected = code >= 0 && code < 14 && taken[link][code] == 'Y';
            if (expected) {
                CHECK_EQ(attempt_fail(&a, code, T0 + 1), STATUS_OK);
                CHECK_EQ(a.result, code);
            } else {
                check_refused(&a, &b, attempt_fail(&a, code, T0 + 1), STATUS_BAD_RESULT);
            }
        }
    }
}

static void nothing_can_happen_to_what_does_not_run(void) {
    attempt_t a;
    attempt_init(&a);
    for (int ended = 0; ended < 2; ended++) {
        attempt_t b = a;
        check_refused(&a, &b, attempt_enter(&a, 2, 0, -1, T0 + 3), STATUS_NOT_RUNNING);
        check_refused(&a, &b, attempt_succeed(&a, T0 + 3), STATUS_NOT_RUNNING);
        check_refused(&a, &b, attempt_fail(&a, 0, T0 + 3), STATUS_NOT_RUNNING);
        a = started(LINK(WIFI), T0);
        CHECK_EQ(attempt_fail(&a, 0, T0 + 2), STATUS_OK);
    }
}

const test_t attempt_tests[] = {
    { "is_quiet_before_the_first_start", is_quiet_before_the_first_start },
    { "wants_a_step_at_once_and_once", wants_a_step_at_once_and_once },
    { "ends_at_the_deadline_and_not_before", ends_at_the_deadline_and_not_before },
    { "deadline_holds_across_the_wrap_of_the_clock",
      deadline_holds_across_the_wrap_of_the_clock },
    { "longest_and_shortest_timeouts", longest_and_shortest_timeouts },
    { "time_running_out_gives_the_stages_code", time_running_out_gives_the_stages_code },
    { "a_stage_may_name_its_own_code", a_stage_may_name_its_own_code },
    { "a_spent_budget_ends_the_attempt", a_spent_budget_ends_the_attempt },
    { "the_next_stage_is_free_of_the_budget", the_next_stage_is_free_of_the_budget },
    { "the_clock_may_be_given_up", the_clock_may_be_given_up },
    { "success_and_failure_are_reported_once", success_and_failure_are_reported_once },
    { "what_is_tried_again_names_its_code", what_is_tried_again_names_its_code },
    { "a_success_at_the_deadline_is_too_late", a_success_at_the_deadline_is_too_late },
    { "entering_at_the_deadline_ends_in_the_old_stage",
      entering_at_the_deadline_ends_in_the_old_stage },
    { "abandon_is_silent_in_every_state", abandon_is_silent_in_every_state },
    { "the_newest_start_wins_in_every_state", the_newest_start_wins_in_every_state },
    { "the_timeline_adds_up", the_timeline_adds_up },
    { "the_earliest_wish_for_a_step_wins", the_earliest_wish_for_a_step_wins },
    { "a_refused_start_changes_nothing", a_refused_start_changes_nothing },
    { "a_refused_enter_changes_nothing", a_refused_enter_changes_nothing },
    { "only_failures_of_the_link_are_taken", only_failures_of_the_link_are_taken },
    { "nothing_can_happen_to_what_does_not_run", nothing_can_happen_to_what_does_not_run },
    { NULL, NULL },
};
