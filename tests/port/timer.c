// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// A stand-in for the port's only timer, which tests fire, and for the number of cores.

#include <stdatomic.h>
#include <stdlib.h>

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"

#include "world.h"

struct esp_timer {
    esp_timer_cb_t callback;
    void *arg;
    atomic_bool active;
};

static struct esp_timer only;
static atomic_int cores = 2;
static atomic_bool no_timer;
static atomic_uint made, starts;

void world_cores(int count) {
    atomic_store(&cores, count);
}

int board_processors(void) {
    return atomic_load(&cores);
}

void world_no_timer(bool none) {
    atomic_store(&no_timer, none);
}

unsigned world_timers(void) {
    return atomic_load(&made);
}

unsigned world_timer_starts(void) {
    return atomic_load(&starts);
}

bool world_timer_fires(void) {
    const bool active = atomic_load(&only.active);
    if (active) {
        only.callback(only.arg);
    }
    return active;
}

int64_t esp_timer_get_time(void) {
    return (int64_t)world_now_us();
}

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *out) {
    if (atomic_load(&no_timer)) {
        return ESP_ERR_NO_MEM;
    }
    if (atomic_fetch_add(&made, 1) != 0) {
        abort();  // made once
    }
    only.callback = args->callback;
    only.arg = args->arg;
    *out = &only;
    return ESP_OK;
}

esp_err_t esp_timer_start_periodic(esp_timer_handle_t timer, uint64_t period_us) {
    if (period_us < 1000 || period_us > 1300) {
        abort();  // three slices must fit into the 4 ms that Python may be delayed
    }
    atomic_fetch_add(&starts, 1);
    return atomic_exchange(&timer->active, true) ? ESP_ERR_INVALID_STATE : ESP_OK;
}

esp_err_t esp_timer_stop(esp_timer_handle_t timer) {
    return atomic_exchange(&timer->active, false) ? ESP_OK : ESP_ERR_INVALID_STATE;
}
