// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/turns_freertos.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"

// The worker has Python's priority. FreeRTOS lets tasks of one priority take turns, and a turn
// lasts until the next tick: 10 ms with CONFIG_FREERTOS_HZ=100. It also ends when a task of a
// higher priority has run, because FreeRTOS then chooses the next task of its list and not the one
// that was interrupted (taskSELECT_HIGHEST_PRIORITY_TASK in FreeRTOS-Kernel/tasks.c of ESP-IDF). So
// a timer whose callback runs in esp_timer's task is all that it takes. The shares stay equal, and
// the worker still gets all of the core while Python sleeps, which it would not below Python's
// priority: there it would take turns with the idle task, which waits for the next interrupt.

// 4 ms is the most that Python may stand still, and it may wait for three turns: for two with two
// workers at once; or because another timer, or the tick, ends one of its turns in the middle of a
// step, and one more. Not a whole number of milliseconds: with another timer of the same period,
// each turn of one of the two tasks could be cut short.
#define TURN_US (1100)

enum { TIMER_NONE, TIMER_BEING_MADE, TIMER_MADE };

static atomic_int timer_state;
static esp_timer_handle_t timer;
static atomic_uint computing;

static void end_of_turn(void *unused) {
    (void)unused;
    if (atomic_load(&computing) != 0) {
        return;
    }
    esp_timer_stop(timer);
    // Somebody may have begun just before, and have found the timer running.
    if (atomic_load(&computing) != 0) {
        esp_timer_start_periodic(timer, TURN_US);
    }
}

// Once, for good. Without memory for it turns stay as long as a tick.
static void make_timer(void) {
    int expected = TIMER_NONE;
    if (!atomic_compare_exchange_strong(&timer_state, &expected, TIMER_BEING_MADE)) {
        return;
    }
    const esp_timer_create_args_t args = {
        .callback = end_of_turn,
        .name = "cw turns",
        .skip_unhandled_events = true,
    };
    const bool made = esp_timer_create(&args, &timer) == ESP_OK;
    atomic_store(&timer_state, made ? TIMER_MADE : TIMER_NONE);
}

void turns_begin(void) {
    if (portNUM_PROCESSORS > 1) {
        return;
    }
    atomic_fetch_add(&computing, 1);
    make_timer();
    if (atomic_load(&timer_state) == TIMER_MADE) {
        esp_timer_start_periodic(timer, TURN_US); // refused if it runs already
    }
}

// The timer stops itself, a turn later: waiting for the peer is often shorter than that.
void turns_end(void) {
    if (portNUM_PROCESSORS > 1) {
        return;
    }
    atomic_fetch_sub(&computing, 1);
}
