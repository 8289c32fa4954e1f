// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "harness.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static harness_print_t print_fn;
static const char *current;
static int failed_checks;

void harness_fail(const char *file, int line, const char *what, long got, long want) {
    char text[240];
    const char *name = strrchr(file, '/');
    snprintf(text, sizeof(text), "%s:%d: %s: %s is %ld, not %ld\n", name ? name + 1 : file, line,
        current, what, got, want);
    print_fn(text);
    failed_checks++;
}

int harness_run(harness_print_t print) {
    static const test_t *const tables[] = {
        #if defined(HARNESS_TABLES)
        HARNESS_TABLES  // a program of its own, for what needs more than the core
        #else
        attempt_tests, attempt_walk_tests, backoff_tests, builddate_tests, clockrecord_tests,
        dnsmsg_tests, hostname_tests, jsontext_tests, lookup_tests, pppscan_tests, resume_tests,
        utf8_tests,
        #endif
    };
    int passed = 0;
    int failed = 0;
    print_fn = print;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (const test_t *test = tables[i]; test->name != NULL; test++) {
            current = test->name;
            failed_checks = 0;
            test->run();
            if (failed_checks) {
                failed++;
            } else {
                passed++;
            }
        }
    }
    char text[60];
    snprintf(text, sizeof(text), "%d passed, %d failed\n", passed, failed);
    print(text);
    return failed;
}
