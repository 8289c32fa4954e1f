// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/resolve_lwip.h"

#include <stdbool.h>
#include <string.h>

#include "lwip/dns.h"
#include "lwip/sys.h"

#include "connectwith/core/hostname.h"
#include "connectwith/port/platform.h"

#define RESOLVE_SLOTS (4)

// lwIP's table of queries is full of cancelled ones at worst for the 10 s or so of its retries:
// we ask again rather than fail, this often.
#define RESOLVE_RETRY_MS (100)

// lwIP asks a server four times and goes on to the next one after 1 + 1 + 2 + 3 ticks of dns_tmr()
// (at once if it refuses), so that a first one that is dead costs 7 s. While a query of ours waits,
// each further server adds a tick to each of lwIP's own: all of them together take as long as one.
#define RESOLVE_TICK_MS (DNS_TMR_INTERVAL)

// lwIP gives a query up after 1 + 1 + 2 + 3 ticks of dns_tmr() for each of its servers.
#define RESOLVE_TICKS_MAX (8 * DNS_MAX_SERVERS)

typedef enum {
    RESOLVE_STAGE_FREE,
    RESOLVE_STAGE_REFUSED,   // lwIP's thread or its table was full: to be posted again
    RESOLVE_STAGE_POSTED,    // on the way to lwIP's thread
    RESOLVE_STAGE_ASKED,     // lwIP has it
    RESOLVE_STAGE_ANSWERED,
} resolve_stage_t;

// Read and written under SYS_ARCH_PROTECT only: Python's thread and lwIP's share it.
typedef struct {
    resolve_query_t query;  // number of the query that has the slot now
    resolve_stage_t stage;
    resolve_state_t outcome;
    uint32_t posted_ms;     // when lwIP's thread was asked for something last
    uint8_t address[4];
    void (*wake)(void);
    char name[HOSTNAME_MAX_BYTES + 1];
} resolve_slot_t;

static resolve_slot_t resolve_slots[RESOLVE_SLOTS];
static uint32_t resolve_count;
static uint32_t resolve_open; // queries that lwIP owes an answer; lwIP's thread only

// The slot, if it still belongs to the query. Call it under SYS_ARCH_PROTECT.
static resolve_slot_t *resolve_find(resolve_query_t query) {
    resolve_slot_t *slot = &resolve_slots[query % RESOLVE_SLOTS];
    return query != 0 && slot->stage != RESOLVE_STAGE_FREE && slot->query == query ? slot : NULL;
}

static void resolve_settle(resolve_query_t query, resolve_state_t outcome, const ip_addr_t *addr) {
    void (*wake)(void) = NULL;
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    resolve_slot_t *slot = resolve_find(query);
    if (slot != NULL && slot->stage == RESOLVE_STAGE_ASKED) {
        slot->stage = RESOLVE_STAGE_ANSWERED;
        slot->outcome = outcome;
        if (outcome == RESOLVE_FOUND) {
            memcpy(slot->address, &ip_2_ip4(addr)->addr, sizeof(slot->address));
        }
        wake = slot->wake;
    }
    SYS_ARCH_UNPROTECT(level);
    if (wake != NULL) {
        wake();
    }
}

static void resolve_take_answer(resolve_query_t query, const ip_addr_t *addr) {
    const bool found = addr != NULL && IP_IS_V4(addr);
    resolve_settle(query, found ? RESOLVE_FOUND : RESOLVE_NOT_FOUND, addr);
}

// lwIP's thread. The argument is the query's number, never a pointer: whatever becomes of the
// query, a late call finds nothing to break.
static void resolve_answer(const char *name, const ip_addr_t *addr, void *arg) {
    (void)name;
    --resolve_open;
    resolve_take_answer((resolve_query_t)(uintptr_t)arg, addr);
}

// lwIP's thread.
static void resolve_ask(void *arg) {
    static char name[HOSTNAME_MAX_BYTES + 1];  // lwIP has one thread, and it copies the name
    const resolve_query_t query = (resolve_query_t)(uintptr_t)arg;
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    resolve_slot_t *slot = resolve_find(query);
    const bool wanted = slot != NULL && slot->stage == RESOLVE_STAGE_POSTED;
    if (wanted) {
        memcpy(name, slot->name, sizeof(name));
        slot->stage = RESOLVE_STAGE_ASKED;
    }
    SYS_ARCH_UNPROTECT(level);
    if (!wanted) {
        return;
    }

    ip_addr_t addr;
    const err_t err = dns_gethostbyname_addrtype(name, &addr, resolve_answer, arg,
        LWIP_DNS_ADDRTYPE_IPV4);
    if (err == ERR_OK) {
        resolve_take_answer(query, &addr);
    } else if (err == ERR_INPROGRESS) {
        ++resolve_open;
    } else if (err == ERR_MEM) {
        SYS_ARCH_PROTECT(level);
        slot = resolve_find(query);
        if (slot != NULL) {
            slot->stage = RESOLVE_STAGE_REFUSED;
        }
        SYS_ARCH_UNPROTECT(level);
    } else {
        resolve_settle(query, err == ERR_VAL ? RESOLVE_NO_SERVER : RESOLVE_NOT_FOUND, NULL);
    }
}

// Python's thread. Called in stage REFUSED, in which lwIP's thread leaves the slot alone.
static void resolve_post(resolve_slot_t *slot, resolve_query_t query) {
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    slot->stage = RESOLVE_STAGE_POSTED;
    slot->posted_ms = sys_now();
    SYS_ARCH_UNPROTECT(level);
    if (!platform_run_in_tcpip(resolve_ask, (void *)(uintptr_t)query)) {
        SYS_ARCH_PROTECT(level);
        slot->stage = RESOLVE_STAGE_REFUSED;
        SYS_ARCH_UNPROTECT(level);
    }
}

// Takes a free slot and gives the query a number that names this slot. Under SYS_ARCH_PROTECT.
static resolve_slot_t *resolve_take(void) {
    for (uint32_t i = 0; i < RESOLVE_SLOTS; ++i) {
        resolve_slot_t *slot = &resolve_slots[i];
        if (slot->stage == RESOLVE_STAGE_FREE) {
            do {
                slot->query = ++resolve_count * RESOLVE_SLOTS + i;
            } while (slot->query == 0);
            slot->stage = RESOLVE_STAGE_REFUSED;
            return slot;
        }
    }
    return NULL;
}

status_t resolve_start(const char *host, size_t len, void (*wake)(void), resolve_query_t *query) {
    if (!hostname_valid(host, len)) {
        return STATUS_BAD_HOST;
    }
    uint8_t quad[4];
    const bool known = hostname_quad(host, len, quad);
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    resolve_slot_t *slot = resolve_take();
    if (slot != NULL) {
        *query = slot->query;
        slot->wake = wake;
        memset(slot->name, 0, sizeof(slot->name));
        // lwIP would send the empty label of a final dot twice.
        memcpy(slot->name, host, host[len - 1] == '.' ? len - 1 : len);
        if (known) {
            slot->stage = RESOLVE_STAGE_ANSWERED;
            slot->outcome = RESOLVE_FOUND;
            memcpy(slot->address, quad, sizeof(quad));
        }
    }
    SYS_ARCH_UNPROTECT(level);
    if (slot == NULL) {
        return STATUS_NO_SLOT;
    }
    if (!known) {
        resolve_post(slot, *query);
    }
    return STATUS_OK;
}

// lwIP's thread.
static void resolve_hurry(void *arg) {
    (void)arg;
    int further = -1;
    for (uint8_t i = 0; i < DNS_MAX_SERVERS; ++i) {
        further += ip_addr_isany(dns_getserver(i)) ? 0 : 1;
    }
    for (; further > 0; --further) {
        dns_tmr();
    }
}

resolve_state_t resolve_poll(resolve_query_t query, uint8_t address[4]) {
    resolve_state_t state = RESOLVE_NO_QUERY;
    bool again = false;
    bool hurry = false;
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    resolve_slot_t *slot = resolve_find(query);
    if (slot != NULL) {
        state = slot->stage == RESOLVE_STAGE_ANSWERED ? slot->outcome : RESOLVE_PENDING;
        const uint32_t since_ms = sys_now() - slot->posted_ms;
        again = slot->stage == RESOLVE_STAGE_REFUSED && since_ms >= RESOLVE_RETRY_MS;
        hurry = slot->stage == RESOLVE_STAGE_ASKED && since_ms >= RESOLVE_TICK_MS;
        if (hurry) {
            slot->posted_ms += since_ms;
        }
        if (state == RESOLVE_FOUND) {
            memcpy(address, slot->address, sizeof(slot->address));
        }
    }
    SYS_ARCH_UNPROTECT(level);
    if (again) {
        resolve_post(slot, query);
    } else if (hurry) {
        (void)platform_run_in_tcpip(resolve_hurry, NULL);  // without it lwIP is slow, no more
    }
    return state;
}

void resolve_cancel(resolve_query_t query) {
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    resolve_slot_t *slot = resolve_find(query);
    if (slot != NULL) {
        slot->stage = RESOLVE_STAGE_FREE;
    }
    SYS_ARCH_UNPROTECT(level);
}

// lwIP's thread. lwIP cannot cancel a query, and a new one for the same name joins the old one,
// which by now may wait seconds for its next try, to a server of another network: so the old one is
// hurried to its end.
static void resolve_clear(void *arg) {
    (void)arg;
    for (uint32_t i = 0; resolve_open > 0 && i < RESOLVE_TICKS_MAX; ++i) {
        dns_tmr();
    }
    dns_clear_cache();
}

void resolve_flush(void) {
    // Lost when the queue is full; the time to live of the entries is the second line then.
    (void)platform_run_in_tcpip(resolve_clear, NULL);
}

// lwIP's thread. The argument is the address as lwIP keeps it.
static void resolve_set_second(void *arg) {
    const ip_addr_t server = IPADDR4_INIT((u32_t)(uintptr_t)arg);
    dns_setserver(1, &server);
}

void resolve_second(const uint8_t address[4]) {
    u32_t number;
    memcpy(&number, address, sizeof(number));
    (void)platform_run_in_tcpip(resolve_set_second, (void *)(uintptr_t)number);
}
