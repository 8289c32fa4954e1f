// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Name to IPv4 addresses without waiting, with the reason where there is none. The queries are our
// own, over lwIP's UDP: lwIP's resolver tells a name that does not exist from a silent server by
// nothing, gives one address, and asks whatever servers by whatever interface are the default now.
// Every query has a number, and an answer to a number that is not current is dropped. No heap of
// ours, no callback into the caller's memory.

#ifndef CONNECTWITH_PORT_RESOLVE_LWIP_H
#define CONNECTWITH_PORT_RESOLVE_LWIP_H

#include <stddef.h>
#include <stdint.h>

#include "connectwith/core/dnsmsg.h"
#include "connectwith/core/status.h"
#include "connectwith/port/route_lwip.h"

// Names a query; 0 names none.
typedef uint32_t resolve_query_t;

#define RESOLVE_SERVERS_MAX ROUTE_SERVERS_MAX

// By which interface the queries go, and to which servers. Without an interface lwIP chooses it, and
// without servers those that it has are asked then.
typedef route_t resolve_way_t;

typedef enum {
    RESOLVE_PENDING = 0,
    RESOLVE_FOUND = 1,
    RESOLVE_NO_NAME = -1,     // there is no such name (NXDOMAIN)
    RESOLVE_NO_SERVER = -2,   // no DNS server is set
    RESOLVE_NO_QUERY = -3,    // cancelled, or never started
    RESOLVE_NO_ADDRESS = -4,  // the name exists and has no IPv4 address
    RESOLVE_FAILED = -5,      // a server answered that it cannot tell (SERVFAIL, REFUSED)
    RESOLVE_SILENT = -6,      // no server has answered
} resolve_state_t;

// Starts a query. way: copied; NULL is as zeros. wake() is called from lwIP's thread when there is
// an answer; it MUST NOT block. STATUS_BAD_HOST, or STATUS_NO_SLOT (four queries are alive, none of
// them cancelled). A dotted quad is answered at once, without DNS and without wake().
status_t resolve_start(const char *host, size_t len, const resolve_way_t *way,
    void (*wake)(void), resolve_query_t *query);

// Never waits, and keeps the query going: call it every 100 ms at least. The addresses are written
// with RESOLVE_FOUND only. The answer stays until resolve_cancel().
resolve_state_t resolve_poll(resolve_query_t query, dnsmsg_addresses_t *addresses);

// Forgets the query and frees its slot. 0 and old queries are allowed.
void resolve_cancel(resolve_query_t query);

// Empties lwIP's cache of names, which the user's own code may ask: an address that was learnt on
// one network may be wrong on the next.
void resolve_flush(void);

// Sets lwIP's second name server. ESP-IDF forgets it when an interface gets an address. Lost when
// the queue of lwIP's thread is full: then there is only the first one.
void resolve_second(const uint8_t address[4]);

#endif
