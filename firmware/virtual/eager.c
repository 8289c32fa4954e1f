// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The eager scheduler (--eager): wherever the VM may run scheduled functions, it has some to run.
//
// A chip takes a thousand times as long for a byte code as a PC does, so that there timers are due
// in the middle of a line of Python. Here the one-shot timers of the user module fire, due or not,
// and a step is asked for, as other threads may do at any moment. Both are legal: the module looks
// at the time when it is called. Timers of the user's own (machine.Timer) stay exact.

#include "py/mphal.h"
#include "py/runtime.h"

#include "board.h"

// The user module's; absent in a board without it.
void connectwith_wake(void) __attribute__((weak));

static const char *const early[] = { "connectwith", "cw alarm" };

void board_eager_point(void) {
    // Varied, so that each point of a short loop has its turn; the same at each start.
    static unsigned int left;
    static uint32_t chance = 1;
    // In a scheduled function: what is scheduled now would run straight after it, for ever.
    if (MP_STATE_VM(sched_state) < 0 || (left > 1 && --left > 0)) {
        return;
    }
    chance = chance * 1664525 + 1013904223; // Numerical Recipes, 7.1
    left = 1 + (chance >> 16) % board_options.eager;
    for (size_t i = 0; i < MP_ARRAY_SIZE(early); i++) {
        board_timer_fire_early(early[i]);
    }
    if (connectwith_wake != NULL) {
        connectwith_wake();
    }
}
