// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Counts of resources that a chip takes from ESP-IDF's heap. The module _board returns them.

#include <stdatomic.h>

#include "board.h"

static atomic_int counts[BOARD_COUNTS];

void board_count(board_count_t what, int change) {
    atomic_fetch_add(&counts[what], change);
}

int board_counted(board_count_t what) {
    return atomic_load(&counts[what]);
}
