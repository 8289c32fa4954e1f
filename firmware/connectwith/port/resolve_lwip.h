// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Resolves a name to IPv4 addresses without blocking, and reports the reason of a failure. It
// sends its own queries over lwIP's UDP. lwIP's resolver is not used: it does not tell a name that
// does not exist from a silent server, it returns one address, and it asks the servers and the
// interface that are the default at the moment. Every query has a number, and an answer to another
// number is dropped. This code uses no heap of its own, and no callback gets a pointer to the
// caller's memory.

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

typedef enum {
    RESOLVE_PENDING = 0,
    RESOLVE_FOUND = 1,
    RESOLVE_NO_NAME = -1,     // there is no such name (NXDOMAIN)
    RESOLVE_NO_SERVER = -2,   // no DNS server is set
    RESOLVE_NO_QUERY = -3,    // cancelled, or never started
    RESOLVE_NO_ADDRESS = -4,  // the name exists and has no IPv4 address
    RESOLVE_FAILED = -5,      // a server answered with an error (SERVFAIL, REFUSED)
    RESOLVE_SILENT = -6,      // no server has answered
} resolve_state_t;

// Starts a query. route: the interface that the queries leave by, and the servers to ask; it is
// copied. Without an interface lwIP chooses one, and without an interface and servers those of
// lwIP's table are asked. NULL: neither. wake() is called from lwIP's thread when there is an
// answer; it MUST NOT block. STATUS_BAD_HOST. STATUS_NO_SLOT: four queries exist already. A dotted
// quad is answered at once, without DNS and without wake().
status_t resolve_start(const char *host, size_t len, const route_t *route,
    void (*wake)(void), resolve_query_t *query);

// Does not wait. It also drives the query, so call it every 100 ms at least. The addresses are
// written with RESOLVE_FOUND only. The answer is kept until resolve_cancel().
resolve_state_t resolve_poll(resolve_query_t query, dnsmsg_addresses_t *addresses);

// Ends the query and frees its slot. 0 and queries that have ended are allowed.
void resolve_cancel(resolve_query_t query);

// Clears lwIP's cache of names, which the user's own code may use: an address from one network may
// be wrong on the next.
void resolve_flush(void);

// Sets lwIP's second name server. ESP-IDF clears it when an interface gets an address. Does
// nothing if the queue of lwIP's thread is full.
void resolve_second(const uint8_t address[4]);

#endif
