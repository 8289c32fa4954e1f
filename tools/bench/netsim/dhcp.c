// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Spoils or delays what libslirp's DHCP server replies (RFC 2131), on its way to the board.

#include <string.h>

#include "netsim.h"

enum { BOOTP = UDP_PAYLOAD, XID = BOOTP + 4, OPTIONS = BOOTP + 240 };
enum { OPTION_PAD = 0, OPTION_DNS = 6, OPTION_TYPE = 53, OPTION_END = 255 };
enum { TYPE_ACK = 5, TYPE_NAK = 6 };
enum { HOST_NOBODY = 4 };
enum { HALF_BYTES = 100 };   // ends within the server's name, long before the options

const char *dhcp_set(network_t *network, const char *value) {
    static const char *const names[DHCP_COUNT] = {
        "on", "off", "nak", "wrong", "garbage", "half", "two-dns"
    };
    for (int i = 0; i < DHCP_COUNT; i++) {
        if (strcmp(value, names[i]) == 0) {
            network->dhcp = (dhcp_t)i;
            return NULL;
        }
    }
    return "on, off, nak, wrong, garbage, half or two-dns";
}

// Whether `frame` is a reply to a board, spoilt or not.
static bool is_reply(const uint8_t *frame, size_t length) {
    return length >= BOOTP && get16(frame + ETHERTYPE) == ETHERTYPE_IPV4
        && frame[IP_PROTOCOL] == PROTOCOL_UDP && get16(frame + SOURCE_PORT) == PORT_DHCP_SERVER
        && get16(frame + DESTINATION_PORT) == PORT_DHCP_CLIENT;
}

// By how much a frame to a board comes late because it is a reply.
uint32_t dhcp_late_ms(const network_t *network, const uint8_t *frame, size_t length) {
    return network->dhcp_ms > 0 && is_reply(frame, length) ? network->dhcp_ms : 0;
}

// Where an option begins, NULL if there is none.
static uint8_t *find_option(uint8_t *frame, size_t length, uint8_t option) {
    size_t at = OPTIONS;
    while (at + 2 < length && frame[at] != OPTION_END) {
        if (frame[at] == option) {
            return frame + at;
        }
        at += frame[at] == OPTION_PAD ? 1 : 2 + (size_t)frame[at + 1];
    }
    return NULL;
}

// Only an ACK becomes a NAK: a server offers first, and refuses what is asked for then.
static void refuse(uint8_t *frame, size_t length) {
    uint8_t *type = find_option(frame, length, OPTION_TYPE);
    if (type != NULL && type[2] == TYPE_ACK) {
        type[2] = TYPE_NAK;
    }
}

// Puts the address of a server that does not exist before the one of libslirp's option. libslirp
// fills the reply with zeros behind the last option, so there is room.
static void name_two_servers(uint8_t *frame, size_t length) {
    uint8_t *dns = find_option(frame, length, OPTION_DNS);
    const uint8_t *end = frame + length;
    if (dns != NULL && dns + 10 < end && dns[1] == 4) {
        memmove(dns + 6, dns + 2, (size_t)(end - dns) - 6);
        dns[1] = 8;
        dns[5] = HOST_NOBODY;
    }
}

static void make_noise(uint8_t *frame, size_t length) {
    uint32_t random = 1;   // the same noise each time
    for (size_t i = BOOTP; i < length; i++) {
        random = random * 1103515245u + 12345u;
        frame[i] = (uint8_t)(random >> 16);
    }
}

static size_t shorten(uint8_t *frame) {
    put16(frame + UDP_LENGTH, 8 + HALF_BYTES);
    put16(frame + IP_LENGTH, 20 + 8 + HALF_BYTES);
    put16(frame + IP_SUM, 0);
    put16(frame + IP_SUM, packet_checksum(0, frame + IP, 20));
    return BOOTP + HALF_BYTES;
}

// The length of what is to be sent instead of `frame` and stands in `spoilt` (of FRAME_MAX bytes),
// 0 where `frame` is no DHCP reply or there is no fault.
size_t dhcp_spoil(const network_t *network, const uint8_t *frame, size_t length, uint8_t *spoilt) {
    bool whole = network == NULL || network->dhcp == DHCP_ON || network->dhcp == DHCP_OFF;
    if (whole || length < OPTIONS || length > FRAME_MAX || !is_reply(frame, length)) {
        return 0;
    }
    memcpy(spoilt, frame, length);
    put16(spoilt + UDP_SUM, 0);   // no checksum (RFC 768)
    switch (network->dhcp) {
        case DHCP_NAK: refuse(spoilt, length); break;
        case DHCP_WRONG: spoilt[XID] ^= 0x55; break;
        case DHCP_GARBAGE: make_noise(spoilt, length); break;
        case DHCP_TWO_DNS: name_two_servers(spoilt, length); break;
        default: length = shorten(spoilt); break;
    }
    return length;
}
