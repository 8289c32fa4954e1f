// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// core/dnsmsg with any answer, and core/lookup with any servers.

#include <string.h>

#include "connectwith/core/dnsmsg.h"
#include "connectwith/core/hostname.h"
#include "connectwith/core/lookup.h"
#include "fuzz.h"

#define NAME "broker.test"
#define NAME_BYTES (sizeof(NAME) - 1)

static bool contains(const uint8_t *msg, size_t size, const uint8_t address[4]) {
    for (size_t i = 0; i + 4 <= size; ++i) {
        if (memcmp(msg + i, address, 4) == 0) {
            return true;
        }
    }
    return false;
}

static void check_read(const uint8_t *msg, size_t size, const char *name, size_t len) {
    dnsmsg_addresses_t found;
    memset(&found, 0xee, sizeof(found));
    const uint16_t id = (uint16_t)(size < 2 ? 0 : msg[0] << 8 | msg[1]);
    const dnsmsg_verdict_t verdict = dnsmsg_read(msg, size, id, name, len, &found);
    PROMISE(dnsmsg_read(msg, size, id ^ 1, name, len, &found) == DNSMSG_IGNORED);
    if (verdict != DNSMSG_FOUND) {
        PROMISE(found.count == 0xee);
        return;
    }
    PROMISE(found.count >= 1 && found.count <= DNSMSG_ADDRESSES_MAX);
    for (uint8_t i = 0; i < found.count; ++i) {
        PROMISE(contains(msg, size, found.address[i]));
    }
}

// A question that is sent back as an answer without records has no address in it.
static void check_question(const char *name, size_t len) {
    uint8_t msg[12 + HOSTNAME_MAX_BYTES + 2 + 4];
    dnsmsg_addresses_t found;
    const size_t size = dnsmsg_ask(msg, sizeof(msg), 7, name, len);
    PROMISE(size > 0 && size <= sizeof(msg));
    PROMISE(dnsmsg_ask(msg, size - 1, 7, name, len) == 0);
    PROMISE(dnsmsg_ask(msg, size, 7, name, len) == size);
    PROMISE(dnsmsg_read(msg, size, 7, name, len, &found) == DNSMSG_IGNORED);
    msg[2] |= 0x80;
    PROMISE(dnsmsg_read(msg, size, 7, name, len, &found) == DNSMSG_NO_ADDRESS);
}

static void check_lookup(fuzz_t *in) {
    lookup_t lookup;
    uint32_t now_ms = fuzz_word(in, 4);
    const uint32_t began_ms = now_ms;
    const uint8_t servers = (uint8_t)(1 + fuzz_byte(in) % LOOKUP_SERVERS_MAX);
    int asked = 0;
    lookup_begin(&lookup, servers, fuzz_byte(in) & 1, now_ms);
    for (;;) {
        const int next = lookup_next(&lookup, now_ms);
        if (next == LOOKUP_OVER) {
            break;
        }
        PROMISE(now_ms - began_ms < 7000);
        if (next == LOOKUP_WAIT) {
            PROMISE(lookup.due_ms - now_ms >= 1 && lookup.due_ms - began_ms <= 7000);
            now_ms = fuzz_byte(in) & 1 ? now_ms + 1 + fuzz_byte(in) : lookup.due_ms;
        } else {
            PROMISE(next < servers && ++asked <= 4 * servers);
        }
        if (fuzz_byte(in) & 1) {
            const uint8_t server = (uint8_t)(fuzz_byte(in) % servers);
            lookup_answered(&lookup, server, (dnsmsg_verdict_t)(fuzz_byte(in) % 5), now_ms);
        }
    }
    PROMISE(lookup_next(&lookup, now_ms) == LOOKUP_OVER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    fuzz_t in = { data, len };
    const uint8_t kind = fuzz_byte(&in) % 3;
    if (kind == 0) {
        check_lookup(&in);
        return 0;
    }
    len = kind == 1 ? 255 : len;
    uint8_t *exact = fuzz_take(&in, &len);
    if (kind == 2) {
        check_read(exact, len, NAME, NAME_BYTES);
    } else if (hostname_valid((const char *)exact, len)) {
        check_question((const char *)exact, len);
        size_t rest = in.len;
        uint8_t *msg = fuzz_take(&in, &rest);
        check_read(msg, rest, (const char *)exact, len);
        free(msg);
    }
    free(exact);
    return 0;
}
