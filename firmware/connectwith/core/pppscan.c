// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/pppscan.h"

// Framing (RFC 1662).
#define FLAG (0x7e)
#define ESCAPE (0x7d)
#define ESCAPED (0x20)
#define ADDRESS_AND_CONTROL (0xff03)

#define PAP_NAK (0xc02303)  // protocol and code
#define CHAP_FAILURE (0xc22304)

#define PREFIX_BYTES (5)  // address, control, protocol of two bytes, code

static bool is_refusal(const pppscan_t *scan) {
    // Address and control may have been negotiated away (RFC 1661, section 6.6).
    const bool whole = scan->count == PREFIX_BYTES && scan->first == ADDRESS_AND_CONTROL;
    const uint32_t last = scan->head & 0xffffff;
    return (whole || scan->count == PREFIX_BYTES - 2)
           && (last == PAP_NAK || last == CHAP_FAILURE);
}

bool pppscan_feed(pppscan_t *scan, const uint8_t *bytes, size_t len) {
    bool refused = false;
    for (size_t i = 0; i < len; ++i) {
        uint8_t byte = bytes[i];
        if (byte == FLAG) {
            *scan = (pppscan_t) {.framed = true};
        } else if (!scan->framed || scan->count == PREFIX_BYTES) {
            continue;
        } else if (byte == ESCAPE) {
            scan->escaped = true;
        } else {
            byte ^= scan->escaped ? ESCAPED : 0;
            scan->escaped = false;
            scan->head = scan->head << 8 | byte;
            if (++scan->count == 2) {
                scan->first = (uint16_t)scan->head;
            }
            refused = refused || is_refusal(scan);
        }
    }
    return refused;
}
