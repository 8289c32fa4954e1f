// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Detects the PPP frame that refuses the credentials: Authenticate-Nak of PAP (RFC 1334, section
// 2.2.2) or Failure of CHAP (RFC 1994, section 4.2). The driver of MicroPython 1.25 reports
// neither.

#ifndef CONNECTWITH_CORE_PPPSCAN_H
#define CONNECTWITH_CORE_PPPSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t head;   // the last bytes of the frame's prefix, the newest lowest
    uint16_t first;  // the first two bytes
    uint8_t count;   // bytes of the prefix that have been read
    bool framed;     // a flag sequence has been seen
    bool escaped;
} pppscan_t;

// All zeros is the initial state, which may be in the middle of a frame. Frames may come in pieces
// of any size. True: one of these bytes has completed a refusal.
bool pppscan_feed(pppscan_t *scan, const uint8_t *bytes, size_t len);

#endif
