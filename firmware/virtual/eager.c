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
    static unsigned int points;
    // In a scheduled function: what is scheduled now would run straight after it, for ever.
    if (MP_STATE_VM(sched_state) < 0 || ++points < board_options.eager) {
        return;
    }
    points = 0;
    for (size_t i = 0; i < MP_ARRAY_SIZE(early); i++) {
        board_timer_fire_early(early[i]);
    }
    if (connectwith_wake != NULL) {
        connectwith_wake();
    }
}
