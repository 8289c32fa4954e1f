// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// One attempt to reach the server, as a machine without clock, timer or network: the caller brings
// events and the time, and gets back what to do and when to come again. attempt.c opens with the
// theory.
//
// All times are milliseconds of one free-running uint32_t clock that may wrap. Two moments may be
// at most 2^31 - 1 ms (24 days) apart, so the caller comes back at least that often while it has
// been told to (attempt_next).

#ifndef CONNECTWITH_CORE_ATTEMPT_H
#define CONNECTWITH_CORE_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "connectwith/core/status.h"

// Stages in the order in which an attempt goes through them. It may leave some out.
#define ATTEMPT_STAGES(X) \
    X(HARDWARE) X(LINK) X(ADDRESS) X(CLOCK) X(RESOLVE) X(DIAL) X(PROXY) X(TLS) X(SESSION)

#define ATTEMPT_LINKS(X) X(WIFI) X(ETHERNET) X(CELLULAR)

// The imp's result codes. NO_WIFI and NO_LINK are the same number there, too.
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

// In place of a result: take the one of the stage table.
#define ATTEMPT_RESULT_OF_STAGE (-1)

typedef enum {
    ATTEMPT_STATE_IDLE, // none, or reported, or abandoned
    ATTEMPT_STATE_RUNNING,
    ATTEMPT_STATE_ENDED, // the result stands, the report is still to be made
} attempt_state_t;

typedef enum {
    ATTEMPT_ACTION_NONE,
    ATTEMPT_ACTION_STEP, // run one step, then tell attempt_stepped()
    ATTEMPT_ACTION_REPORT, // settle and call back, then tell attempt_reported()
} attempt_action_t;

// Its fields belong to attempt.c; the functions below read them.
typedef struct {
    attempt_state_t state;
    attempt_link_t link;
    attempt_stage_t stage;
    attempt_result_t result;
    attempt_result_t result_if_late; // what the deadline, or the stage's budget, makes of it
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
    bool late; // ended by time, not by a call
    bool overdue_told; // the one extra step for a spent budget has been given
} attempt_t;

// Must be called once, before anything else.
void attempt_init(attempt_t *self);

// Begins an attempt in stage HARDWARE and wants a step at once. An older one, in whatever state,
// is forgotten without a report.
// BAD_LINK, BAD_TIMEOUT (1 to ATTEMPT_LONGEST_MS): nothing has changed.
status_t attempt_start(attempt_t *self, int link, uint32_t timeout_ms, uint32_t now_ms);

// Goes on to a later stage. budget_ms is the time that this stage alone may take, 0 for no limit
// of its own. result is the code if time runs out here, ATTEMPT_RESULT_OF_STAGE for the table's.
// BAD_STAGE, BAD_BUDGET, BAD_RESULT, NOT_RUNNING: nothing has changed.
status_t attempt_enter(attempt_t *self, int stage, uint32_t budget_ms, int result,
    uint32_t now_ms);

// From now on `result` is the code if time runs out in this stage: what is tried again there has
// said why it has failed. ATTEMPT_RESULT_OF_STAGE: the table's.
// BAD_RESULT, NOT_RUNNING: nothing has changed.
status_t attempt_expect(attempt_t *self, int result, uint32_t now_ms);

// NOT_RUNNING: nothing has changed.
status_t attempt_succeed(attempt_t *self, uint32_t now_ms);

// BAD_RESULT (SERVER_CONNECTED, or a code that this link cannot have), NOT_RUNNING: nothing has
// changed.
status_t attempt_fail(attempt_t *self, int result, uint32_t now_ms);

// Ends without a report, whatever the state. Harmless when nothing runs.
void attempt_abandon(attempt_t *self, uint32_t now_ms);

// Wants a step in delay_ms, with or without an attempt; the earliest wish wins.
// BAD_DELAY (over ATTEMPT_LONGEST_MS): nothing has changed.
status_t attempt_wake(attempt_t *self, uint32_t delay_ms, uint32_t now_ms);

// Says what is due now. A step is due once: it is wanted again only when somebody says so.
attempt_action_t attempt_tick(attempt_t *self, uint32_t now_ms);

// After a step: it wants the next one in delay_ms (over a day counts as a day), or none if < 0.
void attempt_stepped(attempt_t *self, int32_t delay_ms, uint32_t now_ms);

// After a report of the attempt with this serial; a newer attempt is left alone.
void attempt_reported(attempt_t *self, uint32_t serial);

// When to call attempt_tick() next. False: not before another event.
bool attempt_next(const attempt_t *self, uint32_t now_ms, uint32_t *delay_ms);

// The stage's own budget is spent, and the attempt goes on because the stage may be given up.
bool attempt_overdue(const attempt_t *self, uint32_t now_ms);

// Time from start to end, or to now while it runs; 0 before the first.
uint32_t attempt_elapsed_ms(const attempt_t *self, uint32_t now_ms);

// Time spent in a stage of the latest attempt, the one in progress included. False: not entered.
bool attempt_stage_ms(const attempt_t *self, attempt_stage_t stage, uint32_t now_ms,
    uint32_t *duration_ms);

#endif
