// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "attempt_model.h"

#define NO_STAGE (-1)

// docs/how-it-works.md, "Stages and codes": Wi-Fi, Ethernet, cellular.
static const int late_codes[ATTEMPT_STAGE_COUNT][ATTEMPT_LINK_COUNT] = {
    { 0, 1, 8 }, // HARDWARE
    { 1, 1, 10 }, // LINK
    { 2, 2, 12 }, // ADDRESS
    { 0, 0, 0 }, // CLOCK
    { 3, 3, 13 }, // RESOLVE
    { 4, 4, 13 }, // DIAL
    { 6, 6, NO_STAGE }, // PROXY
    { 4, 4, 4 }, // TLS
    { 4, 4, 4 }, // SESSION
};

// 5 is the success; 8 and above need a modem, 1, 6 and 7 a local network.
static bool can_fail_with(int link, int result) {
    if (link == ATTEMPT_LINK_CELLULAR) {
        return result == 0 || (result >= 2 && result <= 4) || (result >= 8 && result <= 13);
    }
    return result >= 0 && result <= 7 && result != ATTEMPT_RESULT_SERVER_CONNECTED;
}

static bool is_long(uint32_t ms) {
    return ms > 24u * 60 * 60 * 1000;
}

void model_init(model_t *m) {
    *m = (model_t) { .state = ATTEMPT_STATE_IDLE, .step_ms = MODEL_NEVER };
    for (int i = 0; i < ATTEMPT_STAGE_COUNT; i++) {
        m->began_ms[i] = MODEL_NEVER;
    }
}

static void end(model_t *m, int result, bool late, uint64_t now_ms) {
    m->state = ATTEMPT_STATE_ENDED;
    m->result = result;
    m->late = late;
    m->ended_ms = now_ms;
}

static void judge(model_t *m, uint64_t now_ms) {
    bool spent = now_ms >= m->budget_end_ms && m->stage != ATTEMPT_STAGE_CLOCK;
    if (m->state == ATTEMPT_STATE_RUNNING && (now_ms >= m->deadline_ms || spent)) {
        end(m, m->late_result, true, now_ms);
    }
}

static void begin(model_t *m, int stage, uint32_t budget_ms, int result, uint64_t now_ms) {
    m->stage = stage;
    m->began_ms[stage] = now_ms;
    m->budget_end_ms = budget_ms ? now_ms + budget_ms : MODEL_NEVER;
    m->overdue_told = false;
    m->late_result = result == ATTEMPT_RESULT_OF_STAGE ? late_codes[stage][m->link] : result;
}

static void want_step(model_t *m, uint64_t moment_ms) {
    m->step_ms = moment_ms < m->step_ms ? moment_ms : m->step_ms;
}

status_t model_start(model_t *m, int link, uint32_t timeout_ms, uint64_t now_ms) {
    if (link < 0 || link > 2) {
        return STATUS_BAD_LINK;
    }
    if (timeout_ms == 0 || is_long(timeout_ms)) {
        return STATUS_BAD_TIMEOUT;
    }
    uint64_t step_ms = m->step_ms;
    model_init(m);
    m->step_ms = step_ms;
    m->state = ATTEMPT_STATE_RUNNING;
    m->link = link;
    m->started_ms = now_ms;
    m->deadline_ms = now_ms + timeout_ms;
    begin(m, ATTEMPT_STAGE_HARDWARE, 0, ATTEMPT_RESULT_OF_STAGE, now_ms);
    want_step(m, now_ms);
    return STATUS_OK;
}

status_t model_enter(model_t *m, int stage, uint32_t budget_ms, int result, uint64_t now_ms) {
    if (m->state != ATTEMPT_STATE_RUNNING) {
        return m->state == ATTEMPT_STATE_ENDED && m->late ? STATUS_OK : STATUS_NOT_RUNNING;
    }
    if (stage <= m->stage || stage >= ATTEMPT_STAGE_COUNT
        || late_codes[stage][m->link] == NO_STAGE) {
        return STATUS_BAD_STAGE;
    }
    if (is_long(budget_ms)) {
        return STATUS_BAD_BUDGET;
    }
    if (result != ATTEMPT_RESULT_OF_STAGE && !can_fail_with(m->link, result)) {
        return STATUS_BAD_RESULT;
    }
    judge(m, now_ms);
    if (m->state == ATTEMPT_STATE_RUNNING) {
        begin(m, stage, budget_ms, result, now_ms);
    }
    return STATUS_OK;
}

status_t model_expect(model_t *m, int result, uint64_t now_ms) {
    if (m->state != ATTEMPT_STATE_RUNNING) {
        return m->state == ATTEMPT_STATE_ENDED && m->late ? STATUS_OK : STATUS_NOT_RUNNING;
    }
    if (result != ATTEMPT_RESULT_OF_STAGE && !can_fail_with(m->link, result)) {
        return STATUS_BAD_RESULT;
    }
    judge(m, now_ms);
    if (m->state == ATTEMPT_STATE_RUNNING) {
        m->late_result =
            result == ATTEMPT_RESULT_OF_STAGE ? late_codes[m->stage][m->link] : result;
    }
    return STATUS_OK;
}

status_t model_finish(model_t *m, int result, uint64_t now_ms) {
    if (m->state != ATTEMPT_STATE_RUNNING) {
        return m->state == ATTEMPT_STATE_ENDED && m->late ? STATUS_OK : STATUS_NOT_RUNNING;
    }
    if (result != ATTEMPT_RESULT_SERVER_CONNECTED && !can_fail_with(m->link, result)) {
        return STATUS_BAD_RESULT;
    }
    judge(m, now_ms);
    if (m->state == ATTEMPT_STATE_RUNNING) {
        end(m, result, false, now_ms);
    }
    return STATUS_OK;
}

void model_abandon(model_t *m, uint64_t now_ms) {
    if (m->state == ATTEMPT_STATE_RUNNING) {
        end(m, ATTEMPT_RESULT_NOT_CONNECTED, false, now_ms);
    }
    m->state = ATTEMPT_STATE_IDLE;
}

status_t model_wake(model_t *m, uint32_t delay_ms, uint64_t now_ms) {
    if (is_long(delay_ms)) {
        return STATUS_BAD_DELAY;
    }
    want_step(m, now_ms + delay_ms);
    return STATUS_OK;
}

attempt_action_t model_tick(model_t *m, uint64_t now_ms) {
    judge(m, now_ms);
    if (m->state == ATTEMPT_STATE_ENDED) {
        return ATTEMPT_ACTION_REPORT;
    }
    bool overdue = !m->overdue_told && model_is_overdue(m, now_ms);
    m->overdue_told |= overdue;
    if (!overdue && now_ms < m->step_ms) {
        return ATTEMPT_ACTION_NONE;
    }
    m->step_ms = MODEL_NEVER;
    return ATTEMPT_ACTION_STEP;
}

void model_reported(model_t *m) {
    if (m->state == ATTEMPT_STATE_ENDED) {
        m->state = ATTEMPT_STATE_IDLE;
    }
}

bool model_is_overdue(const model_t *m, uint64_t now_ms) {
    return m->state == ATTEMPT_STATE_RUNNING && now_ms >= m->budget_end_ms;
}

static uint64_t earlier(uint64_t a_ms, uint64_t b_ms) {
    return a_ms < b_ms ? a_ms : b_ms;
}

uint64_t model_next_ms(const model_t *m, uint64_t now_ms) {
    if (m->state == ATTEMPT_STATE_ENDED) {
        return now_ms;
    }
    uint64_t next_ms = m->step_ms;
    if (m->state == ATTEMPT_STATE_RUNNING) {
        next_ms = earlier(next_ms, m->deadline_ms);
        if (!m->overdue_told) {
            next_ms = earlier(next_ms, m->budget_end_ms);
        }
    }
    return next_ms == MODEL_NEVER || next_ms > now_ms ? next_ms : now_ms;
}

uint64_t model_stage_ms(const model_t *m, int stage, uint64_t now_ms) {
    uint64_t end_ms = m->state == ATTEMPT_STATE_RUNNING ? now_ms : m->ended_ms;
    for (int i = stage + 1; i < ATTEMPT_STAGE_COUNT; i++) {
        if (m->began_ms[i] != MODEL_NEVER) {
            end_ms = m->began_ms[i];
            break;
        }
    }
    return end_ms - m->began_ms[stage];
}
