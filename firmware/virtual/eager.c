// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The eager scheduler (--eager) makes scheduled functions run at many of the points where the VM
// may run them.
//
// A chip takes a thousand times as long for a bytecode as a PC, so its timers expire in the middle
// of a line of Python. Here the one-shot timers of the user module fire before they are due, and a
// step is asked for, as other threads may do at any moment. The module must cope with both: it
// checks the time when it is called. The user's own timers (machine.Timer) are not affected.

#include "py/mphal.h"
#include "py/runtime.h"

#include "board.h"

// Of the user module; not defined in a board without it.
void connectwith_wake(void) __attribute__((weak));

static const char *const names[] = { "connectwith", "cw alarm" };

void board_eager_point(void) {
    // The distance between two points is random, so that each point of a short loop is used. The
    // sequence is the same at each start.
    static unsigned int left;
    static uint32_t chance = 1;
    // Not inside a scheduled function: a function that is scheduled there runs directly after it,
    // endlessly.
    if (MP_STATE_VM(sched_state) < 0 || (left > 1 && --left > 0)) {
        return;
    }
    chance = chance * 1664525 + 1013904223; // Numerical Recipes, 7.1
    left = 1 + (chance >> 16) % board_options.eager;
    for (size_t i = 0; i < MP_ARRAY_SIZE(names); i++) {
        board_timer_fire_early(names[i]);
    }
    if (connectwith_wake != NULL) {
        connectwith_wake();
    }
}
