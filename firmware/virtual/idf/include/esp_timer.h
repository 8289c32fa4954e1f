// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// One-shot and periodic timers, whose callbacks run one after another in a single thread.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "esp_err.h"

typedef struct esp_timer *esp_timer_handle_t;
typedef void (*esp_timer_cb_t)(void *arg);

typedef enum {
    ESP_TIMER_TASK,
} esp_timer_dispatch_t;

typedef struct {
    esp_timer_cb_t callback;
    void *arg;
    esp_timer_dispatch_t dispatch_method;
    const char *name;
    bool skip_unhandled_events;
} esp_timer_create_args_t;

// Microseconds since the last reset.
int64_t esp_timer_get_time(void);

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *out);

// ESP_ERR_INVALID_STATE when the timer is already running.
esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t timeout_us);
esp_err_t esp_timer_start_periodic(esp_timer_handle_t timer, uint64_t period_us);

// ESP_ERR_INVALID_STATE when the timer is not running. The callback may be running still when
// this returns, unless it is the callback that stops its own timer.
esp_err_t esp_timer_stop(esp_timer_handle_t timer);

// Frees a stopped timer; ESP_ERR_INVALID_STATE when it runs. Waits for a callback of this timer
// that is being executed, except inside that callback.
esp_err_t esp_timer_delete(esp_timer_handle_t timer);

bool esp_timer_is_active(esp_timer_handle_t timer);
