// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Validates host names, and parses IPv4 addresses in their one accepted form.

#ifndef CONNECTWITH_CORE_HOSTNAME_H
#define CONNECTWITH_CORE_HOSTNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// RFC 1035 section 2.3.4, in the textual form without the final dot.
#define HOSTNAME_MAX_BYTES (255)
#define HOSTNAME_LABEL_MAX_BYTES (63)

// True: 1 to 255 bytes in labels of 1 to 63, no NUL; one dot at the end is allowed.
bool hostname_valid(const char *name, size_t len);

// True: exactly four decimal numbers of 0 to 255, without leading zeros (which some parsers read
// as octal). quad is then written, most significant byte first. Otherwise it is not changed.
bool hostname_quad(const char *name, size_t len, uint8_t quad[4]);

#endif
