// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What the two halves of the resolver share: resolve_lwip.c, which Python's thread calls, and
// resolve_udp.c, which runs in lwIP's thread.

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
    // Read and written under SYS_ARCH_PROTECT only: Python's thread and lwIP's share it.
    resolve_query_t query;  // number of the query that has the slot now
    resolve_stage_t stage;
    resolve_state_t outcome;
    uint32_t due_ms;        // when lwIP's thread is to be called
    dnsmsg_addresses_t addresses;
    resolve_way_t way;
    void (*wake)(void);
    char name[HOSTNAME_MAX_BYTES + 1];
    // lwIP's thread only.
    resolve_query_t owner;  // whose the rest is
    struct udp_pcb *pcb;
    uint16_t id;
    bool local;             // the first server is the group of multicast DNS
    lookup_t lookup;
    ip_addr_t servers[LOOKUP_SERVERS_MAX];
} resolve_slot_t;

extern resolve_slot_t resolve_slots[RESOLVE_SLOTS];

// The slot, if it still belongs to the query. Call it under SYS_ARCH_PROTECT.
resolve_slot_t *resolve_find(resolve_query_t query);

// For platform_run_in_tcpip(). Takes the next step of the query whose number `arg` is.
void resolve_turn(void *arg);

// The same. Closes what belongs to queries that nobody wants any more.
void resolve_sweep(void *arg);

#endif
