// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Random walks: the promises of the module must hold in any order of events. The expected
// state is kept by a model that is simpler than the core, because it sees every millisecond.

#include <stddef.h>
#include <string.h>

#include "connectwith/core/attempt.h"
#include "harness.h"

#define EVENTS_PER_WALK (2000)

typedef struct {
    attempt_t a;
    uint32_t now_ms;
    uint32_t seed;
    bool open; // an attempt was started whose report is owed
    bool ended;
    uint32_t deadline_ms;
    uint32_t timeout_ms; // of the latest attempt
    int reports;
} walk_t;

static uint32_t draw(walk_t *w, uint32_t n) {
    w->seed = w->seed * 1664525u + 1013904223u;
    return (w->seed >> 8) % n;
}

static void start(walk_t *w) {
    uint32_t timeout_ms = 1 + draw(w, 300);
    CHECK_EQ(attempt_start(&w->a, (int)draw(w, 3), timeout_ms, w->now_ms), STATUS_OK);
    w->open = true;
    w->ended = false;
    w->deadline_ms = w->now_ms + timeout_ms;
    w->timeout_ms = timeout_ms;
}

static bool is_past_deadline(const walk_t *w) {
    return (int32_t)(w->now_ms - w->deadline_ms) >= 0;
}

static void tick(walk_t *w) {
    attempt_action_t action = attempt_tick(&w->a, w->now_ms);
    if (action != ATTEMPT_ACTION_REPORT) {
        CHECK(!w->ended);
        CHECK(!w->open || !is_past_deadline(w));
    }
    switch (action) {
        case ATTEMPT_ACTION_STEP:
            attempt_stepped(&w->a, (int32_t)draw(w, 50) - 1, w->now_ms);
            break;
        case ATTEMPT_ACTION_REPORT:
            CHECK(w->open); // never a report of an abandoned or replaced attempt, never a second
            CHECK(w->ended || is_past_deadline(w) || w->a.timed_out);
            attempt_reported(&w->a, w->a.serial);
            w->open = false;
            w->ended = false;
            w->reports++;
            break;
        default:
            break;
    }
}

static void finish(walk_t *w, bool success) {
    status_t status = success ? attempt_succeed(&w->a, w->now_ms)
        : attempt_fail(&w->a, ATTEMPT_RESULT_NO_SERVER, w->now_ms);
    CHECK_EQ(status == STATUS_OK, w->open && (!w->ended || w->a.timed_out));
    w->ended |= w->open;
}

static void enter(walk_t *w) {
    attempt_t before = w->a;
    uint32_t budget_ms = draw(w, 2) ? 0 : 1 + draw(w, 100);
    int stage = (int)draw(w, ATTEMPT_STAGE_COUNT);
    status_t status = attempt_enter(&w->a, stage, budget_ms, ATTEMPT_RESULT_OF_STAGE, w->now_ms);
    if (status != STATUS_OK) {
        CHECK_EQ(memcmp(&w->a, &before, sizeof(before)), 0);
    }
}

static void one_event(walk_t *w) {
    w->now_ms += draw(w, 20);
    switch (draw(w, 12)) {
        case 0:
            start(w);
            break;
        case 1:
            attempt_abandon(&w->a, w->now_ms);
            w->open = w->ended = false;
            break;
        case 2:
            finish(w, draw(w, 2));
            break;
        case 3:
        case 4:
            enter(w);
            break;
        case 5:
            CHECK_EQ(attempt_wake(&w->a, draw(w, 100), w->now_ms), STATUS_OK);
            break;
        default:
            tick(w);
            break;
    }
    w->ended |= w->open && w->a.state == ATTEMPT_STATE_ENDED;
    CHECK_EQ(attempt_timeout_ms(&w->a), w->timeout_ms);
}

// After any walk, a caller that comes back when it is told to gets the report in time.
static void drain(walk_t *w) {
    uint32_t delay_ms;
    for (int i = 0; i < 1000 && w->open && attempt_next(&w->a, w->now_ms, &delay_ms); i++) {
        w->now_ms += delay_ms;
        CHECK((int32_t)(w->now_ms - w->deadline_ms) <= 0 || w->ended || delay_ms == 0);
        tick(w);
    }
    CHECK(!w->open);
}

static void walk_from(uint32_t start_ms, uint32_t seed) {
    walk_t w = { .now_ms = start_ms, .seed = seed };
    attempt_init(&w.a);
    for (int i = 0; i < EVENTS_PER_WALK; i++) {
        one_event(&w);
    }
    drain(&w);
    CHECK(w.reports > 0); // a walk without a report would prove nothing
}

static void every_walk_keeps_the_promises(void) {
    for (uint32_t seed = 1; seed <= 20; seed++) {
        walk_from(0, seed);
        walk_from(0xffffffffu - 9000, seed); // the clock wraps half-way
        walk_from(0x7fffffffu - 9000, seed);
    }
}

const test_t attempt_walk_tests[] = {
    { "every_walk_keeps_the_promises", every_walk_keeps_the_promises },
    { NULL, NULL },
};
