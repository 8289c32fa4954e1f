// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The core tests as a program of the host.

#include <stdio.h>

#include "harness.h"

static void print(const char *text) {
    fputs(text, stdout);
}

int main(void) {
    return harness_run(print) == 0 ? 0 : 1;
}
