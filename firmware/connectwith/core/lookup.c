// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/lookup.h"

#include <string.h>

#define ROUNDS (4)
#define SPREAD_MS (1000)  // the queries of one round are spread over it
#define END_MS (7000)
#define NEGATIVE_WAIT_MS (1000)

static const uint16_t round_ms[ROUNDS] = {0, 1000, 2000, 4000};

void lookup_begin(lookup_t *lookup, uint8_t servers, bool wait_for_all, uint32_t now_ms) {
    memset(lookup, 0, sizeof(*lookup));
    lookup->began_ms = now_ms;
    lookup->due_ms = now_ms;
    lookup->servers = servers;
    lookup->wait_for_all = wait_for_all;
}

static bool is_silent(const lookup_t *lookup, uint8_t server) {
    return lookup->verdict[server] == DNSMSG_IGNORED;
}

static bool has_silent(const lookup_t *lookup) {
    for (uint8_t i = 0; i < lookup->servers; ++i) {
        if (is_silent(lookup, i)) {
            return true;
        }
    }
    return false;
}

// The end of the lookup, in ms since its begin.
static uint32_t end_ms(const lookup_t *lookup) {
    if (lookup_verdict(lookup) >= DNSMSG_NO_ADDRESS && !lookup->wait_for_all) {
        const uint32_t accepted_ms = lookup->negative_ms - lookup->began_ms + NEGATIVE_WAIT_MS;
        return accepted_ms < END_MS ? accepted_ms : END_MS;
    }
    return END_MS;
}

int lookup_next(lookup_t *lookup, uint32_t now_ms) {
    const uint32_t age_ms = now_ms - lookup->began_ms;
    uint32_t next_ms = end_ms(lookup);
    if (age_ms >= next_ms || !has_silent(lookup)) {
        return LOOKUP_OVER;
    }
    const bool has_negative = lookup_verdict(lookup) != DNSMSG_IGNORED;
    for (uint8_t i = 0; i < lookup->servers; ++i) {
        const uint8_t round = lookup->asked[i];
        if (round == ROUNDS || !is_silent(lookup, i)) {
            continue;
        }
        // After a negative answer of another server, the first query is sent at once.
        const uint32_t send_ms = has_negative && round == 0 ? 0
            : round_ms[round] + (uint32_t)i * SPREAD_MS / lookup->servers;
        if (age_ms >= send_ms) {
            ++lookup->asked[i];
            return i;
        }
        if (send_ms < next_ms) {
            next_ms = send_ms;
        }
    }
    lookup->due_ms = lookup->began_ms + next_ms;
    return LOOKUP_WAIT;
}

void lookup_answered(lookup_t *lookup, uint8_t server, dnsmsg_verdict_t verdict, uint32_t now_ms) {
    if (verdict == DNSMSG_FOUND || verdict == DNSMSG_IGNORED || !is_silent(lookup, server)) {
        return;
    }
    if (verdict >= DNSMSG_NO_ADDRESS && lookup_verdict(lookup) < DNSMSG_NO_ADDRESS) {
        lookup->negative_ms = now_ms;
    }
    lookup->verdict[server] = (uint8_t)verdict;
}

dnsmsg_verdict_t lookup_verdict(const lookup_t *lookup) {
    uint8_t verdict = DNSMSG_IGNORED;
    for (uint8_t i = 0; i < lookup->servers; ++i) {
        if (lookup->verdict[i] > verdict) {
            verdict = lookup->verdict[i];
        }
    }
    return (dnsmsg_verdict_t)verdict;
}
