// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// DNS messages (RFC 1035, section 4): a question for the IPv4 addresses of a name, and what an
// answer to it says. No I/O; an answer may be any bytes.

#ifndef CONNECTWITH_CORE_DNSMSG_H
#define CONNECTWITH_CORE_DNSMSG_H

#include <stddef.h>
#include <stdint.h>

#define DNSMSG_ADDRESSES_MAX (4)

typedef enum {
    DNSMSG_STRANGE,     // no answer to this question, or damaged: as if nothing had come
    DNSMSG_FOUND,
    DNSMSG_FAILED,      // SERVFAIL, REFUSED, NOTIMP, FORMERR, or cut off before the first address
    DNSMSG_NO_ADDRESS,  // the name exists and has no IPv4 address
    DNSMSG_NO_NAME,     // NXDOMAIN
} dnsmsg_verdict_t;     // the more certain a no, the greater

typedef struct {
    uint8_t count;
    uint8_t address[DNSMSG_ADDRESSES_MAX][4];  // most significant byte first, in the server's order
} dnsmsg_addresses_t;

// Composes the question. name: as hostname_valid() wants it. The length, 0 if it does not fit.
size_t dnsmsg_ask(uint8_t *buf, size_t size, uint16_t id, const char *name, size_t len);

// What `msg` says to the question with this id and name; the addresses with FOUND only. CNAME
// records in it are followed, in whatever order they stand.
dnsmsg_verdict_t dnsmsg_read(const uint8_t *msg, size_t size, uint16_t id, const char *name,
    size_t len, dnsmsg_addresses_t *found);

#endif
