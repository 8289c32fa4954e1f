// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The state machine.
//
// An attempt is RUNNING from start() until one of four events ends it: success, failure, a timeout
// or abandon(). The first three lead to ENDED, with a result that no longer changes, until the
// report has been made. start() replaces the attempt in every state: an older attempt that has
// ended but was not reported is never reported.
//
//              IDLE        RUNNING                ENDED by call   ENDED by timeout
//   start      RUNNING     RUNNING (new)          RUNNING (new)   RUNNING (new)
//   enter      refused     RUNNING, later stage   refused         ignored
//   expect     refused     RUNNING                refused         ignored
//   succeed    refused     ENDED by call          refused         ignored
//   fail       refused     ENDED by call          refused         ignored
//   abandon    IDLE        IDLE                   IDLE            IDLE
//   tick       -           step, or timeout       report          report
//   reported   -           -                      IDLE            IDLE
//
// The timeout is at the deadline, not after it, and is checked before any other event: a success
// that is reported at the deadline is too late. Its caller cannot know that, so the call is
// "ignored" and not "refused".
//
// Steps can be wanted in every state, because a session needs steps after its attempt.
//
// A stage may have a budget of its own. When it is spent, the attempt ends as at the deadline.
// CLOCK is the exception, because a device whose clock cannot be set goes on with the build date:
// there, a spent budget only causes one step, in which attempt_overdue() is true.

#include "connectwith/core/attempt.h"

#include <string.h>

#define STAGE(name) ATTEMPT_STAGE_##name
#define RESULT(name) ATTEMPT_RESULT_##name
#define BIT(n) (1u << (n))

// The result of a timeout in each stage; NO_STAGE: the link has no such stage.
#define NO_STAGE (-1)

// From ADDRESS on, Wi-Fi and Ethernet have the same results.
#define LAN_STAGES \
    [STAGE(ADDRESS)] = RESULT(NO_IP_ADDRESS), \
    [STAGE(CLOCK)] = RESULT(NOT_CONNECTED), \
    [STAGE(RESOLVE)] = RESULT(NOT_RESOLVED), \
    [STAGE(DIAL)] = RESULT(NO_SERVER), \
    [STAGE(PROXY)] = RESULT(NO_PROXY), \
    [STAGE(TLS)] = RESULT(NO_SERVER), \
    [STAGE(SESSION)] = RESULT(NO_SERVER)

static const int8_t timeout_results[ATTEMPT_LINK_COUNT][ATTEMPT_STAGE_COUNT] = {
    [ATTEMPT_LINK_WIFI] = {
        [STAGE(HARDWARE)] = RESULT(NOT_CONNECTED),
        [STAGE(LINK)] = RESULT(NO_WIFI),
        LAN_STAGES,
    },
    [ATTEMPT_LINK_ETHERNET] = {
        [STAGE(HARDWARE)] = RESULT(NO_LINK),
        [STAGE(LINK)] = RESULT(NO_LINK),
        LAN_STAGES,
    },
    [ATTEMPT_LINK_CELLULAR] = {
        [STAGE(HARDWARE)] = RESULT(NO_MODEM),
        [STAGE(LINK)] = RESULT(NO_REGISTRATION),
        [STAGE(ADDRESS)] = RESULT(NO_PPP_CONNECTION),
        [STAGE(CLOCK)] = RESULT(NOT_CONNECTED),
        [STAGE(RESOLVE)] = RESULT(PPP_NO_CONNECTIVITY),
        [STAGE(DIAL)] = RESULT(PPP_NO_CONNECTIVITY),
        [STAGE(PROXY)] = NO_STAGE,
        [STAGE(TLS)] = RESULT(NO_SERVER),
        [STAGE(SESSION)] = RESULT(NO_SERVER),
    },
};

// The failures that each link can report.
#define FAILURES_OF_ALL (BIT(RESULT(NOT_CONNECTED)) | BIT(RESULT(NO_IP_ADDRESS)) \
    | BIT(RESULT(NOT_RESOLVED)) | BIT(RESULT(NO_SERVER)))
#define FAILURES_OF_LAN (FAILURES_OF_ALL | BIT(RESULT(NO_WIFI)) | BIT(RESULT(NO_PROXY)) \
    | BIT(RESULT(NOT_AUTHORISED)))

static const uint16_t failures[ATTEMPT_LINK_COUNT] = {
    [ATTEMPT_LINK_WIFI] = FAILURES_OF_LAN,
    [ATTEMPT_LINK_ETHERNET] = FAILURES_OF_LAN,
    [ATTEMPT_LINK_CELLULAR] = FAILURES_OF_ALL | BIT(RESULT(NO_MODEM)) | BIT(RESULT(SIM_ERROR))
        | BIT(RESULT(NO_REGISTRATION)) | BIT(RESULT(REGISTRATION_DENIED))
        | BIT(RESULT(NO_PPP_CONNECTION)) | BIT(RESULT(PPP_NO_CONNECTIVITY)),
};

static bool is_reached(uint32_t moment_ms, uint32_t now_ms) {
    return (int32_t)(now_ms - moment_ms) >= 0;
}

static bool is_failure(const attempt_t *self, int result) {
    return result >= 0 && result < ATTEMPT_RESULT_COUNT && (failures[self->link] & BIT(result));
}

static bool is_budget_spent(const attempt_t *self, uint32_t now_ms) {
    return self->stage_budget_ms != 0
           && is_reached(self->stage_started_ms + self->stage_budget_ms, now_ms);
}

static void end(attempt_t *self, attempt_result_t result, bool timed_out, uint32_t now_ms) {
    self->state = ATTEMPT_STATE_ENDED;
    self->result = result;
    self->timed_out = timed_out;
    self->ended_ms = now_ms;
    self->duration_ms[self->stage] = now_ms - self->stage_started_ms;
}

// Called at the begin of every event, so that the timeout takes precedence.
static void check_time(attempt_t *self, uint32_t now_ms) {
    if (self->state != ATTEMPT_STATE_RUNNING) {
        return;
    }
    if (is_reached(self->deadline_ms, now_ms)
        || (is_budget_spent(self, now_ms) && self->stage != STAGE(CLOCK))) {
        end(self, self->timeout_result, true, now_ms);
    }
}

static bool is_timed_out(const attempt_t *self) {
    return self->state == ATTEMPT_STATE_ENDED && self->timed_out;
}

static void set_timeout_result(attempt_t *self, int result) {
    self->timeout_result = (attempt_result_t)(result == ATTEMPT_RESULT_OF_STAGE
        ? timeout_results[self->link][self->stage] : result);
}

static void begin_stage(attempt_t *self, attempt_stage_t stage, uint32_t budget_ms, int result,
    uint32_t now_ms) {
    self->stage = stage;
    self->stage_started_ms = now_ms;
    self->stage_budget_ms = budget_ms;
    self->overdue_stepped = false;
    self->entered |= BIT(stage);
    set_timeout_result(self, result);
}

static void want_step(attempt_t *self, uint32_t moment_ms) {
    if (!self->step_wanted || is_reached(moment_ms, self->step_ms)) {
        self->step_ms = moment_ms;
    }
    self->step_wanted = true;
}

void attempt_init(attempt_t *self) {
    memset(self, 0, sizeof(*self));
}

status_t attempt_start(attempt_t *self, int link, uint32_t timeout_ms, uint32_t now_ms) {
    if (link < 0 || link >= ATTEMPT_LINK_COUNT) {
        return STATUS_BAD_LINK;
    }
    if (timeout_ms == 0 || timeout_ms > ATTEMPT_LONGEST_MS) {
        return STATUS_BAD_TIMEOUT;
    }
    self->state = ATTEMPT_STATE_RUNNING;
    self->link = (attempt_link_t)link;
    self->serial++;
    self->started_ms = now_ms;
    self->deadline_ms = now_ms + timeout_ms;
    self->entered = 0;
    memset(self->duration_ms, 0, sizeof(self->duration_ms));
    begin_stage(self, STAGE(HARDWARE), 0, ATTEMPT_RESULT_OF_STAGE, now_ms);
    want_step(self, now_ms);
    return STATUS_OK;
}

status_t attempt_enter(attempt_t *self, int stage, uint32_t budget_ms, int result,
    uint32_t now_ms) {
    if (is_timed_out(self)) {
        return STATUS_OK;
    }
    if (self->state != ATTEMPT_STATE_RUNNING) {
        return STATUS_NOT_RUNNING;
    }
    if (stage <= (int)self->stage || stage >= ATTEMPT_STAGE_COUNT
        || timeout_results[self->link][stage] == NO_STAGE) {
        return STATUS_BAD_STAGE;
    }
    if (budget_ms > ATTEMPT_LONGEST_MS) {
        return STATUS_BAD_BUDGET;
    }
    if (result != ATTEMPT_RESULT_OF_STAGE && !is_failure(self, result)) {
        return STATUS_BAD_RESULT;
    }
    check_time(self, now_ms);
    if (self->state == ATTEMPT_STATE_RUNNING) {
        self->duration_ms[self->stage] = now_ms - self->stage_started_ms;
        begin_stage(self, (attempt_stage_t)stage, budget_ms, result, now_ms);
    }
    return STATUS_OK;
}

status_t attempt_expect(attempt_t *self, int result, uint32_t now_ms) {
    if (is_timed_out(self)) {
        return STATUS_OK;
    }
    if (self->state != ATTEMPT_STATE_RUNNING) {
        return STATUS_NOT_RUNNING;
    }
    if (result != ATTEMPT_RESULT_OF_STAGE && !is_failure(self, result)) {
        return STATUS_BAD_RESULT;
    }
    check_time(self, now_ms);
    if (self->state == ATTEMPT_STATE_RUNNING) {
        set_timeout_result(self, result);
    }
    return STATUS_OK;
}

// Ends the attempt by a call.
static status_t finish(attempt_t *self, int result, uint32_t now_ms) {
    if (is_timed_out(self)) {
        return STATUS_OK;
    }
    if (self->state != ATTEMPT_STATE_RUNNING) {
        return STATUS_NOT_RUNNING;
    }
    if (result != RESULT(SERVER_CONNECTED) && !is_failure(self, result)) {
        return STATUS_BAD_RESULT;
    }
    check_time(self, now_ms);
    if (self->state == ATTEMPT_STATE_RUNNING) {
        end(self, (attempt_result_t)result, false, now_ms);
    }
    return STATUS_OK;
}

status_t attempt_succeed(attempt_t *self, uint32_t now_ms) {
    return finish(self, RESULT(SERVER_CONNECTED), now_ms);
}

status_t attempt_fail(attempt_t *self, int result, uint32_t now_ms) {
    if (result == RESULT(SERVER_CONNECTED)) {
        return STATUS_BAD_RESULT;
    }
    return finish(self, result, now_ms);
}

void attempt_abandon(attempt_t *self, uint32_t now_ms) {
    if (self->state == ATTEMPT_STATE_RUNNING) {
        // The timeline of an abandoned attempt can still be read.
        end(self, RESULT(NOT_CONNECTED), false, now_ms);
    }
    self->state = ATTEMPT_STATE_IDLE;
    self->serial++;
}

status_t attempt_wake(attempt_t *self, uint32_t delay_ms, uint32_t now_ms) {
    if (delay_ms > ATTEMPT_LONGEST_MS) {
        return STATUS_BAD_DELAY;
    }
    want_step(self, now_ms + delay_ms);
    return STATUS_OK;
}

attempt_action_t attempt_tick(attempt_t *self, uint32_t now_ms) {
    check_time(self, now_ms);
    if (self->state == ATTEMPT_STATE_ENDED) {
        return ATTEMPT_ACTION_REPORT;
    }
    bool step = self->step_wanted && is_reached(self->step_ms, now_ms);
    if (!self->overdue_stepped && attempt_overdue(self, now_ms)) {
        self->overdue_stepped = true;
        step = true;
    }
    if (!step) {
        return ATTEMPT_ACTION_NONE;
    }
    self->step_wanted = false;
    return ATTEMPT_ACTION_STEP;
}

void attempt_stepped(attempt_t *self, int32_t delay_ms, uint32_t now_ms) {
    if (delay_ms >= 0) {
        int32_t bounded_ms = delay_ms > ATTEMPT_LONGEST_MS ? ATTEMPT_LONGEST_MS : delay_ms;
        want_step(self, now_ms + (uint32_t)bounded_ms);
    }
}

void attempt_reported(attempt_t *self, uint32_t serial) {
    if (self->serial == serial && self->state == ATTEMPT_STATE_ENDED) {
        self->state = ATTEMPT_STATE_IDLE;
    }
}

static void take_earlier(bool *any, uint32_t *delay_ms, uint32_t moment_ms, uint32_t now_ms) {
    uint32_t until_ms = is_reached(moment_ms, now_ms) ? 0 : moment_ms - now_ms;
    if (!*any || until_ms < *delay_ms) {
        *delay_ms = until_ms;
    }
    *any = true;
}

bool attempt_next(const attempt_t *self, uint32_t now_ms, uint32_t *delay_ms) {
    bool any = false;
    if (self->state == ATTEMPT_STATE_ENDED) {
        take_earlier(&any, delay_ms, now_ms, now_ms);
    }
    if (self->step_wanted) {
        take_earlier(&any, delay_ms, self->step_ms, now_ms);
    }
    if (self->state == ATTEMPT_STATE_RUNNING) {
        take_earlier(&any, delay_ms, self->deadline_ms, now_ms);
        if (self->stage_budget_ms != 0 && !self->overdue_stepped) {
            take_earlier(&any, delay_ms, self->stage_started_ms + self->stage_budget_ms, now_ms);
        }
    }
    return any;
}

bool attempt_overdue(const attempt_t *self, uint32_t now_ms) {
    return self->state == ATTEMPT_STATE_RUNNING && is_budget_spent(self, now_ms);
}

uint32_t attempt_elapsed_ms(const attempt_t *self, uint32_t now_ms) {
    return (self->state == ATTEMPT_STATE_RUNNING ? now_ms : self->ended_ms) - self->started_ms;
}

uint32_t attempt_timeout_ms(const attempt_t *self) {
    return self->deadline_ms - self->started_ms;
}

bool attempt_stage_ms(const attempt_t *self, attempt_stage_t stage, uint32_t now_ms,
    uint32_t *duration_ms) {
    if (stage >= ATTEMPT_STAGE_COUNT || !(self->entered & BIT(stage))) {
        return false;
    }
    bool in_progress = self->state == ATTEMPT_STATE_RUNNING && stage == self->stage;
    *duration_ms = in_progress ? now_ms - self->stage_started_ms : self->duration_ms[stage];
    return true;
}
