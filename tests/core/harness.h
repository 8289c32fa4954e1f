// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// A small harness for C tests, which also run inside MicroPython on a machine without an operating
// system. Tests are tables of functions. A failed check prints its place, and the test goes on.

#ifndef TESTS_CORE_HARNESS_H
#define TESTS_CORE_HARNESS_H

#include <stdbool.h>

typedef struct {
    const char *name;
    void (*run)(void);
} test_t;

// One table per file of tests; the last entry has no name.
extern const test_t attempt_tests[];
extern const test_t attempt_walk_tests[];
extern const test_t backoff_tests[];
extern const test_t builddate_tests[];
extern const test_t clockrecord_tests[];
extern const test_t dnsmsg_tests[];
extern const test_t hostname_tests[];
extern const test_t jsontext_tests[];
extern const test_t keys_tests[];
extern const test_t link_tests[];
extern const test_t lookup_tests[];
extern const test_t pppscan_tests[];
extern const test_t resolve_tests[];
extern const test_t resume_tests[];
extern const test_t seal_tests[];
extern const test_t session_tests[];
extern const test_t session_terms_tests[];
extern const test_t stream_tests[];
extern const test_t timeslice_tests[];
extern const test_t utf8_tests[];

typedef void (*harness_print_t)(const char *text);

// Runs all tables, prints each failure and "N passed, N failed"; returns the number that failed.
int harness_run(harness_print_t print);

void harness_fail(const char *file, int line, const char *what, long got, long want);

#define CHECK_EQ(got, want) do { \
        long got_ = (long)(got); \
        long want_ = (long)(want); \
        if (got_ != want_) { \
            harness_fail(__FILE__, __LINE__, #got, got_, want_); \
        } \
} while (0)

#define CHECK(condition) CHECK_EQ(!!(condition), 1)

#endif
