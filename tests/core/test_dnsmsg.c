// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include <stddef.h>
#include <string.h>

#include "connectwith/core/dnsmsg.h"
#include "harness.h"

#define ID (0x1234)

// A message that is being composed.
static uint8_t msg[700];
static size_t size;

static void add(const void *bytes, size_t n) {
    memcpy(msg + size, bytes, n);
    size += n;
}

// Header and question of an answer about broker.test, with so many records and this code.
static void begin(uint8_t rcode, uint8_t records) {
    const uint8_t header[12] = {0x12, 0x34, 0x81, (uint8_t)(0x80 | rcode), 0, 1, 0, records};
    size = 0;
    add(header, sizeof(header));
    add("\x06" "broker" "\x04" "test" "\0\0\x01\0\x01", 17);
}

#define QUESTION "\xc0\x0c"  // a pointer to the name in the question

static void record(const char *owner, size_t n, uint8_t type, const void *data, uint8_t length) {
    const uint8_t fixed[10] = {0, type, 0, 1, 0, 0, 0, 60, 0, length};
    add(owner, n);
    add(fixed, sizeof(fixed));
    add(data, length);
}

static dnsmsg_addresses_t found;

static dnsmsg_verdict_t read_as(const char *name) {
    memset(&found, 0xee, sizeof(found));
    return dnsmsg_read(msg, size, ID, name, strlen(name), &found);
}

static void a_question_byte_by_byte(void) {
    static const uint8_t want[] = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 6, 'b', 'r', 'o', 'k',
        'e', 'r', 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1};
    uint8_t buf[64];
    CHECK_EQ(dnsmsg_ask(buf, sizeof(buf), ID, "broker.test", 11), sizeof(want));
    CHECK(memcmp(buf, want, sizeof(want)) == 0);
    CHECK_EQ(dnsmsg_ask(buf, sizeof(buf), ID, "broker.test.", 12), sizeof(want));
    CHECK(memcmp(buf, want, sizeof(want)) == 0);
    CHECK_EQ(dnsmsg_ask(buf, sizeof(want), ID, "broker.test", 11), sizeof(want));
    CHECK_EQ(dnsmsg_ask(buf, sizeof(want) - 1, ID, "broker.test", 11), 0);
}

static void one_address(void) {
    begin(0, 1);
    record(QUESTION, 2, 1, "\x0a\x01\x02\x03", 4);
    CHECK_EQ(read_as("broker.test"), DNSMSG_FOUND);
    CHECK_EQ(found.count, 1);
    CHECK(memcmp(found.address[0], "\x0a\x01\x02\x03", 4) == 0);
    CHECK_EQ(read_as("Broker.TEST."), DNSMSG_FOUND);
}

static void four_of_five_addresses_in_their_order(void) {
    begin(0, 5);
    for (uint8_t i = 1; i <= 5; ++i) {
        const uint8_t address[4] = {10, 0, 0, i};
        record(QUESTION, 2, 1, address, 4);
    }
    CHECK_EQ(read_as("broker.test"), DNSMSG_FOUND);
    CHECK_EQ(found.count, 4);
    CHECK_EQ(found.address[0][3], 1);
    CHECK_EQ(found.address[3][3], 4);
}

static void aliases_in_any_order(void) {
    static const char far[] = "\x03" "far" "\xc0\x13";        // far.test
    static const char near[] = "\x04" "near" "\x04" "test";   // near.test, uncompressed
    begin(0, 4);
    record(far, 6, 1, "\x01\x02\x03\x04", 4);
    record(near, sizeof(near), 5, far, 6);
    record(QUESTION, 2, 5, near, sizeof(near));
    record(QUESTION, 2, 16, "\x01x", 2);
    CHECK_EQ(read_as("broker.test"), DNSMSG_FOUND);
    CHECK_EQ(found.count, 1);
    CHECK_EQ(found.address[0][0], 1);
}

static void addresses_of_others_do_not_count(void) {
    begin(0, 2);
    record("\x05" "other" "\xc0\x13", 8, 1, "\x01\x02\x03\x04", 4);
    record(QUESTION, 2, 28, "0123456789abcdef", 16);
    CHECK_EQ(read_as("broker.test"), DNSMSG_NO_ADDRESS);
    CHECK_EQ(found.count, 0xee);
}

static void an_alias_of_itself_ends(void) {
    begin(0, 2);
    record(QUESTION, 2, 5, QUESTION, 2);
    record(QUESTION, 2, 1, "\x01\x02\x03\x04", 4);
    CHECK_EQ(read_as("broker.test"), DNSMSG_FOUND);
    begin(0, 1);
    record(QUESTION, 2, 5, QUESTION, 2);
    CHECK_EQ(read_as("broker.test"), DNSMSG_NO_ADDRESS);
}

static void refusals_told_apart(void) {
    static const struct {
        uint8_t rcode;
        dnsmsg_verdict_t verdict;
    } cases[] = {
        {0, DNSMSG_NO_ADDRESS}, {1, DNSMSG_FAILED}, {2, DNSMSG_FAILED}, {3, DNSMSG_NO_NAME},
        {4, DNSMSG_FAILED}, {5, DNSMSG_FAILED}, {15, DNSMSG_FAILED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
        begin(cases[i].rcode, 0);
        CHECK_EQ(read_as("broker.test"), cases[i].verdict);
    }
    CHECK(DNSMSG_IGNORED < DNSMSG_FAILED && DNSMSG_FAILED < DNSMSG_NO_ADDRESS);
    CHECK(DNSMSG_NO_ADDRESS < DNSMSG_NO_NAME);
}

static void a_refusal_need_not_repeat_the_question(void) {
    begin(5, 0);
    msg[5] = 0;
    size = 12;
    CHECK_EQ(read_as("broker.test"), DNSMSG_FAILED);
    msg[3] = 0x80;
    CHECK_EQ(read_as("broker.test"), DNSMSG_IGNORED);
    msg[3] = 0x83;  // a name that is not named does not exist
    CHECK_EQ(read_as("broker.test"), DNSMSG_IGNORED);
}

static void what_is_no_answer_to_this(void) {
    begin(0, 1);
    record(QUESTION, 2, 1, "\x01\x02\x03\x04", 4);
    CHECK_EQ(dnsmsg_read(msg, size, ID + 1, "broker.test", 11, &found), DNSMSG_IGNORED);
    CHECK_EQ(read_as("broker.tesu"), DNSMSG_IGNORED);
    CHECK_EQ(read_as("broker"), DNSMSG_IGNORED);
    CHECK_EQ(read_as("broker.test.test"), DNSMSG_IGNORED);
    CHECK_EQ(read_as("xbroker.test"), DNSMSG_IGNORED);
    static const struct {
        size_t at;
        uint8_t mask;
    } spoilt[] = {{2, 0x80}, {2, 0x08}, {5, 0x01}, {5, 0x02}, {26, 0x02}, {28, 0x02}};
    for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); ++i) {
        msg[spoilt[i].at] ^= spoilt[i].mask;
        CHECK_EQ(read_as("broker.test"), DNSMSG_IGNORED);
        msg[spoilt[i].at] ^= spoilt[i].mask;
    }
    CHECK_EQ(read_as("broker.test"), DNSMSG_FOUND);
}

static void every_cut_is_noticed(void) {
    begin(0, 2);
    record(QUESTION, 2, 1, "\x01\x02\x03\x04", 4);
    record(QUESTION, 2, 1, "\x01\x02\x03\x05", 4);
    const size_t whole = size;
    for (size = 0; size < whole; ++size) {
        CHECK_EQ(read_as("broker.test"), DNSMSG_IGNORED);
    }
    CHECK_EQ(read_as("broker.test"), DNSMSG_FOUND);
}

// RFC 2181, section 9: the records of a truncated answer may be used if they are enough.
static void truncated_with_and_without_an_address(void) {
    begin(0, 2);
    msg[2] |= 2;
    CHECK_EQ(read_as("broker.test"), DNSMSG_FAILED);
    record(QUESTION, 2, 1, "\x01\x02\x03\x04", 4);
    CHECK_EQ(read_as("broker.test"), DNSMSG_FOUND);
    CHECK_EQ(found.count, 1);
    add(QUESTION "\0", 3);
    CHECK_EQ(read_as("broker.test"), DNSMSG_FOUND);
}

static void pointers_in_circles_end(void) {
    begin(0, 1);
    const uint8_t own = (uint8_t)size;
    const char self[2] = {(char)0xc0, (char)own};
    record(self, 2, 1, "\x01\x02\x03\x04", 4);
    CHECK_EQ(read_as("broker.test"), DNSMSG_NO_ADDRESS);
    begin(0, 1);
    record("\xff\xff", 2, 1, "\x01\x02\x03\x04", 4);  // beyond the end
    CHECK_EQ(read_as("broker.test"), DNSMSG_NO_ADDRESS);
    begin(0, 1);
    record("\x80\x0c", 2, 1, "\x01\x02\x03\x04", 4);  // neither a label nor a pointer
    CHECK_EQ(read_as("broker.test"), DNSMSG_IGNORED);
}

static void flag_of_multicast_dns_is_no_class(void) {
    begin(0, 1);
    record(QUESTION, 2, 1, "\x01\x02\x03\x04", 4);
    msg[size - 12] = 0x80;  // of the record's class
    CHECK_EQ(read_as("broker.test"), DNSMSG_FOUND);
    msg[size - 11] = 3;
    CHECK_EQ(read_as("broker.test"), DNSMSG_NO_ADDRESS);
}

const test_t dnsmsg_tests[] = {
    { "a_question_byte_by_byte", a_question_byte_by_byte },
    { "one_address", one_address },
    { "four_of_five_addresses_in_their_order", four_of_five_addresses_in_their_order },
    { "aliases_in_any_order", aliases_in_any_order },
    { "addresses_of_others_do_not_count", addresses_of_others_do_not_count },
    { "an_alias_of_itself_ends", an_alias_of_itself_ends },
    { "refusals_told_apart", refusals_told_apart },
    { "a_refusal_need_not_repeat_the_question", a_refusal_need_not_repeat_the_question },
    { "what_is_no_answer_to_this", what_is_no_answer_to_this },
    { "every_cut_is_noticed", every_cut_is_noticed },
    { "truncated_with_and_without_an_address", truncated_with_and_without_an_address },
    { "pointers_in_circles_end", pointers_in_circles_end },
    { "flag_of_multicast_dns_is_no_class", flag_of_multicast_dns_is_no_class },
    { NULL, NULL },
};
