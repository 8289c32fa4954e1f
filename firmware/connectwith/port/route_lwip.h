// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Which interface of lwIP a link has, which name servers that has brought along, and sockets that
// stay on it. lwIP by itself sends what nobody binds by its default route, which ESP-IDF gives to
// the interface of the highest priority (Wi-Fi 100, Ethernet 50) of all that are up; and its table
// of name servers is one for all interfaces, where each writes over what the others have written.

#ifndef CONNECTWITH_PORT_ROUTE_LWIP_H
#define CONNECTWITH_PORT_ROUTE_LWIP_H

#include <stdbool.h>
#include <stdint.h>

#include "connectwith/core/attempt.h"

#define ROUTE_DEVICE_BYTES (6) // NETIF_NAMESIZE of lwIP
#define ROUTE_SERVERS_MAX (3)

typedef struct {
    char device[ROUTE_DEVICE_BYTES]; // lwIP's name of the interface, "st1"; empty: there is none
    uint8_t count;                   // of name servers
    uint8_t servers[ROUTE_SERVERS_MAX][4];
} route_t;

struct netif;

// A link has got an address: its interface, and the name servers that came with it, which are in
// lwIP's table now. Waits for lwIP's thread. Returns the address of the DHCP server in network
// order, 0 if the address is static. For the thread of the events.
uint32_t route_note(attempt_link_t link, struct netif *netif);

// False: the link has no interface with an address now. Waits for lwIP's thread, as a call of a
// socket does.
bool route_find(attempt_link_t link, route_t *route);

// From now on the socket sends by this interface alone, and hears nobody by another. device: of a
// route; empty or NULL: nothing is bound. 0, or errno: ENODEV, the interface has gone.
int route_bind(int fd, const char *device);

#endif
