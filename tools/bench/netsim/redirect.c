// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// DNS and SNTP datagrams, redirected to the bench's own servers on 127.0.0.1. Each flow (a source
// port of the board and a destination) has its own socket, so answers to several queries that are
// under way at once find their way back. libslirp would do it too, but keeps each socket for 240 s,
// and a resolver takes a new source port for each query.

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netsim.h"

enum { FLOW_IDLE_MS = 30000, HEADERS = 14 + 20 + 8 };

// RFC 1071, in network byte order; sum starts it (for a pseudo header).
uint16_t checksum(uint32_t sum, const uint8_t *data, size_t length) {
    for (size_t i = 0; i + 1 < length; i += 2) {
        sum += (uint32_t)(data[i] << 8 | data[i + 1]);
    }
    if (length % 2 != 0) {
        sum += (uint32_t)(data[length - 1] << 8);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

static void put16(uint8_t *p, size_t value) {
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

// Sum of source, destination, protocol and length; ip is a header without options.
static uint32_t pseudo_header(const uint8_t *ip, size_t udp_length) {
    uint32_t sum = 17 + (uint32_t)udp_length;
    for (size_t i = 12; i < 20; i += 2) {
        sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
    }
    return sum;
}

static void close_flow(flow_t *flow) {
    if (flow->fd >= 0) {
        close(flow->fd);
        flow->fd = -1;
    }
}

static int open_socket(const network_t *network, uint16_t port) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    // The source address tells the server the network: 127.0.n.1 asks for 10.0.n.0/24.
    struct sockaddr_in from = { .sin_family = AF_INET };
    from.sin_addr.s_addr = htonl(0x7f000001u | (uint32_t)network->number << 8);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0
        || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

// The flow of this datagram, an unused one, or the one that has been idle longest.
static flow_t *find_flow(client_t *client, const uint8_t *frame) {
    flow_t *best = &client->flows[0];
    for (size_t i = 0; i < FLOW_MAX; i++) {
        flow_t *flow = &client->flows[i];
        // Source and destination address, source and destination port.
        if (flow->fd >= 0 && memcmp(flow->header + 26, frame + 26, 12) == 0) {
            return flow;
        }
        if (best->fd >= 0 && (flow->fd < 0 || flow->used_ms < best->used_ms)) {
            best = flow;
        }
    }
    close_flow(best);
    return best;
}

void redirect_send(client_t *client, const uint8_t *frame, size_t length, uint16_t port) {
    const uint8_t *ip = frame + 14;
    const uint8_t *udp = ip + 20;
    if (port == 0 || length < HEADERS) {   // nobody there; the header has no options (nat.c)
        return;
    }
    size_t udp_length = (size_t)(udp[4] << 8 | udp[5]);
    size_t ip_length = (size_t)(ip[2] << 8 | ip[3]);
    if (udp_length < 8 || udp_length + 20 > ip_length || checksum(0, ip, 20) != 0) {
        return;
    }
    bool has_checksum = udp[6] != 0 || udp[7] != 0;   // RFC 768: 0 is none
    if (has_checksum && checksum(pseudo_header(ip, udp_length), udp, udp_length) != 0) {
        return;
    }
    flow_t *flow = find_flow(client, frame);
    if (flow->fd < 0) {
        flow->fd = open_socket(client->network, port);
        flow->poll_index = -1;
    }
    if (flow->fd < 0) {
        return;   // out of file descriptors: a lost datagram, as in life
    }
    memcpy(flow->header, frame, HEADERS);
    flow->used_ms = clock_ms();
    // An error here is "nobody listens" (ECONNREFUSED of the datagram before): silence.
    (void)!send(flow->fd, udp + 8, udp_length - 8, 0);
}

static void answer(client_t *client, const flow_t *flow, uint8_t *frame, size_t length) {
    const uint8_t *asked = flow->header;
    memcpy(frame, asked + 6, 6);
    memcpy(frame + 6, asked, 6);
    put16(frame + 12, 0x0800);
    uint8_t *ip = frame + 14;
    memset(ip, 0, 28);
    ip[0] = 0x45;
    put16(ip + 2, 28 + length);
    ip[8] = 64;
    ip[9] = 17;
    memcpy(ip + 12, asked + 30, 4);
    memcpy(ip + 16, asked + 26, 4);
    put16(ip + 10, checksum(0, ip, 20));
    uint8_t *udp = ip + 20;
    memcpy(udp, asked + 36, 2);
    memcpy(udp + 2, asked + 34, 2);
    put16(udp + 4, 8 + length);
    uint16_t sum = checksum(pseudo_header(ip, 8 + length), udp, 8 + length);
    put16(udp + 6, sum != 0 ? sum : 0xffff);
    cable_offer(client, DIRECTION_DOWN, frame, HEADERS + length);
}

void redirect_fill(client_t *client) {
    int64_t now_ms = clock_ms();
    for (size_t i = 0; i < FLOW_MAX; i++) {
        flow_t *flow = &client->flows[i];
        if (flow->fd >= 0 && now_ms - flow->used_ms > FLOW_IDLE_MS) {
            close_flow(flow);
        }
        flow->poll_index = flow->fd >= 0 ? poll_add(flow->fd, POLLIN) : -1;
    }
}

void redirect_poll(client_t *client) {
    uint8_t frame[FRAME_MAX];
    for (size_t i = 0; i < FLOW_MAX; i++) {
        flow_t *flow = &client->flows[i];
        if (flow->fd < 0 || poll_result(flow->poll_index) == 0) {
            continue;
        }
        // What does not fit one frame is lost: no fragments (DNS over UDP stays below anyway).
        ssize_t got = recv(flow->fd, frame + HEADERS, sizeof(frame) - HEADERS, MSG_TRUNC);
        if (got >= 0 && (size_t)got <= sizeof(frame) - HEADERS) {
            answer(client, flow, frame, (size_t)got);
        }
    }
}

void redirect_close(client_t *client) {
    for (size_t i = 0; i < FLOW_MAX; i++) {
        close_flow(&client->flows[i]);
    }
}
