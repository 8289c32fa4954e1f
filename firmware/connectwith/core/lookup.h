// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// When to ask which name server, and what their answers together mean. No I/O, time is an argument.
//
// Each server is asked at 0, 1, 2 and 4 s, one after the other within the first of these seconds,
// so that a dead one costs little. A server that says no is asked no more. After 7 s it is over.
// Who has said that there is no such name is believed if no other server contradicts in a second.

#ifndef CONNECTWITH_CORE_LOOKUP_H
#define CONNECTWITH_CORE_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "connectwith/core/dnsmsg.h"

#define LOOKUP_SERVERS_MAX (4)

// What lookup_next() returns beside the index of a server.
#define LOOKUP_WAIT (-1)  // until `due_ms`
#define LOOKUP_OVER (-2)  // see lookup_verdict()

typedef struct {
    uint32_t began_ms;
    uint32_t due_ms;     // when lookup_next() has something to say
    uint32_t denied_ms;  // when the first server said that there is no such name or address
    uint8_t servers;
    uint8_t asked[LOOKUP_SERVERS_MAX];  // how often
    uint8_t said[LOOKUP_SERVERS_MAX];   // dnsmsg_verdict_t; STRANGE: nothing yet
    bool patient;        // nobody is believed alone: multicast DNS is among the servers
} lookup_t;

// servers: 1 to LOOKUP_SERVERS_MAX.
void lookup_begin(lookup_t *lookup, uint8_t servers, bool patient, uint32_t now_ms);

// The index of the server to ask now (counted as asked), LOOKUP_WAIT or LOOKUP_OVER.
int lookup_next(lookup_t *lookup, uint32_t now_ms);

// A server has answered: call lookup_next() at once. FOUND and STRANGE change nothing here.
void lookup_said(lookup_t *lookup, uint8_t server, dnsmsg_verdict_t verdict, uint32_t now_ms);

// The most certain no that was said; STRANGE: nobody has said anything.
dnsmsg_verdict_t lookup_verdict(const lookup_t *lookup);

#endif
