// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The promises of core/attempt in a simpler form: with a clock of 64 bits that never wraps, and
// without any state that follows from other state.

#ifndef TESTS_FUZZ_ATTEMPT_MODEL_H
#define TESTS_FUZZ_ATTEMPT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "connectwith/core/attempt.h"

#define MODEL_NEVER (UINT64_MAX)

typedef struct {
    attempt_state_t state;
    int link;
    int stage;
    int result; // of an attempt that has ended
    int late_result; // what time makes of it
    bool late;
    bool overdue_told;
    uint64_t began_ms[ATTEMPT_STAGE_COUNT]; // MODEL_NEVER: not entered
    uint64_t started_ms;
    uint64_t ended_ms;
    uint64_t deadline_ms;
    uint64_t budget_end_ms; // MODEL_NEVER: no budget
    uint64_t step_ms; // MODEL_NEVER: no step is wanted
} model_t;

void model_init(model_t *m);

// The result of each function is the result that the core must give. `now_ms` is not before that of
// the last call.
status_t model_start(model_t *m, int link, uint32_t timeout_ms, uint64_t now_ms);
status_t model_enter(model_t *m, int stage, uint32_t budget_ms, int result, uint64_t now_ms);
status_t model_expect(model_t *m, int result, uint64_t now_ms);
status_t model_finish(model_t *m, int result, uint64_t now_ms);
void model_abandon(model_t *m, uint64_t now_ms);
status_t model_wake(model_t *m, uint32_t delay_ms, uint64_t now_ms);
attempt_action_t model_tick(model_t *m, uint64_t now_ms);
void model_reported(model_t *m);

// Whether the stage in progress may go on although its budget is spent.
bool model_is_overdue(const model_t *m, uint64_t now_ms);

// When to come back; MODEL_NEVER: not before another event.
uint64_t model_next_ms(const model_t *m, uint64_t now_ms);

// Time in a stage up to now, if it was entered.
uint64_t model_stage_ms(const model_t *m, int stage, uint64_t now_ms);

#endif
