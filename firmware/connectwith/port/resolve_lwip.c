// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/resolve_lwip.h"

#include <string.h>

#include "lwip/dns.h"

#include "connectwith/port/platform.h"
#include "connectwith/port/resolve_internal.h"

// When a step is tried again that failed because memory or room in the queue of lwIP's thread was
// short.
#define RESOLVE_RETRY_MS (100)

resolve_slot_t resolve_slots[RESOLVE_SLOTS];

static uint32_t resolve_count;

resolve_slot_t *resolve_find(resolve_query_t query) {
    resolve_slot_t *slot = &resolve_slots[query % RESOLVE_SLOTS];
    return query != 0 && slot->stage != RESOLVE_STAGE_FREE && slot->query == query ? slot : NULL;
}

// Takes a free slot and gives the query a number from which the slot follows. Under
// SYS_ARCH_PROTECT.
static resolve_slot_t *resolve_take(void) {
    for (uint32_t i = 0; i < RESOLVE_SLOTS; ++i) {
        resolve_slot_t *slot = &resolve_slots[i];
        if (slot->stage == RESOLVE_STAGE_FREE) {
            do {
                slot->query = ++resolve_count * RESOLVE_SLOTS + i;
            } while (slot->query == 0);
            slot->stage = RESOLVE_STAGE_ASKED;
            slot->due_ms = sys_now() + RESOLVE_RETRY_MS;
            return slot;
        }
    }
    return NULL;
}

static void resolve_fill(resolve_slot_t *slot, const char *host, size_t len,
    const route_t *route, void (*wake)(void)) {
    slot->route = route != NULL ? *route : (route_t) {.count = 0};
    slot->wake = wake;
    memset(slot->name, 0, sizeof(slot->name));
    memcpy(slot->name, host, host[len - 1] == '.' ? len - 1 : len);
    uint8_t quad[4];
    if (hostname_quad(host, len, quad)) {
        slot->stage = RESOLVE_STAGE_ANSWERED;
        slot->outcome = RESOLVE_FOUND;
        slot->addresses.count = 1;
        memcpy(slot->addresses.address[0], quad, sizeof(quad));
    }
}

status_t resolve_start(const char *host, size_t len, const route_t *route,
    void (*wake)(void), resolve_query_t *query) {
    if (!hostname_valid(host, len)) {
        return STATUS_BAD_HOST;
    }
    bool known = false;
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    resolve_slot_t *slot = resolve_take();
    if (slot != NULL) {
        *query = slot->query;
        resolve_fill(slot, host, len, route, wake);
        known = slot->stage == RESOLVE_STAGE_ANSWERED;
    }
    SYS_ARCH_UNPROTECT(level);
    if (slot == NULL) {
        return STATUS_NO_SLOT;
    }
    if (!known) {
        // If the queue is full, resolve_poll() tries again.
        (void)platform_run_in_tcpip(resolve_step, (void *)(uintptr_t)*query);
    }
    return STATUS_OK;
}

resolve_state_t resolve_poll(resolve_query_t query, dnsmsg_addresses_t *addresses) {
    resolve_state_t state = RESOLVE_NO_QUERY;
    bool due = false;
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    resolve_slot_t *slot = resolve_find(query);
    if (slot != NULL) {
        const uint32_t now_ms = sys_now();
        state = slot->stage == RESOLVE_STAGE_ANSWERED ? slot->outcome : RESOLVE_PENDING;
        due = state == RESOLVE_PENDING && (int32_t)(now_ms - slot->due_ms) >= 0;
        if (due) {
            slot->due_ms = now_ms + RESOLVE_RETRY_MS;  // if the queue is full
        }
        if (state == RESOLVE_FOUND) {
            *addresses = slot->addresses;
        }
    }
    SYS_ARCH_UNPROTECT(level);
    if (due) {
        (void)platform_run_in_tcpip(resolve_step, (void *)(uintptr_t)query);
    }
    return state;
}

void resolve_cancel(resolve_query_t query) {
    bool open = false;
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    resolve_slot_t *slot = resolve_find(query);
    if (slot != NULL) {
        open = slot->stage == RESOLVE_STAGE_ASKED;
        slot->stage = RESOLVE_STAGE_FREE;
    }
    SYS_ARCH_UNPROTECT(level);
    if (open) {
        // If the queue is full, the next query in this slot closes the socket.
        (void)platform_run_in_tcpip(resolve_close_cancelled, NULL);
    }
}

// --- lwIP's own resolver, for the user's code ---

static void resolve_clear(void *arg) {
    (void)arg;
    dns_clear_cache();
}

void resolve_flush(void) {
    // If the queue is full, the entries stay until their time to live has passed.
    (void)platform_run_in_tcpip(resolve_clear, NULL);
}

// The argument is the address in network order.
static void resolve_set_second(void *arg) {
    const ip_addr_t server = IPADDR4_INIT((u32_t)(uintptr_t)arg);
    dns_setserver(1, &server);
}

void resolve_second(const uint8_t address[4]) {
    u32_t number;
    memcpy(&number, address, sizeof(number));
    (void)platform_run_in_tcpip(resolve_set_second, (void *)(uintptr_t)number);
}
