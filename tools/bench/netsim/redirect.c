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

enum { FLOW_IDLE_MS = 30000 };

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
        if (flow->fd >= 0 && memcmp(flow->header + IP_SOURCE, frame + IP_SOURCE, 12) == 0) {
            return flow;
        }
        if (best->fd >= 0 && (flow->fd < 0 || flow->used_ms < best->used_ms)) {
            best = flow;
        }
    }
    close_flow(best);
    return best;
}

void redirect_send(client_t *client, const uint8_t *frame, size_t length, uint32_t port) {
    if (port == 0 || length < UDP_PAYLOAD) {   // nobody there; the header has no options (nat.c)
        return;
    }
    size_t udp_length = get16(frame + UDP_LENGTH);
    if (udp_length < 8 || udp_length + 20 > get16(frame + IP_LENGTH)
        || packet_checksum(0, frame + IP, 20) != 0) {
        return;
    }
    bool has_checksum = get16(frame + UDP_SUM) != 0;   // RFC 768: 0 is none
    if (has_checksum
        && packet_checksum(packet_pseudo_header(frame, udp_length), frame + UDP, udp_length) != 0) {
        return;
    }
    flow_t *flow = find_flow(client, frame);
    if (flow->fd < 0) {
        flow->fd = open_socket(client->network, (uint16_t)port);
        flow->poll_index = -1;
    }
    if (flow->fd < 0) {
        return;   // out of file descriptors: the datagram is lost, as a network may lose any
    }
    memcpy(flow->header, frame, UDP_PAYLOAD);
    flow->used_ms = clock_ms();
    // An error here is that of the datagram before (ECONNREFUSED: nobody listens): no answer.
    (void)!send(flow->fd, frame + UDP_PAYLOAD, udp_length - 8, 0);
}

static void answer(client_t *client, const flow_t *flow, uint8_t *frame, size_t length) {
    packet_answer(frame, flow->header, 8 + length);
    put16(frame + UDP_LENGTH, 8 + length);
    put16(frame + UDP_SUM, 0);
    uint32_t pseudo_header = packet_pseudo_header(frame, 8 + length);
    uint16_t sum = packet_checksum(pseudo_header, frame + UDP, 8 + length);
    put16(frame + UDP_SUM, sum != 0 ? sum : 0xffff);
    cable_offer(client, DIRECTION_DOWN, frame, UDP_PAYLOAD + length);
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
        // An answer that does not fit one frame is lost, as nothing is fragmented here. Answers of
        // DNS over UDP are shorter.
        ssize_t got = recv(flow->fd, frame + UDP_PAYLOAD, sizeof(frame) - UDP_PAYLOAD, MSG_TRUNC);
        if (got >= 0 && (size_t)got <= sizeof(frame) - UDP_PAYLOAD) {
            answer(client, flow, frame, (size_t)got);
        }
    }
}

void redirect_close(client_t *client) {
    for (size_t i = 0; i < FLOW_MAX; i++) {
        close_flow(&client->flows[i]);
    }
}
