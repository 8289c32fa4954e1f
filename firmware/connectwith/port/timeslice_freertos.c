// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/timeslice_freertos.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"

// The worker has Python's priority. FreeRTOS schedules tasks of equal priority round-robin, and a
// time slice lasts until the next tick: 10 ms with CONFIG_FREERTOS_HZ=100. A slice also ends when
// a task of a higher priority has run, because FreeRTOS then selects the next task of its list and
// not the one that was preempted (taskSELECT_HIGHEST_PRIORITY_TASK in FreeRTOS-Kernel/tasks.c of
// ESP-IDF). So a timer whose callback runs in esp_timer's task is enough to shorten the slices.
// Both tasks get equal shares. The worker gets all of the core while Python sleeps. With a
// priority below Python's it would not: it would share the core with the idle task, which waits
// for the next interrupt.

// Python may be delayed by 4 ms at most, and may wait for three slices. Two workers at once take
// two slices. Another timer, or the tick, may end a slice of Python in the middle of a step, which
// adds one. The period is not a whole number of milliseconds: another timer with the same period
// could cut short each slice of one of the two tasks.
#define SLICE_US (1100)

enum { TIMER_NONE, TIMER_BEING_MADE, TIMER_MADE };

static atomic_int timer_state;
static esp_timer_handle_t timer;
static atomic_uint computing;

static void end_slice(void *unused) {
    (void)unused;
    if (atomic_load(&computing) != 0) {
        return;
    }
    esp_timer_stop(timer);
    // timeslice_begin() may have been called just before, and have found the timer running.
    if (atomic_load(&computing) != 0) {
        esp_timer_start_periodic(timer, SLICE_US);
    }
}

// Made once and kept. Without memory for it a slice lasts a tick.
static void make_timer(void) {
    int expected = TIMER_NONE;
    if (!atomic_compare_exchange_strong(&timer_state, &expected, TIMER_BEING_MADE)) {
        return;
    }
    const esp_timer_create_args_t args = {
        .callback = end_slice,
        .name = "cw slices",
        .skip_unhandled_events = true,
    };
    const bool made = esp_timer_create(&args, &timer) == ESP_OK;
    atomic_store(&timer_state, made ? TIMER_MADE : TIMER_NONE);
}

void timeslice_begin(void) {
    if (portNUM_PROCESSORS > 1) {
        return;
    }
    atomic_fetch_add(&computing, 1);
    make_timer();
    if (atomic_load(&timer_state) == TIMER_MADE) {
        esp_timer_start_periodic(timer, SLICE_US); // fails if it runs already
    }
}

// The timer stops itself one period later, because a wait for the peer is often shorter than that.
void timeslice_end(void) {
    if (portNUM_PROCESSORS > 1) {
        return;
    }
    atomic_fetch_sub(&computing, 1);
}
