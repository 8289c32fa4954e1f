// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// When to query which name server, and the result of all their answers. No I/O; time is an
// argument.
//
// There are four rounds, at 0, 1, 2 and 4 s. Within a round the queries to the servers are spread
// over one second, so that a dead server costs little time. A server with a negative answer is not
// queried again. The lookup ends after 7 s. An answer that there is no such name is accepted if no
// other server contradicts it within a second.

#ifndef CONNECTWITH_CORE_LOOKUP_H
#define CONNECTWITH_CORE_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "connectwith/core/dnsmsg.h"

#define LOOKUP_SERVERS_MAX (4)

// Results of lookup_next() besides the index of a server.
#define LOOKUP_WAIT (-1)  // until `due_ms`
#define LOOKUP_OVER (-2)  // see lookup_verdict()

typedef struct {
    uint32_t began_ms;
    uint32_t due_ms;     // when lookup_next() is to be called
    uint32_t negative_ms;  // when the first server answered that there is no such name or address
    uint8_t servers;
    uint8_t asked[LOOKUP_SERVERS_MAX];  // how often
    uint8_t verdict[LOOKUP_SERVERS_MAX];   // dnsmsg_verdict_t; IGNORED: no answer yet
    bool wait_for_all;   // one negative answer is not enough: multicast DNS is among the servers
} lookup_t;

// servers: 1 to LOOKUP_SERVERS_MAX.
void lookup_begin(lookup_t *lookup, uint8_t servers, bool wait_for_all, uint32_t now_ms);

// The index of the server to ask now (counted as asked), LOOKUP_WAIT or LOOKUP_OVER.
int lookup_next(lookup_t *lookup, uint32_t now_ms);

// Records an answer of a server; call lookup_next() at once. FOUND and IGNORED change nothing
// here.
void lookup_answered(lookup_t *lookup, uint8_t server, dnsmsg_verdict_t verdict, uint32_t now_ms);

// The most reliable negative answer; IGNORED: no server has answered.
dnsmsg_verdict_t lookup_verdict(const lookup_t *lookup);

#endif
