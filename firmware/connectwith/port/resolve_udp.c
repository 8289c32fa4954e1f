// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The resolver's queries and answers over UDP. All of it runs in lwIP's thread.

#include <string.h>

#include "lwip/dns.h"

#include "connectwith/port/platform.h"
#include "connectwith/port/resolve_internal.h"

#define RESOLVE_DNS_PORT (53)
#define RESOLVE_MDNS_PORT (5353)  // RFC 6762, section 3

// The dynamic ports begin at 49152 (RFC 6335, section 6).
#define RESOLVE_PORT_FIRST (0xc000)
#define RESOLVE_PORT_TRIES (8)

// A copy of the slot for lwIP's thread, because the slot may go to another query at any moment.
typedef struct {
    resolve_query_t query;
    route_t route;
    size_t len;
    char name[HOSTNAME_MAX_BYTES + 1];
} resolve_job_t;

static resolve_job_t resolve_job;

static void resolve_close(resolve_slot_t *slot) {
    if (slot->pcb != NULL) {
        udp_remove(slot->pcb);
        slot->pcb = NULL;
    }
    slot->owner = 0;
}

static void resolve_finish(resolve_slot_t *slot, resolve_state_t outcome,
    const dnsmsg_addresses_t *addresses) {
    const resolve_query_t query = slot->owner;
    void (*wake)(void) = NULL;
    resolve_close(slot);
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    if (resolve_find(query) == slot && slot->stage == RESOLVE_STAGE_ASKED) {
        slot->stage = RESOLVE_STAGE_ANSWERED;
        slot->outcome = outcome;
        if (addresses != NULL) {
            slot->addresses = *addresses;
        }
        wake = slot->wake;
    }
    SYS_ARCH_UNPROTECT(level);
    if (wake != NULL) {
        wake();
    }
}

// Copies the query to resolve_job. NULL: the query was cancelled or has been answered.
static resolve_slot_t *resolve_load_job(resolve_query_t query) {
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    resolve_slot_t *slot = resolve_find(query);
    if (slot != NULL && slot->stage == RESOLVE_STAGE_ASKED) {
        resolve_job.query = query;
        resolve_job.route = slot->route;
        memcpy(resolve_job.name, slot->name, sizeof(resolve_job.name));
    } else {
        slot = NULL;
    }
    SYS_ARCH_UNPROTECT(level);
    resolve_job.len = strlen(resolve_job.name);
    return slot;
}

static void resolve_due(resolve_slot_t *slot, uint32_t due_ms) {
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    if (slot->query == slot->owner) {
        slot->due_ms = due_ms;
    }
    SYS_ARCH_UNPROTECT(level);
}

static resolve_state_t resolve_outcome(dnsmsg_verdict_t verdict) {
    switch (verdict) {
        case DNSMSG_NO_NAME:
            return RESOLVE_NO_NAME;
        case DNSMSG_NO_ADDRESS:
            return RESOLVE_NO_ADDRESS;
        case DNSMSG_FAILED:
            return RESOLVE_FAILED;
        default:
            return RESOLVE_SILENT;
    }
}

static void resolve_send_due(resolve_slot_t *slot);

// The index of the server that an answer comes from; -1: from an address that was not asked. A
// host answers a question to the multicast group from its own address.
static int resolve_sender(const resolve_slot_t *slot, const ip_addr_t *addr, u16_t port) {
    if (slot->local && port == RESOLVE_MDNS_PORT) {
        return 0;
    }
    for (int i = slot->local; i < slot->lookup.servers; ++i) {
        if (port == RESOLVE_DNS_PORT && ip_addr_cmp(addr, &slot->servers[i])) {
            return i;
        }
    }
    return -1;
}

// The argument is the query's number and not a pointer, so a late call is harmless.
static void resolve_receive(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *addr,
    u16_t port) {
    resolve_slot_t *slot = resolve_load_job((resolve_query_t)(uintptr_t)arg);
    const bool current = slot != NULL && slot->owner == resolve_job.query && slot->pcb == pcb;
    const int server = current ? resolve_sender(slot, addr, port) : -1;
    dnsmsg_verdict_t verdict = DNSMSG_IGNORED;
    dnsmsg_addresses_t found;
    if (server >= 0) {
        // Without memory to make it one buffer, the first buffer alone is read.
        p = pbuf_coalesce(p, PBUF_RAW);
        verdict = dnsmsg_read(p->payload, p->len, slot->id, resolve_job.name, resolve_job.len,
            &found);
    }
    pbuf_free(p);
    if (verdict == DNSMSG_FOUND) {
        resolve_finish(slot, RESOLVE_FOUND, &found);
    } else if (verdict != DNSMSG_IGNORED) {
        lookup_answered(&slot->lookup, (uint8_t)server, verdict, sys_now());
        resolve_send_due(slot);
    }
}

static void resolve_set_address(ip_addr_t *out, const uint8_t address[4]) {
    IP_ADDR4(out, address[0], address[1], address[2], address[3]);
}

// Opens a socket on a random port, bound to the interface of the route. False: no memory, or no
// such interface.
static bool resolve_bind(resolve_slot_t *slot) {
    const char *device = resolve_job.route.device;
    const struct netif *netif = device[0] == '\0' ? NULL : netif_find(device);
    slot->pcb = device[0] == '\0' || netif != NULL ? udp_new_ip_type(IPADDR_TYPE_V4) : NULL;
    if (slot->pcb == NULL) {
        return false;
    }
    err_t err = ERR_USE;
    for (int i = 0; i < RESOLVE_PORT_TRIES && err == ERR_USE; ++i) {
        uint16_t random;
        platform_random_bytes(&random, sizeof(random));
        err = udp_bind(slot->pcb, IP4_ADDR_ANY, random | RESOLVE_PORT_FIRST);
    }
    if (err != ERR_OK) {
        udp_remove(slot->pcb);
        slot->pcb = NULL;
        return false;
    }
    udp_bind_netif(slot->pcb, netif);
    udp_recv(slot->pcb, resolve_receive, (void *)(uintptr_t)resolve_job.query);
    return true;
}

static bool resolve_is_local(void) {
    static const char ending[] = ".local";
    const size_t n = sizeof(ending) - 1;
    for (size_t i = 0; i < n; ++i) {
        // Letters are compared without regard to case; the dot is not a letter.
        const char byte = resolve_job.len > n ? resolve_job.name[resolve_job.len - n + i] : 0;
        if (byte != ending[i] && (i == 0 || (byte | 0x20) != ending[i])) {
            return false;
        }
    }
    return true;
}

static uint8_t resolve_list_servers(resolve_slot_t *slot) {
    uint8_t count = 0;
    slot->local = resolve_is_local();
    if (slot->local) {
        IP_ADDR4(&slot->servers[count++], 224, 0, 0, 251);
    }
    const route_t *route = &resolve_job.route;
    for (uint8_t i = 0; i < route->count; ++i) {
        resolve_set_address(&slot->servers[count++], route->servers[i]);
    }
    // For an interface without name servers none is asked: those of lwIP's table belong to another
    // one.
    const bool any = route->count == 0 && route->device[0] == '\0';
    for (uint8_t i = 0; any && i < DNS_MAX_SERVERS; ++i) {
        const ip_addr_t *server = dns_getserver(i);
        if (!ip_addr_isany(server) && IP_IS_V4(server) && count < LOOKUP_SERVERS_MAX) {
            slot->servers[count++] = *server;
        }
    }
    return count;
}

// Prepares socket, servers and times, once for each query. False: not possible now.
static bool resolve_begin(resolve_slot_t *slot) {
    if (slot->owner == resolve_job.query) {
        return true;
    }
    resolve_close(slot);  // the socket of a query that was cancelled while the queue was full
    if (!resolve_bind(slot)) {
        return false;
    }
    slot->owner = resolve_job.query;
    platform_random_bytes(&slot->id, sizeof(slot->id));
    const uint8_t count = resolve_list_servers(slot);
    if (count == 0) {
        resolve_finish(slot, RESOLVE_NO_SERVER, NULL);
        return false;
    }
    lookup_begin(&slot->lookup, count, slot->local, sys_now());
    return true;
}

// Errors are ignored: a lost packet is sent again later.
static void resolve_send(const resolve_slot_t *slot, int server) {
    struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, 12 + HOSTNAME_MAX_BYTES + 2 + 4, PBUF_RAM);
    if (p == NULL) {
        return;
    }
    const size_t len = dnsmsg_ask(p->payload, p->len, slot->id, resolve_job.name,
        resolve_job.len);
    pbuf_realloc(p, (u16_t)len);
    const u16_t port = slot->local && server == 0 ? RESOLVE_MDNS_PORT : RESOLVE_DNS_PORT;
    (void)udp_sendto(slot->pcb, p, &slot->servers[server], port);
    pbuf_free(p);
}

// Sends the queries that are due. resolve_job holds the slot's query.
static void resolve_send_due(resolve_slot_t *slot) {
    for (;;) {
        const int server = lookup_next(&slot->lookup, sys_now());
        if (server == LOOKUP_OVER) {
            resolve_finish(slot, resolve_outcome(lookup_verdict(&slot->lookup)), NULL);
            return;
        }
        if (server == LOOKUP_WAIT) {
            resolve_due(slot, slot->lookup.due_ms);
            return;
        }
        resolve_send(slot, server);
    }
}

void resolve_step(void *arg) {
    resolve_slot_t *slot = resolve_load_job((resolve_query_t)(uintptr_t)arg);
    if (slot != NULL && resolve_begin(slot)) {
        resolve_send_due(slot);
    }
}

void resolve_close_cancelled(void *arg) {
    (void)arg;
    for (uint32_t i = 0; i < RESOLVE_SLOTS; ++i) {
        resolve_slot_t *slot = &resolve_slots[i];
        if (slot->owner != 0 && resolve_load_job(slot->owner) == NULL) {
            resolve_close(slot);
        }
    }
}
