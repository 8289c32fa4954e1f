// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// core/attempt: any sequence of events at any time does what the model does, whose clock does not
// wrap, and the promises hold that do not follow from that.

#include <string.h>

#include "attempt_model.h"
#include "fuzz.h"

#define STEPS_MAX (4000)
// How far two moments may be apart (attempt.h). One of them may lie a day ahead, so the caller
// comes back that much earlier.
#define APART_MAX_MS (0x7fffffff)
#define AWAY_MAX_MS (APART_MAX_MS - ATTEMPT_LONGEST_MS)

typedef struct {
    attempt_t core;
    model_t model;
    uint32_t offset_ms; // of the core's clock, so that it wraps early
    uint64_t now_ms;
    uint64_t settled_ms; // when nothing was due any more
    uint32_t serial; // of the attempt whose report is owed
    bool owed;
} walk_t;

static uint32_t now(const walk_t *w) {
    return w->offset_ms + (uint32_t)w->now_ms;
}

static uint32_t draw_ms(fuzz_t *in) {
    static const uint32_t edges[] = {
        0, 1, ATTEMPT_LONGEST_MS - 1, ATTEMPT_LONGEST_MS, ATTEMPT_LONGEST_MS + 1,
        APART_MAX_MS, 0x80000000u, UINT32_MAX,
    };
    uint8_t kind = fuzz_byte(in);
    switch (kind & 3) {
        case 0:
            return kind >> 2;
        case 1:
            return fuzz_word(in, 2);
        case 2:
            return fuzz_word(in, 4);
        default:
            return edges[(kind >> 2) % 8];
    }
}

// A refused call has changed nothing, not even a byte between the fields.
static void check_status(const walk_t *w, const attempt_t *before, status_t got, status_t want) {
    PROMISE(got == want);
    PROMISE(got == STATUS_OK || memcmp(&w->core, before, sizeof(*before)) == 0);
}

static void check_timeline(const walk_t *w) {
    uint32_t sum_ms = 0;
    for (int stage = 0; stage < ATTEMPT_STAGE_COUNT; stage++) {
        uint32_t spent_ms = 0;
        bool entered = attempt_stage_ms(&w->core, (attempt_stage_t)stage, now(w), &spent_ms);
        PROMISE(entered == (w->model.began_ms[stage] != MODEL_NEVER));
        if (entered) {
            PROMISE(spent_ms == (uint32_t)model_stage_ms(&w->model, stage, w->now_ms));
            sum_ms += spent_ms;
        }
    }
    // No millisecond is lost between the stages.
    PROMISE(sum_ms == attempt_elapsed_ms(&w->core, now(w)));
}

static void check_next(const walk_t *w) {
    uint32_t delay_ms = 0;
    bool any = attempt_next(&w->core, now(w), &delay_ms);
    uint64_t next_ms = model_next_ms(&w->model, w->now_ms);
    PROMISE(any == (next_ms != MODEL_NEVER));
    if (any) {
        PROMISE(delay_ms == next_ms - w->now_ms);
        PROMISE(delay_ms <= ATTEMPT_LONGEST_MS);
    }
    // A caller whose report is due is told to come back, at the deadline at the latest.
    PROMISE(!w->owed || any);
    PROMISE(!w->owed || w->now_ms >= w->model.deadline_ms
        || w->now_ms + delay_ms <= w->model.deadline_ms);
}

static void check_all(const walk_t *w) {
    PROMISE(w->core.state == w->model.state);
    PROMISE(w->owed == (w->core.state != ATTEMPT_STATE_IDLE));
    PROMISE(attempt_overdue(&w->core, now(w)) == model_is_overdue(&w->model, w->now_ms));
    if (w->core.state == ATTEMPT_STATE_ENDED) {
        PROMISE((int)w->core.result == w->model.result);
    }
    check_timeline(w);
    check_next(w);
}

static void start(walk_t *w, fuzz_t *in) {
    const attempt_t before = w->core;
    int link = (int)(fuzz_byte(in) % 5) - 1;
    uint32_t timeout_ms = draw_ms(in);
    status_t got = attempt_start(&w->core, link, timeout_ms, now(w));
    check_status(w, &before, got, model_start(&w->model, link, timeout_ms, w->now_ms));
    if (got == STATUS_OK) {
        PROMISE(w->core.serial != before.serial);
        w->serial = w->core.serial;
        w->owed = true;
    }
}

static void enter(walk_t *w, fuzz_t *in) {
    const attempt_t before = w->core;
    int stage = (int)(fuzz_byte(in) % 12) - 1;
    int result = (int)(fuzz_byte(in) % 18) - 2;
    uint32_t budget_ms = draw_ms(in);
    status_t got = attempt_enter(&w->core, stage, budget_ms, result, now(w));
    check_status(w, &before, got, model_enter(&w->model, stage, budget_ms, result, w->now_ms));
}

static void expect(walk_t *w, fuzz_t *in) {
    const attempt_t before = w->core;
    int result = (int)(fuzz_byte(in) % 18) - 2;
    status_t got = attempt_expect(&w->core, result, now(w));
    check_status(w, &before, got, model_expect(&w->model, result, w->now_ms));
}

static void finish(walk_t *w, fuzz_t *in) {
    const attempt_t before = w->core;
    int result = (int)(fuzz_byte(in) % 18) - 2;
    status_t got;
    if (result == ATTEMPT_RESULT_SERVER_CONNECTED) {
        PROMISE(attempt_fail(&w->core, result, now(w)) == STATUS_BAD_RESULT);
        PROMISE(memcmp(&w->core, &before, sizeof(before)) == 0);
        got = attempt_succeed(&w->core, now(w));
    } else {
        got = attempt_fail(&w->core, result, now(w));
    }
    check_status(w, &before, got, model_finish(&w->model, result, w->now_ms));
}

static void abandon(walk_t *w) {
    attempt_abandon(&w->core, now(w));
    model_abandon(&w->model, w->now_ms);
    PROMISE(w->core.serial != w->serial); // so that a report under way finds another number
    w->owed = false;
}

static void wake(walk_t *w, fuzz_t *in) {
    const attempt_t before = w->core;
    uint32_t delay_ms = draw_ms(in);
    status_t got = attempt_wake(&w->core, delay_ms, now(w));
    check_status(w, &before, got, model_wake(&w->model, delay_ms, w->now_ms));
}

static void report(walk_t *w, uint8_t how) {
    PROMISE(w->owed && w->core.serial == w->serial);
    PROMISE((int)w->core.result == w->model.result);
    PROMISE(w->model.late || w->core.ended_ms != w->core.deadline_ms);
    if (how & 1) {
        attempt_reported(&w->core, w->serial - 1); // of an older one: this one stays owed
        check_all(w);
    }
    attempt_reported(&w->core, w->serial);
    model_reported(&w->model);
    w->owed = false;
}

static void tick(walk_t *w, fuzz_t *in) {
    attempt_action_t action = attempt_tick(&w->core, now(w));
    PROMISE(action == model_tick(&w->model, w->now_ms));
    if (action == ATTEMPT_ACTION_REPORT) {
        report(w, fuzz_byte(in));
        return;
    }
    PROMISE(!w->owed || w->now_ms < w->model.deadline_ms);
    if (action == ATTEMPT_ACTION_STEP) {
        uint32_t drawn_ms = draw_ms(in);
        int32_t delay_ms = drawn_ms > INT32_MAX ? -1 : (int32_t)drawn_ms;
        attempt_stepped(&w->core, delay_ms, now(w));
        if (delay_ms >= 0) {
            drawn_ms = drawn_ms > ATTEMPT_LONGEST_MS ? ATTEMPT_LONGEST_MS : drawn_ms;
            PROMISE(model_wake(&w->model, drawn_ms, w->now_ms) == STATUS_OK);
        }
    }
}

// Does what is due, until nothing is.
static void come_back(walk_t *w) {
    static const uint8_t no_more_steps[] = { 0x1f }; // draw_ms() makes UINT32_MAX of it
    uint32_t delay_ms;
    int ticks = 0;
    while (attempt_next(&w->core, now(w), &delay_ms) && delay_ms == 0) {
        PROMISE(ticks++ < 4); // a step, a spent budget, a report, the step of before
        fuzz_t in = { no_more_steps, sizeof(no_more_steps) };
        tick(w, &in);
        check_all(w);
    }
    w->settled_ms = w->now_ms;
}

// Time passes. A caller that has been told to come back does so before the clock has gone half
// round since then.
static void pass(walk_t *w, uint32_t by_ms) {
    by_ms = by_ms > AWAY_MAX_MS ? AWAY_MAX_MS : by_ms;
    if (w->now_ms + by_ms - w->settled_ms > AWAY_MAX_MS) {
        come_back(w);
    }
    w->now_ms += by_ms;
}

// To the moment that the core has asked for, just before it, or just behind it.
static void pass_to_next(walk_t *w, fuzz_t *in) {
    uint32_t delay_ms;
    uint8_t where = fuzz_byte(in) % 3;
    if (!attempt_next(&w->core, now(w), &delay_ms)) {
        return;
    }
    if (where == 1 && delay_ms > 0) {
        delay_ms--;
    }
    pass(w, delay_ms + (where == 2));
}

static void one_event(walk_t *w, fuzz_t *in) {
    switch (fuzz_byte(in) % 10) {
        case 0:
            start(w, in);
            break;
        case 1:
            enter(w, in);
            break;
        case 2:
            finish(w, in);
            break;
        case 3:
            abandon(w);
            break;
        case 4:
            wake(w, in);
            break;
        case 5:
            pass(w, draw_ms(in));
            break;
        case 6:
            pass_to_next(w, in);
            break;
        case 7:
            expect(w, in);
            break;
        default:
            tick(w, in);
            break;
    }
    check_all(w);
}

// Coming back whenever told to brings the report that is owed, at the deadline at the latest.
static void drain(walk_t *w) {
    fuzz_t nothing = { NULL, 0 };
    uint32_t delay_ms;
    uint32_t steps = 0;
    while (w->owed) {
        PROMISE(attempt_next(&w->core, now(w), &delay_ms));
        // Steps that want another one at once take no time; they must not hold up the deadline.
        w->now_ms += delay_ms ? delay_ms : steps;
        PROMISE(steps++ < 100);
        attempt_action_t action = attempt_tick(&w->core, now(w));
        PROMISE(action == model_tick(&w->model, w->now_ms));
        if (action == ATTEMPT_ACTION_REPORT) {
            report(w, fuzz_byte(&nothing));
        }
        check_all(w);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    fuzz_t in = { data, len };
    walk_t w = { 0 };
    w.offset_ms = fuzz_word(&in, 4);
    attempt_init(&w.core);
    model_init(&w.model);
    check_all(&w);
    for (int i = 0; i < STEPS_MAX && in.len > 0; i++) {
        one_event(&w, &in);
    }
    drain(&w);
    return 0;
}
