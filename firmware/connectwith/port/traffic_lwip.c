// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/traffic_lwip.h"

#include <stdatomic.h>
#include <string.h>

#include "lwip/sockets.h"

static atomic_uint counters[ATTEMPT_LINK_COUNT][TRAFFIC_COUNT];

// The link of each socket plus one; 0: none. The handshake of TLS runs on another thread than the
// session, and two connections may race.
static atomic_uchar links[MEMP_NUM_NETCONN];

// The first two letters that lwIP's interfaces have in ESP-IDF (components/esp_netif/lwip), and in
// lwIP's own PPP.
static const char names[][3] = {
    [ATTEMPT_LINK_WIFI] = "st",
    [ATTEMPT_LINK_ETHERNET] = "en",
    [ATTEMPT_LINK_CELLULAR] = "pp",
};

static int link_of(int fd) {
    const unsigned index = (unsigned)(fd - LWIP_SOCKET_OFFSET);
    return index < MEMP_NUM_NETCONN ? atomic_load(&links[index]) - 1 : -1;
}

int traffic_begin(int fd, const char *device) {
    int link = ATTEMPT_LINK_COUNT - 1;
    while (link >= 0 && (device == NULL || memcmp(device, names[link], 2) != 0)) {
        --link;
    }
    const unsigned index = (unsigned)(fd - LWIP_SOCKET_OFFSET);
    if (index < MEMP_NUM_NETCONN) {
        atomic_store(&links[index], (unsigned char)(link + 1));
    }
    return link;
}

void traffic_add(int link, traffic_what_t what, uint32_t count) {
    if (link >= 0) {
        atomic_fetch_add(&counters[link][what], count);
    }
}

uint32_t traffic_get(attempt_link_t link, traffic_what_t what) {
    return atomic_load(&counters[link][what]);
}

int traffic_send(int fd, const void *buf, size_t len) {
    const ssize_t sent = lwip_send(fd, buf, len, MSG_DONTWAIT);
    if (sent > 0) {
        traffic_add(link_of(fd), TRAFFIC_BYTES_OUT, (uint32_t)sent);
    }
    return (int)sent;
}

int traffic_recv(int fd, void *buf, size_t len) {
    const ssize_t got = lwip_recv(fd, buf, len, MSG_DONTWAIT);
    if (got > 0) {
        traffic_add(link_of(fd), TRAFFIC_BYTES_IN, (uint32_t)got);
    }
    return (int)got;
}
