// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// IP packets as Ethernet frames, to and from the bench's networks: netsim's network "cellular",
// whose wire protocol is in netsim/README.md. The address is a static one, so this end answers
// ARP for it.

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server.h"

enum { HEADER = 14, ARP_BYTES = 28, READ_BURST = 32 };
enum { TYPE_IPV4 = 0x0800, TYPE_ARP = 0x0806 };
enum { ARP_REQUEST = 1, ARP_REPLY = 2 };
enum { HOST_GATEWAY = 2 };   // of netsim's networks

static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static int fd = -1;
static uint8_t mac[6], gateway_mac[6];
static uint8_t address[4];

int uplink_fd(void) {
    return fd;
}

static void give_up(void) {
    close(fd);
    fd = -1;
}

static void send_message(const void *message, size_t size) {
    // Frames are lost while netsim does not read them, as with a busy radio.
    if (send(fd, message, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0
        && errno != EAGAIN && errno != EWOULDBLOCK) {
        give_up();
    }
}

static void send_frame(const uint8_t to[6], uint16_t type, const uint8_t *payload, size_t size) {
    uint8_t message[1 + HEADER + PACKET_MAX] = { 'F' };
    uint8_t *frame = message + 1;
    memcpy(frame, to, 6);
    memcpy(frame + 6, mac, 6);
    frame[12] = (uint8_t)(type >> 8);
    frame[13] = (uint8_t)type;
    memcpy(frame + HEADER, payload, size);
    send_message(message, 1 + HEADER + size);
}

// A request asks who has `ip`; a reply tells `peer_mac`, who has `ip`, our address.
static void send_arp(uint8_t operation, const uint8_t peer_mac[6], const uint8_t ip[4]) {
    uint8_t arp[ARP_BYTES] = { 0, 1, 8, 0, 6, 4, 0, operation };
    memcpy(arp + 8, mac, 6);
    memcpy(arp + 14, address, 4);
    if (operation == ARP_REPLY) {
        memcpy(arp + 18, peer_mac, 6);
    }
    memcpy(arp + 24, ip, 4);
    send_frame(peer_mac, TYPE_ARP, arp, sizeof(arp));
}

static void take_arp(const uint8_t *arp) {
    if (memcmp(arp + 24, address, 4) != 0) {
        return;
    }
    if (arp[7] == ARP_REQUEST) {
        send_arp(ARP_REPLY, arp + 8, arp + 14);
    } else if (arp[7] == ARP_REPLY) {
        memcpy(gateway_mac, arp + 8, 6);   // only the gateway was asked for
    }
}

static void take_frame(const uint8_t *frame, size_t size) {
    const uint8_t *payload = frame + HEADER;
    uint16_t type = (uint16_t)(frame[12] << 8 | frame[13]);
    if (type == TYPE_ARP && size >= HEADER + ARP_BYTES) {
        take_arp(payload);
    } else if (type == TYPE_IPV4 && size >= HEADER + 20) {
        size_t total = (size_t)payload[2] << 8 | payload[3];
        if (total >= 20 && total <= size - HEADER && total <= PACKET_MAX) {
            server_packet(payload, total);
        }
    }
}

// The link has come up: asks for the gateway's MAC address, which also announces our own.
static void announce(void) {
    uint8_t gateway[4];
    memcpy(gateway, address, 4);
    gateway[3] = HOST_GATEWAY;
    send_arp(ARP_REQUEST, broadcast, gateway);
}

void uplink_read(void) {
    uint8_t message[2048];
    for (int i = 0; i < READ_BURST && fd >= 0; i++) {
        ssize_t got = recv(fd, message, sizeof(message), MSG_DONTWAIT);
        if (got <= 0) {
            if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
                fputs("ppp-server: the networks have gone\n", stderr);
                give_up();
            }
            return;
        }
        if (message[0] == 'U') {
            announce();
        } else if (message[0] == 'F' && got > 1 + HEADER) {
            take_frame(message + 1, (size_t)got - 1);
        }
    }
}

void uplink_packet(const uint8_t *packet, size_t size) {
    if (fd >= 0 && size <= PACKET_MAX) {
        send_frame(gateway_mac, TYPE_IPV4, packet, size);
    }
}

bool uplink_open(const options_t *options) {
    struct sockaddr_un where = { .sun_family = AF_UNIX };
    if (strlen(options->socket) >= sizeof(where.sun_path)) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(where.sun_path, options->socket);
    memcpy(mac, options->mac, 6);
    memcpy(gateway_mac, broadcast, 6);
    for (int i = 0; i < 4; i++) {
        address[i] = (uint8_t)(options->address >> (24 - 8 * i));
    }
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&where, sizeof(where)) != 0) {
        return false;
    }
    char hello[32];
    int size = snprintf(hello, sizeof(hello), "Hcell %02x%02x%02x%02x%02x%02x",
        mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    return send(fd, hello, (size_t)size, MSG_NOSIGNAL) == size;
}
