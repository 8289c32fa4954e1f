// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The wire from one interface of the board to the simulated world: a Unix SOCK_SEQPACKET
// connection. One message is a type byte and a payload.
//
//   first               H"wifi 240ac4000000"   kind and MAC address
//   both ways           F<Ethernet frame>
//   wifi, to the world  J<ssid>\0<key> join, B<bssid 6><ssid>\0<key> join that one, L leave,
//                       S[<ssid>] scan
//   wifi, to the board  U<bssid 6><channel><rssi><authmode> joined, D<reason>[<bssid 6>] left or
//                       refused,
//                       A<bssid 6><channel><rssi><authmode><ssid> scan record, E end of scan
//   eth, to the world   Q query the chip, P1 start, P0 stop, R the chip was reset by its pin
//   eth, to the board   O a chip, K a chip that is locked up, X no chip, U link up, D link down, B lock up
//   gpio, to the world  G<pin> <level>; to the board I<pin> <level>

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_MESSAGE_MAX 2048
#define WIRE_FRAME_MAX   1514 // Ethernet without FCS

// Type of the last message of a handler: the world has closed the connection.
#define WIRE_GONE 0

typedef struct wire wire_t;

// Runs in the wire's own thread. It may be called once more after wire_close() has returned. So
// the handler of an owner that opens wires again MUST compare `wire` with the present one, with
// the owner's lock held. It may call wire_send() and wire_close().
typedef void (*wire_handler_t)(wire_t *wire, void *arg, uint8_t type, const uint8_t *payload,
    size_t length);

// Connects and sends H, without waiting. NULL: there is no world, or it does not accept the
// connection at once. The handler may run before this returns, so the owner MUST hold its lock
// over the call and the assignment of the result.
wire_t *wire_open(const char *kind, const uint8_t mac[6], wire_handler_t handler, void *arg);

// Does not wait. False: the message does not fit into the socket now, or the world has gone.
bool wire_send(wire_t *wire, uint8_t type, const void *payload, size_t length);

// The handle is invalid afterwards. The thread ends and the descriptor is closed soon after. NULL
// is allowed.
void wire_close(wire_t *wire);
