// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Name to IPv4 address without waiting. lwIP does the query in its own thread and cannot be told
// to forget one, so that an answer may come when nobody wants it any more: every query has a
// number, and an answer to a number that is not current is dropped. No heap, no callback into
// the caller's memory.

#ifndef CONNECTWITH_PORT_RESOLVE_LWIP_H
#define CONNECTWITH_PORT_RESOLVE_LWIP_H

#include <stddef.h>
#include <stdint.h>

#include "connectwith/core/status.h"

// Names a query; 0 names none.
typedef uint32_t resolve_query_t;

typedef enum {
    RESOLVE_PENDING = 0,
    RESOLVE_FOUND = 1,
    RESOLVE_NOT_FOUND = -1,  // no such name, or no server answered: lwIP does not tell which
    RESOLVE_NO_SERVER = -2,  // no DNS server is set
    RESOLVE_NO_QUERY = -3,   // cancelled, or never started
} resolve_state_t;

// Starts a query. wake() is called from lwIP's thread when there is an answer; it MUST NOT block.
// STATUS_BAD_HOST, or STATUS_NO_SLOT (four queries are alive, none of them cancelled).
// A dotted quad is answered at once, without DNS and without wake().
status_t resolve_start(const char *host, size_t len, void (*wake)(void), resolve_query_t *query);

// Never waits. address (most significant byte first) is written with RESOLVE_FOUND only. The
// answer stays until resolve_cancel().
resolve_state_t resolve_poll(resolve_query_t query, uint8_t address[4]);

// Forgets the query and frees its slot. 0 and old queries are allowed.
void resolve_cancel(resolve_query_t query);

// Empties lwIP's cache of names: an address that was learnt on one network may be wrong on the
// next. Queries that start later see it empty.
void resolve_flush(void);

// Sets the name server that is asked when the first one does not answer or refuses. ESP-IDF forgets
// it when an interface gets an address. Lost when the queue of lwIP's thread is full: then there is
// only the first one.
void resolve_second(const uint8_t address[4]);

#endif
