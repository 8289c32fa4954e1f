// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What lies beyond the gateway: one address outside every network, behind which is all of 127.0.0.1
// of this machine. Packets for it have to leave by a default route. libslirp connects to whatever
// address it is told, so it is told 127.0.0.1, and its answers get the address back. Nothing else
// that a board may ask for has 127.0.0.1 for an address, so nothing has to be remembered.
// And a second one where everything is refused.

#include <string.h>

#include "netsim.h"

enum { IP = 14, IP_SUM = IP + 10, SOURCE = IP + 12, DESTINATION = IP + 16, TCP = IP + 20 };
enum { TCP_SUM = TCP + 16, TCP_FLAGS = TCP + 13, FLAG_SYN = 2, FLAG_RST = 4, FLAG_ACK = 16 };

static const uint8_t beyond[4] = { BEYOND_ADDRESS >> 24, BEYOND_ADDRESS >> 16 & 0xff,
                                   BEYOND_ADDRESS >> 8 & 0xff, BEYOND_ADDRESS & 0xff };
static const uint8_t inside[4] = { 127, 0, 0, 1 };

// RFC 1624, equation 3, for four bytes that have changed.
static void mend(uint8_t *sum, const uint8_t *before, const uint8_t *after) {
    uint32_t total = (uint16_t)~(sum[0] << 8 | sum[1]);
    for (size_t i = 0; i < 4; i += 2) {
        total += (uint16_t)~(before[i] << 8 | before[i + 1]);
        total += (uint32_t)(after[i] << 8 | after[i + 1]);
    }
    while (total >> 16 != 0) {
        total = (total & 0xffff) + (total >> 16);
    }
    total = ~total;
    sum[0] = (uint8_t)(total >> 8);
    sum[1] = (uint8_t)total;
}

static void readdress(uint8_t *frame, size_t where, const uint8_t *to) {
    mend(frame + IP_SUM, frame + where, to);
    mend(frame + TCP_SUM, frame + where, to);
    memcpy(frame + where, to, 4);
}

bool beyond_up(const uint8_t *frame, size_t length, uint8_t *changed) {
    if (length < TCP + 20) {
        return false;
    }
    memcpy(changed, frame, length);
    readdress(changed, DESTINATION, inside);
    return true;
}

bool beyond_down(const uint8_t *frame, size_t length, uint8_t *changed) {
    if (length < TCP + 20 || length > FRAME_MAX || frame[12] != 8 || frame[13] != 0
        || frame[IP + 9] != 6 || memcmp(frame + SOURCE, inside, 4) != 0) {
        return false;
    }
    memcpy(changed, frame, length);
    readdress(changed, SOURCE, beyond);
    return true;
}

static void put16(uint8_t *p, uint16_t value) {
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

// Answers a SYN by RST (RFC 9293, 3.10.7.1); everything else is beyond care.
void beyond_refuse(client_t *client, const uint8_t *frame, size_t length) {
    if (length < TCP + 20 || (frame[TCP_FLAGS] & (FLAG_SYN | FLAG_ACK | FLAG_RST)) != FLAG_SYN) {
        return;
    }
    uint8_t reply[TCP + 20] = { 0 };
    memcpy(reply, frame + 6, 6);
    memcpy(reply + 6, frame, 6);
    put16(reply + 12, 0x0800);
    reply[IP] = 0x45;
    put16(reply + IP + 2, 40);
    reply[IP + 8] = 64;
    reply[IP + 9] = 6;
    memcpy(reply + SOURCE, frame + DESTINATION, 4);
    memcpy(reply + DESTINATION, frame + SOURCE, 4);
    put16(reply + IP_SUM, checksum(0, reply + IP, 20));
    memcpy(reply + TCP, frame + TCP + 2, 2);
    memcpy(reply + TCP + 2, frame + TCP, 2);
    uint32_t acknowledged = 1 + ((uint32_t)frame[TCP + 4] << 24 | (uint32_t)frame[TCP + 5] << 16
        | (uint32_t)frame[TCP + 6] << 8 | frame[TCP + 7]);
    put16(reply + TCP + 8, (uint16_t)(acknowledged >> 16));
    put16(reply + TCP + 10, (uint16_t)acknowledged);
    reply[TCP + 12] = 5 << 4;
    reply[TCP_FLAGS] = FLAG_RST | FLAG_ACK;
    uint32_t pseudo = 6 + 20;
    for (size_t i = SOURCE; i < TCP; i += 2) {
        pseudo += (uint32_t)(reply[i] << 8 | reply[i + 1]);
    }
    put16(reply + TCP_SUM, checksum(pseudo, reply + TCP, 20));
    cable_offer(client, DIRECTION_DOWN, reply, sizeof(reply));
}

// What a board sends, before any fault: ARP, DHCP and the like are the interface's own business.
void beyond_count(network_t *network, const uint8_t *frame, size_t length) {
    if (length < TCP + 8 || frame[12] != 8 || frame[13] != 0 || frame[IP] != 0x45) {
        return;
    }
    if (frame[IP + 9] == 6) {
        network->sent[SENT_TCP]++;
    } else if (frame[IP + 9] == 17) {
        unsigned port = (unsigned)frame[TCP + 2] << 8 | frame[TCP + 3];
        if (port != 67) {
            network->sent[port == 53 ? SENT_DNS : port == 123 ? SENT_SNTP : SENT_UDP]++;
        }
    }
}
