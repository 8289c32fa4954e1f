// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The fields of a frame that several files of netsim read or write: Ethernet II, then an IPv4
// header without options (RFC 791), then TCP or UDP. Numbers are in network byte order.

#ifndef PACKET_H
#define PACKET_H

#include <stddef.h>
#include <stdint.h>

// Offsets in a frame. The ports are at the same place in TCP and UDP.
enum {
    ETHERTYPE = 12,
    IP = 14,
    IP_LENGTH = IP + 2,
    IP_FRAGMENT = IP + 6,
    IP_TIME_TO_LIVE = IP + 8,
    IP_PROTOCOL = IP + 9,
    IP_SUM = IP + 10,
    IP_SOURCE = IP + 12,
    IP_DESTINATION = IP + 16,
    SOURCE_PORT = IP + 20,
    DESTINATION_PORT = SOURCE_PORT + 2,
    UDP = IP + 20,
    UDP_LENGTH = UDP + 4,
    UDP_SUM = UDP + 6,
    UDP_PAYLOAD = UDP + 8,
    TCP = IP + 20,
};

enum { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_ARP = 0x0806 };
enum { IP_NO_OPTIONS = 0x45 };   // version 4, a header of five words
enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };
enum { PORT_DNS = 53, PORT_DHCP_SERVER = 67, PORT_DHCP_CLIENT = 68, PORT_SNTP = 123 };

static inline uint16_t get16(const uint8_t *p) {
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get32(const uint8_t *p) {
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static inline void put16(uint8_t *p, size_t value) {
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

// RFC 1071; sum starts it (for a pseudo header).
uint16_t packet_checksum(uint32_t sum, const uint8_t *data, size_t length);
// The sum over the pseudo header of TCP and UDP, where `length` bytes follow the IP header.
uint32_t packet_pseudo_header(const uint8_t *frame, size_t length);
// Writes the headers of an answer to the frame `asked` (Ethernet, IP, and the two ports), where
// `length` bytes follow the IP header.
void packet_answer(uint8_t *reply, const uint8_t *asked, size_t length);

#endif
