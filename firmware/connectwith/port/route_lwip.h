// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The lwIP interface of a link, the name servers that came with its address, and sockets that are
// bound to it. lwIP sends the packets of a socket that is not bound by its default route. ESP-IDF
// gives that route to the interface of the highest priority (Wi-Fi 100, Ethernet 50) that is up.
// lwIP has one table of name servers, and each interface overwrites it.

#ifndef CONNECTWITH_PORT_ROUTE_LWIP_H
#define CONNECTWITH_PORT_ROUTE_LWIP_H

#include <stdbool.h>
#include <stdint.h>

#include "connectwith/core/attempt.h"

#define ROUTE_DEVICE_BYTES (6) // NETIF_NAMESIZE of lwIP
#define ROUTE_SERVERS_MAX (3)

typedef struct {
    char device[ROUTE_DEVICE_BYTES]; // lwIP's name of the interface, as "st1"; empty: none
    uint8_t count;                   // of name servers
    uint8_t servers[ROUTE_SERVERS_MAX][4];
} route_t;

struct netif;

// Stores the interface of a link that has got an address, and the name servers of lwIP's table,
// which are those of the interface at that moment. Waits for lwIP's thread. Returns the address of
// the DHCP server in network order; 0: the address is static. For the thread of the event loop.
uint32_t route_note(attempt_link_t link, struct netif *netif);

// False: the link has no interface with an address now. Waits for lwIP's thread, as a socket call
// does.
bool route_find(attempt_link_t link, route_t *route);

// Binds a socket to an interface, in both directions. device: the field of a route; empty or NULL:
// nothing is bound. Returns 0, or an errno; ENODEV: no such interface.
int route_bind(int fd, const char *device);

#endif
