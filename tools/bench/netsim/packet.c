// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Checksums, and the headers of an answer.

#include <string.h>

#include "packet.h"

uint16_t packet_checksum(uint32_t sum, const uint8_t *data, size_t length) {
    for (size_t i = 0; i + 1 < length; i += 2) {
        sum += get16(data + i);
    }
    if (length % 2 != 0) {
        sum += (uint32_t)(data[length - 1] << 8);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

uint32_t packet_pseudo_header(const uint8_t *frame, size_t length) {
    uint32_t sum = frame[IP_PROTOCOL] + (uint32_t)length;
    for (size_t i = IP_SOURCE; i < IP_DESTINATION + 4; i += 2) {
        sum += get16(frame + i);
    }
    return sum;
}

void packet_answer(uint8_t *reply, const uint8_t *asked, size_t length) {
    memcpy(reply, asked + 6, 6);
    memcpy(reply + 6, asked, 6);
    put16(reply + ETHERTYPE, ETHERTYPE_IPV4);
    memset(reply + IP, 0, 20);
    reply[IP] = IP_NO_OPTIONS;
    put16(reply + IP_LENGTH, 20 + length);
    reply[IP_TIME_TO_LIVE] = 64;
    reply[IP_PROTOCOL] = asked[IP_PROTOCOL];
    memcpy(reply + IP_SOURCE, asked + IP_DESTINATION, 4);
    memcpy(reply + IP_DESTINATION, asked + IP_SOURCE, 4);
    put16(reply + IP_SUM, packet_checksum(0, reply + IP, 20));
    memcpy(reply + SOURCE_PORT, asked + DESTINATION_PORT, 2);
    memcpy(reply + DESTINATION_PORT, asked + SOURCE_PORT, 2);
}
