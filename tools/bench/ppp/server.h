// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Shared by the files of ppp-server.
//
//   main.c      options and the poll loop
//   server.c    PPP with the board, by lwIP: serial bytes on one side, IP packets on the other
//   uplink.c    IP packets as Ethernet frames, to and from the bench's networks
//
// One thread. Nothing here waits except poll() in main.c.

#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKET_MAX = 1500 };   // bytes; PPP's default MRU and Ethernet's MTU

typedef struct {
    const char *socket;       // of netsim; NULL: packets from the board lead nowhere
    uint8_t mac[6];           // of our end of the cellular network
    uint32_t address;         // what the board gets, host byte order
    uint32_t dns[2];          // name servers by IPCP, 0: none
    const char *auth;         // "none", "pap" or "chap"
    const char *user, *password;
    bool begins;              // we send the first frame, else the board does
} options_t;

typedef enum {
    SERVER_RUNNING,
    SERVER_TERMINATED,        // the peer has closed LCP
    SERVER_AUTH_FAILED,
    SERVER_FAILED,            // no agreement, or the peer is silent
} server_state_t;

// main.c
void serial_write(const uint8_t *data, size_t size);   // to the board

// server.c
bool server_start(const options_t *options);
void server_input(const uint8_t *data, size_t size);   // from the board
void server_packet(const uint8_t *packet, size_t size);   // IPv4, for the board
server_state_t server_state(void);
int server_timeout_ms(void);                           // until server_run() is due, at most 1000
void server_run(void);

// uplink.c
bool uplink_open(const options_t *options);
int uplink_fd(void);                                   // -1: there is none
void uplink_read(void);
void uplink_packet(const uint8_t *packet, size_t size);   // IPv4, from the board

#endif
