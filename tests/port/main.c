// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The port tests as a program of the host.

#include <stdio.h>

#include "harness.h"
#include "world.h"

static void print(const char *text) {
    fputs(text, stdout);
    fflush(stdout);
}

int main(void) {
    world_start();
    return harness_run(print) == 0 ? 0 : 1;
}
