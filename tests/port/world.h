// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The world of the port tests: lwIP with its loopback interface, a TLS server with good and bad
// certificates, peers that misbehave, and a DNS server; all in this process, as threads.

#ifndef TESTS_PORT_WORLD_H
#define TESTS_PORT_WORLD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// Starts lwIP and makes the certificates. Once, before any test.
void world_start(void);

enum {
    STORE_BYTES = 1 << 20,
    LONG_MS = 20000,  // until something counts as not happening; a busy host is slow
};

// What the peer does with each connection.
typedef enum {
    PEER_ECHO,        // TLS as it should be; sends back what it gets
    PEER_OTHER_HOST,  // certificate for another name
    PEER_EXPIRED,
    PEER_FUTURE,      // certificate that is not valid yet
    PEER_UNKNOWN_CA,
    PEER_MUTE,        // accepts, never says anything
    PEER_GARBAGE,     // answers with noise
    PEER_RESET,       // RST in the middle of the handshake
    PEER_CLOSE,       // FIN in the middle of the handshake
    PEER_NOISE_AFTER, // TLS, then bytes that are no TLS
    PEER_DEAF,        // TLS, then never reads
    PEER_STORE,       // TLS; takes STORE_BYTES, then sends them back
    PEER_SESSION_ID,  // as PEER_ECHO, and keeps sessions by their ID
    PEER_TICKET,      // as PEER_ECHO, and from here on all give tickets
    PEER_RENEWS,      // gives a new ticket for one that is resumed
    PEER_ABORTS,      // closes when a session is offered
    PEER_HUGE_TICKET, // its ticket is longer than mbedTLS's buffer
    PEER_ENDS,        // as PEER_TICKET; its certificate ends at WORLD_ENDS_S
    PEER_COUNT,
} peer_t;

// The port of a listener with this behaviour; 0 for PEER_COUNT and above is a mistake.
uint16_t world_port(peer_t peer);

// The tickets from now on: at least so long, with this lifetime hint. Another key: no ticket that was
// given before is known any more.
void world_tickets(unsigned bytes, uint32_t hint_s);
void world_forget_tickets(void);

// mbedTLS's clock from now on, in seconds since 2000; 0: the host's.
void world_clock(uint32_t now_s);
uint32_t world_clock_s(void);

// 2030-01-01, in seconds since 2000.
#define WORLD_ENDS_S (946771200u)

// A port without a listener.
uint16_t world_closed_port(void);

// The authority that signed all but PEER_UNKNOWN_CA, PEM. The servers are called "broker.test".
const char *world_ca(void);

// Counts calls; given to the port as wake function.
void world_wake(void);
unsigned world_wakes(void);

// DNS: how the server answers from now on.
typedef enum {
    DNS_ANSWER,    // 10.1.2.3
    DNS_TWO,       // 10.1.2.3 and 10.1.2.4
    DNS_NXDOMAIN,
    DNS_EMPTY,     // no record
    DNS_SERVFAIL,
    DNS_OTHER_ID,  // an answer to another query
    DNS_SILENT,
} dns_mode_t;

void world_dns(dns_mode_t mode, unsigned delay_ms);
void world_dns_unset(void);  // no server is configured
void world_dns_set(void);
void world_dns_dead(void);   // the first server is not there

// UDP sockets of lwIP, the DNS server's among them; DNS queries that the server has seen.
unsigned world_udp_sockets(void);
unsigned world_dns_queries(void);

uint64_t world_now_us(void);
void world_sleep_ms(unsigned ms);

// Processors of the chip, two at first.
void world_cores(int count);

// The timer of timeslice_freertos.c: how many were made, how often one was started. world_timer_fires()
// fires it if it runs.
unsigned world_timers(void);
unsigned world_timer_starts(void);
bool world_timer_fires(void);
void world_no_timer(bool none);  // true: there is no memory for one

// Tasks that are alive, sockets of lwIP that are open besides the listeners.
unsigned world_tasks(void);
extern atomic_bool world_no_tasks;  // true: there is no memory for another
unsigned world_open_sockets(void);

#endif
