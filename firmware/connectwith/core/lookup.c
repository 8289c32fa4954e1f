// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/lookup.h"

#include <string.h>

#define ROUNDS (4)
#define SPREAD_MS (1000)  // the servers of one round are asked within it
#define END_MS (7000)
#define DENIED_MS (1000)

static const uint16_t round_ms[ROUNDS] = {0, 1000, 2000, 4000};

void lookup_begin(lookup_t *lookup, uint8_t servers, bool patient, uint32_t now_ms) {
    memset(lookup, 0, sizeof(*lookup));
    lookup->began_ms = now_ms;
    lookup->due_ms = now_ms;
    lookup->servers = servers;
    lookup->patient = patient;
}

static bool is_silent(const lookup_t *lookup, uint8_t server) {
    return lookup->said[server] == DNSMSG_STRANGE;
}

static bool is_any_silent(const lookup_t *lookup) {
    for (uint8_t i = 0; i < lookup->servers; ++i) {
        if (is_silent(lookup, i)) {
            return true;
        }
    }
    return false;
}

// When it is over, in ms since the beginning.
static uint32_t end_ms(const lookup_t *lookup) {
    if (lookup_verdict(lookup) >= DNSMSG_NO_ADDRESS && !lookup->patient) {
        const uint32_t believed_ms = lookup->denied_ms - lookup->began_ms + DENIED_MS;
        return believed_ms < END_MS ? believed_ms : END_MS;
    }
    return END_MS;
}

int lookup_next(lookup_t *lookup, uint32_t now_ms) {
    const uint32_t age_ms = now_ms - lookup->began_ms;
    uint32_t next_ms = end_ms(lookup);
    if (age_ms >= next_ms || !is_any_silent(lookup)) {
        return LOOKUP_OVER;
    }
    const bool urged = lookup_verdict(lookup) != DNSMSG_STRANGE;
    for (uint8_t i = 0; i < lookup->servers; ++i) {
        const uint8_t round = lookup->asked[i];
        if (round == ROUNDS || !is_silent(lookup, i)) {
            continue;
        }
        // Where another server has said no, nothing is gained by waiting for one's turn.
        const uint32_t turn_ms = urged && round == 0 ? 0
            : round_ms[round] + (uint32_t)i * SPREAD_MS / lookup->servers;
        if (age_ms >= turn_ms) {
            ++lookup->asked[i];
            return i;
        }
        if (turn_ms < next_ms) {
            next_ms = turn_ms;
        }
    }
    lookup->due_ms = lookup->began_ms + next_ms;
    return LOOKUP_WAIT;
}

void lookup_said(lookup_t *lookup, uint8_t server, dnsmsg_verdict_t verdict, uint32_t now_ms) {
    if (verdict == DNSMSG_FOUND || verdict == DNSMSG_STRANGE || !is_silent(lookup, server)) {
        return;
    }
    if (verdict >= DNSMSG_NO_ADDRESS && lookup_verdict(lookup) < DNSMSG_NO_ADDRESS) {
        lookup->denied_ms = now_ms;
    }
    lookup->said[server] = (uint8_t)verdict;
}

dnsmsg_verdict_t lookup_verdict(const lookup_t *lookup) {
    uint8_t verdict = DNSMSG_STRANGE;
    for (uint8_t i = 0; i < lookup->servers; ++i) {
        if (lookup->said[i] > verdict) {
            verdict = lookup->said[i];
        }
    }
    return (dnsmsg_verdict_t)verdict;
}
