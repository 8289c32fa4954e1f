// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Spoils what libslirp's DHCP server replies (RFC 2131), on its way to the board.

#include <string.h>

#include "netsim.h"

enum { IP = 14, UDP = IP + 20, BOOTP = UDP + 8, XID = BOOTP + 4, OPTIONS = BOOTP + 240 };
enum { OPTION_PAD = 0, OPTION_TYPE = 53, OPTION_END = 255, TYPE_ACK = 5, TYPE_NAK = 6 };
enum { HALF_BYTES = 100 };   // ends within the server's name, long before the options

const char *dhcp_set(network_t *network, const char *value) {
    static const char *const names[DHCP_COUNT] = { "on", "off", "nak", "wrong", "garbage", "half" };
    for (int i = 0; i < DHCP_COUNT; i++) {
        if (strcmp(value, names[i]) == 0) {
            network->dhcp = (dhcp_t)i;
            return NULL;
        }
    }
    return "on, off, nak, wrong, garbage or half";
}

static void put16(uint8_t *p, size_t value) {
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

// An offer stays: only what was asked for after it can be refused.
static void refuse(uint8_t *frame, size_t length) {
    size_t at = OPTIONS;
    while (at + 2 < length && frame[at] != OPTION_END) {
        if (frame[at] == OPTION_TYPE && frame[at + 2] == TYPE_ACK) {
            frame[at + 2] = TYPE_NAK;
        }
        at += frame[at] == OPTION_PAD ? 1 : 2 + (size_t)frame[at + 1];
    }
}

static void make_noise(uint8_t *frame, size_t length) {
    uint32_t random = 1;   // any noise will do, but the same each time
    for (size_t i = BOOTP; i < length; i++) {
        random = random * 1103515245u + 12345u;
        frame[i] = (uint8_t)(random >> 16);
    }
}

static size_t shorten(uint8_t *frame) {
    put16(frame + UDP + 4, 8 + HALF_BYTES);
    put16(frame + IP + 2, 20 + 8 + HALF_BYTES);
    put16(frame + IP + 10, 0);
    put16(frame + IP + 10, checksum(0, frame + IP, 20));
    return BOOTP + HALF_BYTES;
}

// The length of what is to be sent instead of `frame` and stands in `spoilt` (of FRAME_MAX bytes),
// 0 where `frame` is no DHCP reply or there is no fault.
size_t dhcp_spoil(const network_t *network, const uint8_t *frame, size_t length, uint8_t *spoilt) {
    bool whole = network == NULL || network->dhcp == DHCP_ON || network->dhcp == DHCP_OFF;
    if (whole || length < OPTIONS || length > FRAME_MAX || frame[IP + 9] != 17
        || memcmp(frame + UDP, (const uint8_t[]) { 0, 67, 0, 68 }, 4) != 0) {
        return 0;
    }
    memcpy(spoilt, frame, length);
    put16(spoilt + UDP + 6, 0);   // no checksum (RFC 768)
    switch (network->dhcp) {
        case DHCP_NAK: refuse(spoilt, length); break;
        case DHCP_WRONG: spoilt[XID] ^= 0x55; break;
        case DHCP_GARBAGE: make_noise(spoilt, length); break;
        default: length = shorten(spoilt); break;
    }
    return length;
}
