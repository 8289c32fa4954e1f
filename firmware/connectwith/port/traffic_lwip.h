// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Counters of what connections to the server carry, for each link: TCP payload, so TLS and its
// handshake are a part of it, and the headers of TCP and IP, repeated segments, DNS and SNTP are
// not. They count from the last hard reset and wrap at 2^32. Any thread.

#ifndef CONNECTWITH_PORT_TRAFFIC_LWIP_H
#define CONNECTWITH_PORT_TRAFFIC_LWIP_H

#include <stddef.h>
#include <stdint.h>

#include "connectwith/core/attempt.h"

typedef enum {
    TRAFFIC_BYTES_IN,
    TRAFFIC_BYTES_OUT,
    TRAFFIC_MESSAGES_IN,
    TRAFFIC_MESSAGES_OUT,
    TRAFFIC_COUNT,
} traffic_what_t;

// Counts the socket for the link whose interface it is bound to. device: as for route_bind().
// Returns the link, -1: none of them, and nothing is counted.
int traffic_begin(int fd, const char *device);

// lwip_send() and lwip_recv() without waiting, for a socket of traffic_begin().
int traffic_send(int fd, const void *buf, size_t len);
int traffic_recv(int fd, void *buf, size_t len);

// Adds to a counter. link: < 0 is ignored.
void traffic_add(int link, traffic_what_t what, uint32_t count);

uint32_t traffic_get(attempt_link_t link, traffic_what_t what);

#endif
