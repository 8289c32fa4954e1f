// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The state machine of one attempt to reach the server. It has no clock, timer or network: the
// caller passes events and the time, and gets the next action and its time. attempt.c describes
// the states.
//
// All times are milliseconds of one free-running uint32_t clock that may wrap. Two compared times
// may be at most 2^31 - 1 ms (24 days) apart, so the caller must call when attempt_next() says so.

#ifndef CONNECTWITH_CORE_ATTEMPT_H
#define CONNECTWITH_CORE_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "connectwith/core/status.h"

// The stages in their order. An attempt may skip some.
#define ATTEMPT_STAGES(X) \
    X(HARDWARE) X(LINK) X(ADDRESS) X(CLOCK) X(RESOLVE) X(DIAL) X(PROXY) X(TLS) X(SESSION)

#define ATTEMPT_LINKS(X) X(WIFI) X(ETHERNET) X(CELLULAR)

// The result codes of the imp API. NO_WIFI and NO_LINK have the same number there, too.
#define ATTEMPT_RESULTS(X) \
    X(NOT_CONNECTED, 0) \
    X(NO_WIFI, 1) \
    X(NO_LINK, 1) \
    X(NO_IP_ADDRESS, 2) \
    X(NOT_RESOLVED, 3) \
    X(NO_SERVER, 4) \
    X(SERVER_CONNECTED, 5) \
    X(NO_PROXY, 6) \
    X(NOT_AUTHORISED, 7) \
    X(NO_MODEM, 8) \
    X(SIM_ERROR, 9) \
    X(NO_REGISTRATION, 10) \
    X(REGISTRATION_DENIED, 11) \
    X(NO_PPP_CONNECTION, 12) \
    X(PPP_NO_CONNECTIVITY, 13)

#define ATTEMPT_STAGE_ENUM(name) ATTEMPT_STAGE_##name,
#define ATTEMPT_LINK_ENUM(name) ATTEMPT_LINK_##name,
#define ATTEMPT_RESULT_ENUM(name, value) ATTEMPT_RESULT_##name = value,

typedef enum { ATTEMPT_STAGES(ATTEMPT_STAGE_ENUM) ATTEMPT_STAGE_COUNT } attempt_stage_t;
typedef enum { ATTEMPT_LINKS(ATTEMPT_LINK_ENUM) ATTEMPT_LINK_COUNT } attempt_link_t;
typedef enum { ATTEMPT_RESULTS(ATTEMPT_RESULT_ENUM) ATTEMPT_RESULT_COUNT } attempt_result_t;

#undef ATTEMPT_STAGE_ENUM
#undef ATTEMPT_LINK_ENUM
#undef ATTEMPT_RESULT_ENUM

// A day: the longest timeout, stage budget and delay.
#define ATTEMPT_LONGEST_MS (86400000)

// In place of a result: the one of the stage table.
#define ATTEMPT_RESULT_OF_STAGE (-1)

typedef enum {
    ATTEMPT_STATE_IDLE, // none, or reported, or abandoned
    ATTEMPT_STATE_RUNNING,
    ATTEMPT_STATE_ENDED, // the result is final, the report has not been made
} attempt_state_t;

typedef enum {
    ATTEMPT_ACTION_NONE,
    ATTEMPT_ACTION_STEP, // run one step, then call attempt_stepped()
    ATTEMPT_ACTION_REPORT, // run on_end() and the callback, then call attempt_reported()
} attempt_action_t;

// Only attempt.c uses the fields.
typedef struct {
    attempt_state_t state;
    attempt_link_t link;
    attempt_stage_t stage;
    attempt_result_t result;
    attempt_result_t timeout_result; // at the deadline, or when the stage's budget is spent
    uint32_t serial; // changes with every start and abandon
    uint32_t started_ms;
    uint32_t ended_ms;
    uint32_t deadline_ms;
    uint32_t stage_started_ms;
    uint32_t stage_budget_ms; // 0: none
    uint32_t step_ms; // when to step, if step_wanted
    uint32_t duration_ms[ATTEMPT_STAGE_COUNT]; // of the stages that were left
    uint32_t entered; // one bit per stage
    bool step_wanted;
    bool timed_out; // ended by the timeout, not by a call
    bool overdue_stepped; // the one extra step for a spent budget has been run
} attempt_t;

// Must be called once, before anything else.
void attempt_init(attempt_t *self);

// Begins an attempt in stage HARDWARE and wants a step at once. Replaces an older attempt in any
// state, without a report. BAD_LINK, BAD_TIMEOUT (1 to ATTEMPT_LONGEST_MS): nothing has changed.
status_t attempt_start(attempt_t *self, int link, uint32_t timeout_ms, uint32_t now_ms);

// Goes on to a later stage. budget_ms: the time limit of this stage, 0: none. result: the result
// of a timeout in this stage, ATTEMPT_RESULT_OF_STAGE: the table's. BAD_STAGE, BAD_BUDGET,
// BAD_RESULT, NOT_RUNNING: nothing has changed.
status_t attempt_enter(attempt_t *self, int stage, uint32_t budget_ms, int result,
    uint32_t now_ms);

// Sets the result of a timeout in this stage, after a try has failed for a known reason and is
// repeated. ATTEMPT_RESULT_OF_STAGE: the table's. BAD_RESULT, NOT_RUNNING: nothing has changed.
status_t attempt_expect(attempt_t *self, int result, uint32_t now_ms);

// NOT_RUNNING: nothing has changed.
status_t attempt_succeed(attempt_t *self, uint32_t now_ms);

// BAD_RESULT (SERVER_CONNECTED, or a code that this link cannot have), NOT_RUNNING: nothing has
// changed.
status_t attempt_fail(attempt_t *self, int result, uint32_t now_ms);

// Ends the attempt without a report, in any state. Does nothing if there is none.
void attempt_abandon(attempt_t *self, uint32_t now_ms);

// Wants a step in delay_ms, with or without an attempt. The earliest of several calls counts.
// BAD_DELAY (over ATTEMPT_LONGEST_MS): nothing has changed.
status_t attempt_wake(attempt_t *self, uint32_t delay_ms, uint32_t now_ms);

// Returns the action that is due now. A step is due once, until it is wanted again.
attempt_action_t attempt_tick(attempt_t *self, uint32_t now_ms);

// After a step, which wants the next one in delay_ms (at most a day; < 0: none).
void attempt_stepped(attempt_t *self, int32_t delay_ms, uint32_t now_ms);

// After the report of the attempt with this serial. A newer attempt is not changed.
void attempt_reported(attempt_t *self, uint32_t serial);

// The delay until attempt_tick() is to be called. False: not before another event.
bool attempt_next(const attempt_t *self, uint32_t now_ms, uint32_t *delay_ms);

// Whether the stage's budget is spent and the attempt goes on, because this stage may fail.
bool attempt_overdue(const attempt_t *self, uint32_t now_ms);

// Time from start to end, or to now while it runs; 0 before the first attempt.
uint32_t attempt_elapsed_ms(const attempt_t *self, uint32_t now_ms);

// The timeout of the latest attempt; 0 before the first.
uint32_t attempt_timeout_ms(const attempt_t *self);

// Time spent in a stage of the latest attempt, also in the current stage. False: not entered.
bool attempt_stage_ms(const attempt_t *self, attempt_stage_t stage, uint32_t now_ms,
    uint32_t *duration_ms);

#endif
