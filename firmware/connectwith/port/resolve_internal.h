// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Shared by the two files of the resolver: Python's thread calls resolve_lwip.c, and resolve_udp.c
// runs in lwIP's thread.

#ifndef CONNECTWITH_PORT_RESOLVE_INTERNAL_H
#define CONNECTWITH_PORT_RESOLVE_INTERNAL_H

#include <stdbool.h>

#include "lwip/ip_addr.h"
#include "lwip/sys.h"
#include "lwip/udp.h"

#include "connectwith/core/hostname.h"
#include "connectwith/core/lookup.h"
#include "connectwith/port/resolve_lwip.h"

#define RESOLVE_SLOTS (4)

typedef enum {
    RESOLVE_STAGE_FREE,
    RESOLVE_STAGE_ASKED,
    RESOLVE_STAGE_ANSWERED,
} resolve_stage_t;

typedef struct {
    // Read and written under SYS_ARCH_PROTECT only, because both threads use these.
    resolve_query_t query;  // the query that has the slot now
    resolve_stage_t stage;
    resolve_state_t outcome;
    uint32_t due_ms;        // when lwIP's thread is to be called
    dnsmsg_addresses_t addresses;
    route_t route;
    void (*wake)(void);
    char name[HOSTNAME_MAX_BYTES + 1];
    // lwIP's thread only.
    resolve_query_t owner;  // the query that the following belongs to
    struct udp_pcb *pcb;
    uint16_t id;
    bool local;             // the first server is the multicast DNS group
    lookup_t lookup;
    ip_addr_t servers[LOOKUP_SERVERS_MAX];
} resolve_slot_t;

extern resolve_slot_t resolve_slots[RESOLVE_SLOTS];

// The slot, if it still belongs to the query. Call it under SYS_ARCH_PROTECT.
resolve_slot_t *resolve_find(resolve_query_t query);

// For platform_run_in_tcpip(). Does the next step of query number `arg`.
void resolve_step(void *arg);

// For platform_run_in_tcpip(). Closes the sockets of cancelled queries.
void resolve_close_cancelled(void *arg);

#endif
