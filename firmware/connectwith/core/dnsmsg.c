// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/dnsmsg.h"

#include <stdbool.h>
#include <string.h>

// RFC 1035, sections 3.2.2, 3.2.4, 4.1.1.
#define HEADER_BYTES (12)
#define TYPE_A (1)
#define TYPE_CNAME (5)
#define CLASS_IN (1)
#define CLASS_MASK (0x7fff)  // the top bit is a flag of multicast DNS (RFC 6762, section 10.2)
#define FLAG_RESPONSE (0x80)
#define FLAG_TRUNCATED (0x02)
#define FLAG_RECURSION_DESIRED (0x01)
#define OPCODE_MASK (0x78)
#define RCODE_MASK (0x0f)
#define RCODE_NAME_ERROR (3)

// Limits against loops. Valid messages have far fewer.
#define ALIASES_MAX (16)
#define POINTERS_MAX (16)

typedef struct {
    const uint8_t *msg;
    size_t size;
} dnsmsg_t;

typedef struct {
    size_t owner;  // where its name begins
    uint16_t type, class, length;
    size_t data;
} record_t;

static uint16_t word(const uint8_t *at) {
    return (uint16_t)(at[0] << 8 | at[1]);
}

static void put_word(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

size_t dnsmsg_ask(uint8_t *buf, size_t size, uint16_t id, const char *name, size_t len) {
    len -= name[len - 1] == '.';
    if (size < HEADER_BYTES + len + 2 + 4) {
        return 0;
    }
    memset(buf, 0, HEADER_BYTES);
    put_word(buf, id);
    buf[2] = FLAG_RECURSION_DESIRED;
    buf[5] = 1;
    uint8_t *label = buf + HEADER_BYTES;
    memcpy(label + 1, name, len);
    uint8_t *const end = label + 1 + len;
    for (uint8_t *at = label + 1; at < end; ++at) {
        if (*at == '.') {
            *label = (uint8_t)(at - label - 1);
            label = at;
        }
    }
    *label = (uint8_t)(end - label - 1);
    *end = 0;
    put_word(end + 1, TYPE_A);
    put_word(end + 3, CLASS_IN);
    return (size_t)(end + 5 - buf);
}

// The length of the next label of a name at *at, after following compression pointers; 0: end of
// the name; -1: the message is truncated or its pointers form a loop. Moves *at past the label.
static int next_label(const dnsmsg_t *m, size_t *at, int *pointers) {
    while (*at < m->size) {
        const uint8_t head = m->msg[*at];
        if (head < 0x40) {
            if (m->size - *at <= head) {
                return -1;
            }
            *at += 1u + head;
            return head;
        }
        if (head < 0xc0 || m->size - *at < 2 || ++*pointers > POINTERS_MAX) {
            return -1;
        }
        *at = word(m->msg + *at) & 0x3fff;
    }
    return -1;
}

// The offset after the name at `at`; 0: the message is invalid.
static size_t skip_name(const dnsmsg_t *m, size_t at) {
    while (at < m->size) {
        const uint8_t head = m->msg[at];
        if (head >= 0xc0) {
            return m->size - at >= 2 ? at + 2 : 0;
        }
        if (head >= 0x40) {
            return 0;
        }
        at += 1u + head;
        if (head == 0) {
            return at;
        }
    }
    return 0;
}

static uint8_t lower(uint8_t byte) {
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 32) : byte;
}

// Names are compared without regard to case (RFC 4343).
static bool same_bytes(const uint8_t *a, const uint8_t *b, int len) {
    for (int i = 0; i < len; ++i) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

static bool same_name(const dnsmsg_t *m, size_t a, size_t b) {
    int pointers_a = 0, pointers_b = 0;
    for (;;) {
        const int len_a = next_label(m, &a, &pointers_a);
        const int len_b = next_label(m, &b, &pointers_b);
        if (len_a < 0 || len_a != len_b || !same_bytes(m->msg + a - len_a, m->msg + b - len_b,
            len_a)) {
            return false;
        }
        if (len_a == 0) {
            return true;
        }
    }
}

// Whether the name at `at` is `name`. It is in the question, where names are not compressed.
static bool is_text(const dnsmsg_t *m, size_t at, const char *name, size_t len) {
    int pointers = POINTERS_MAX;
    size_t seen = 0;
    for (;;) {
        const int label = next_label(m, &at, &pointers);
        if (label <= 0) {
            return label == 0 && seen == len;
        }
        if (seen != 0 && (seen == len || name[seen++] != '.')) {
            return false;
        }
        if (len - seen < (size_t)label
            || !same_bytes(m->msg + at - label, (const uint8_t *)name + seen, label)) {
            return false;
        }
        seen += (size_t)label;
    }
}

// Reads the record at *at and moves *at to the next one. False: it is truncated.
static bool next_record(const dnsmsg_t *m, size_t *at, record_t *record) {
    record->owner = *at;
    const size_t fixed = skip_name(m, *at);
    if (fixed == 0 || m->size - fixed < 10) {
        return false;
    }
    record->type = word(m->msg + fixed);
    record->class = word(m->msg + fixed + 2) & CLASS_MASK;
    record->length = word(m->msg + fixed + 8);
    record->data = fixed + 10;
    if (m->size - record->data < record->length) {
        return false;
    }
    *at = record->data + record->length;
    return true;
}

// Follows a CNAME of *name. False: there is none.
static bool follow_alias(const dnsmsg_t *m, size_t at, int count, size_t *name) {
    record_t record;
    while (count-- > 0 && next_record(m, &at, &record)) {
        if (record.type == TYPE_CNAME && record.class == CLASS_IN
            && same_name(m, record.owner, *name)) {
            *name = record.data;
            return true;
        }
    }
    return false;
}

// Collects the addresses of `name`. False: the message ends in the middle of a record.
static bool take_addresses(const dnsmsg_t *m, size_t at, int count, size_t name,
    dnsmsg_addresses_t *found) {
    record_t record;
    for (; count > 0; --count) {
        if (!next_record(m, &at, &record)) {
            return false;
        }
        if (record.type == TYPE_A && record.class == CLASS_IN && record.length == 4
            && found->count < DNSMSG_ADDRESSES_MAX && same_name(m, record.owner, name)) {
            memcpy(found->address[found->count++], m->msg + record.data, 4);
        }
    }
    return true;
}

static dnsmsg_verdict_t read_records(const dnsmsg_t *m, size_t at, dnsmsg_addresses_t *found) {
    const int count = word(m->msg + 6);
    const bool cut = (m->msg[2] & FLAG_TRUNCATED) != 0;
    size_t name = HEADER_BYTES;
    for (int i = 0; i < ALIASES_MAX && follow_alias(m, at, count, &name); ++i) {
    }
    dnsmsg_addresses_t addresses = {.count = 0};
    if (!take_addresses(m, at, count, name, &addresses) && !cut) {
        return DNSMSG_IGNORED;
    }
    if (addresses.count == 0) {
        // The rest would need DNS over TCP, which is not implemented.
        return cut ? DNSMSG_FAILED : DNSMSG_NO_ADDRESS;
    }
    *found = addresses;
    return DNSMSG_FOUND;
}

dnsmsg_verdict_t dnsmsg_read(const uint8_t *msg, size_t size, uint16_t id, const char *name,
    size_t len, dnsmsg_addresses_t *found) {
    const dnsmsg_t m = {msg, size};
    if (size < HEADER_BYTES || word(msg) != id || !(msg[2] & FLAG_RESPONSE)
        || (msg[2] & OPCODE_MASK) != 0) {
        return DNSMSG_IGNORED;
    }
    const uint8_t rcode = msg[3] & RCODE_MASK;
    const uint16_t questions = word(msg + 4);
    if (questions == 0 && rcode != 0 && rcode != RCODE_NAME_ERROR) {
        return DNSMSG_FAILED;  // an error response need not repeat the question
    }
    const size_t end = questions == 1 ? skip_name(&m, HEADER_BYTES) : 0;
    if (end == 0 || size - end < 4 || word(msg + end) != TYPE_A || word(msg + end + 2) != CLASS_IN
        || !is_text(&m, HEADER_BYTES, name, len - (name[len - 1] == '.'))) {
        return DNSMSG_IGNORED;
    }
    if (rcode == RCODE_NAME_ERROR) {
        return DNSMSG_NO_NAME;
    }
    return rcode != 0 ? DNSMSG_FAILED : read_records(&m, end + 4, found);
}
