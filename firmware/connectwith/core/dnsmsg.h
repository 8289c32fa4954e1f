// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// DNS messages (RFC 1035, section 4): composes a query for the IPv4 addresses of a name, and
// parses the response. No I/O. A response may be any bytes.

#ifndef CONNECTWITH_CORE_DNSMSG_H
#define CONNECTWITH_CORE_DNSMSG_H

#include <stddef.h>
#include <stdint.h>

#define DNSMSG_ADDRESSES_MAX (4)

typedef enum {
    DNSMSG_IGNORED,     // not a response to this query, or invalid
    DNSMSG_FOUND,
    DNSMSG_FAILED,      // SERVFAIL, REFUSED, NOTIMP, FORMERR, or truncated before the first address
    DNSMSG_NO_ADDRESS,  // the name exists and has no IPv4 address
    DNSMSG_NO_NAME,     // NXDOMAIN
} dnsmsg_verdict_t;     // of FAILED to NO_NAME, the greater is the more reliable

typedef struct {
    uint8_t count;
    uint8_t address[DNSMSG_ADDRESSES_MAX][4];  // most significant byte first, in the server's order
} dnsmsg_addresses_t;

// Composes the query and returns its length; 0: it does not fit. name: valid by hostname_valid().
size_t dnsmsg_ask(uint8_t *buf, size_t size, uint16_t id, const char *name, size_t len);

// Parses a response to the query with this id and name. The addresses are written with FOUND only.
// CNAME records are followed, in any order.
dnsmsg_verdict_t dnsmsg_read(const uint8_t *msg, size_t size, uint16_t id, const char *name,
    size_t len, dnsmsg_addresses_t *found);

#endif
