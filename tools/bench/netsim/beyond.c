// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Addresses outside every network, which a board reaches by its default route only. 198.51.100.1,
// and those from .16 to .31, are the addresses of this machine's loopback interface with the same
// last byte: libslirp connects to any address in a packet, so packets to them get the destination
// 127.0.0.n, and the answers get the address back as their source. No other packet that a board
// may send is for 127.0.0.0/24, so no table of connections is needed. Behind a captive portal the
// first is 127.0.0.2 in the same way. Another address refuses every connection.

#include <string.h>

#include "netsim.h"

enum { TCP_SEQUENCE = TCP + 4, TCP_ACKNOWLEDGMENT = TCP + 8, TCP_OFFSET = TCP + 12,
    TCP_FLAGS = TCP + 13, TCP_SUM = TCP + 16, TCP_BYTES = 20 };
enum { FLAG_SYN = 2, FLAG_RST = 4, FLAG_ACK = 16 };

enum { CLUSTER_FIRST = 16, CLUSTER_END = 32 };   // last bytes
enum { HERE = 1, PORTAL = 2 };                   // those of 127.0.0.0/24

static const uint8_t beyond[3] = { BEYOND_NETWORK >> 24, BEYOND_NETWORK >> 16 & 0xff,
                                   BEYOND_NETWORK >> 8 & 0xff };
static const uint8_t inside[3] = { 127, 0, 0 };

// Adapts a checksum to four bytes that have changed (RFC 1624, equation 3).
static void update_sum(uint8_t *sum, const uint8_t *before, const uint8_t *after) {
    uint32_t total = (uint16_t)~get16(sum);
    for (size_t i = 0; i < 4; i += 2) {
        total += (uint16_t)~get16(before + i);
        total += get16(after + i);
    }
    while (total >> 16 != 0) {
        total = (total & 0xffff) + (total >> 16);
    }
    put16(sum, (uint16_t)~total);
}

static void set_address(
    uint8_t *frame, size_t where, const uint8_t *network, uint8_t last) {
    uint8_t to[4] = { network[0], network[1], network[2], last };
    update_sum(frame + IP_SUM, frame + where, to);
    update_sum(frame + TCP_SUM, frame + where, to);
    memcpy(frame + where, to, 4);
}

bool beyond_is_here(uint32_t address) {
    uint32_t host = address - BEYOND_NETWORK;
    return address == BEYOND_ADDRESS || (host >= CLUSTER_FIRST && host < CLUSTER_END);
}

bool beyond_up(const network_t *network, const uint8_t *frame, size_t length, uint8_t *changed) {
    if (length < TCP + TCP_BYTES) {
        return false;
    }
    memcpy(changed, frame, length);
    uint8_t last = frame[IP_DESTINATION + 3];
    set_address(
        changed, IP_DESTINATION, inside, last == HERE && network->portal ? PORTAL : last);
    return true;
}

bool beyond_down(const uint8_t *frame, size_t length, uint8_t *changed) {
    if (length < TCP + TCP_BYTES || length > FRAME_MAX
        || get16(frame + ETHERTYPE) != ETHERTYPE_IPV4 || frame[IP_PROTOCOL] != PROTOCOL_TCP
        || memcmp(frame + IP_SOURCE, inside, sizeof(inside)) != 0) {
        return false;
    }
    memcpy(changed, frame, length);
    uint8_t last = frame[IP_SOURCE + 3];
    set_address(changed, IP_SOURCE, beyond, last == PORTAL ? HERE : last);
    return true;
}

// Answers a SYN by RST (RFC 9293, 3.10.7.1), and nothing else.
void beyond_refuse(client_t *client, const uint8_t *frame, size_t length) {
    if (length < TCP + TCP_BYTES
        || (frame[TCP_FLAGS] & (FLAG_SYN | FLAG_ACK | FLAG_RST)) != FLAG_SYN) {
        return;
    }
    uint8_t reply[TCP + TCP_BYTES] = { 0 };
    packet_answer(reply, frame, TCP_BYTES);
    uint32_t acknowledged = get32(frame + TCP_SEQUENCE) + 1;
    put16(reply + TCP_ACKNOWLEDGMENT, (uint16_t)(acknowledged >> 16));
    put16(reply + TCP_ACKNOWLEDGMENT + 2, (uint16_t)acknowledged);
    reply[TCP_OFFSET] = TCP_BYTES / 4 << 4;
    reply[TCP_FLAGS] = FLAG_RST | FLAG_ACK;
    put16(reply + TCP_SUM,
        packet_checksum(packet_pseudo_header(reply, TCP_BYTES), reply + TCP, TCP_BYTES));
    cable_offer(client, DIRECTION_DOWN, reply, sizeof(reply));
}
