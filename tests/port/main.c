// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The port tests as a program of the host.

#include <stdio.h>
#include <unistd.h>

#include "harness.h"
#include "world.h"

static void print(const char *text) {
    fputs(text, stdout);
    fflush(stdout);
}

// Seconds for all tests. They take about 12 on an idle machine.
#define LIMIT_S 600

int main(void) {
    alarm(LIMIT_S);  // ends a test that hangs
    world_start();
    return harness_run(print) == 0 ? 0 : 1;
}
