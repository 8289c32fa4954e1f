// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Looks into a stream of PPP frames for the one that refuses the credentials: PAP's
// Authenticate-Nak (RFC 1334, section 2.2.2) or CHAP's Failure (RFC 1994, section 4.2). The driver
// of MicroPython 1.25 tells of neither.

#ifndef CONNECTWITH_CORE_PPPSCAN_H
#define CONNECTWITH_CORE_PPPSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t head;   // the last bytes of the frame's beginning, the newest lowest
    uint16_t first;  // the first two of them
    uint8_t count;   // of them, up to as many as are judged
    bool framed;     // a flag has been seen
    bool escaped;
} pppscan_t;

// All zeros is the start, in the middle of whatever is being received. Frames may come in pieces of
// any size. True: one of these bytes has completed a refusal.
bool pppscan_feed(pppscan_t *scan, const uint8_t *bytes, size_t len);

#endif
