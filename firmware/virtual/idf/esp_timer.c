// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Timers on one thread. The list is sorted by expiry. A callback runs without the lock, so it may
// start, stop and delete timers, its own included.

#define _GNU_SOURCE // pthread_cond_clockwait, pthread_setname_np
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "esp_timer.h"

struct esp_timer {
    esp_timer_cb_t callback;
    void *arg;
    const char *name;
    bool skip_unhandled_events;
    bool active;
    int64_t expiry_us;  // on the monotonic clock
    int64_t period_us;  // 0: one-shot
    struct esp_timer *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;  // the head of the list
static pthread_cond_t finished = PTHREAD_COND_INITIALIZER; // a callback has returned
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_t thread;
static int64_t boot_us;
static struct esp_timer *head;
static struct esp_timer *running; // whose callback is being executed; freed if deleted_inside
static bool deleted_inside;

__attribute__((constructor)) static void boot_time_init(void) {
    boot_us = board_monotonic_us();
}

int64_t esp_timer_get_time(void) {
    return board_monotonic_us() - boot_us;
}

static void insert(struct esp_timer *t) {
    struct esp_timer **p = &head;
    while (*p != NULL && (*p)->expiry_us <= t->expiry_us) {
        p = &(*p)->next;
    }
    t->next = *p;
    *p = t;
    t->active = true;
    if (head == t) {
        pthread_cond_signal(&changed);
    }
}

static void unlink_timer(struct esp_timer *t) {
    for (struct esp_timer **p = &head; *p != NULL; p = &(*p)->next) {
        if (*p == t) {
            *p = t->next;
            break;
        }
    }
    t->active = false;
}

// Removes the expired head of the list, starts it again if it is periodic, and runs its callback.
static void run_head(int64_t now) {
    struct esp_timer *t = head;
    unlink_timer(t);
    if (t->period_us > 0) {
        t->expiry_us += t->period_us;
        if (t->skip_unhandled_events && t->expiry_us <= now) {
            t->expiry_us += (now - t->expiry_us) / t->period_us * t->period_us + t->period_us;
        }
        insert(t);
    }
    running = t;
    deleted_inside = false;
    pthread_mutex_unlock(&lock);
    t->callback(t->arg);
    pthread_mutex_lock(&lock);
    if (deleted_inside) {
        free(t);
    }
    running = NULL;
    pthread_cond_broadcast(&finished);
}

static void *timer_thread(void *arg) {
    (void)arg;
    bool ran = false;
    pthread_mutex_lock(&lock);
    for (;;) {
        int64_t now = board_monotonic_us();
        bool due = head != NULL && head->expiry_us <= now;
        if (ran && !due) {
            ran = false;
            pthread_mutex_unlock(&lock);
            board_core_next();
            pthread_mutex_lock(&lock);
        } else if (head == NULL) {
            pthread_cond_wait(&changed, &lock);
        } else if (!due) {
            struct timespec end = board_timespec(head->expiry_us);
            pthread_cond_clockwait(&changed, &lock, CLOCK_MONOTONIC, &end);
        } else {
            run_head(now);
            ran = true;
        }
    }
    return NULL;
}

static void start_thread(void) {
    if (pthread_create(&thread, NULL, timer_thread, NULL) != 0) {
        abort();
    }
    pthread_setname_np(thread, "esp_timer");
    pthread_detach(thread);
}

void board_timer_fire_early(const char *name) {
    pthread_mutex_lock(&lock);
    struct esp_timer *t = head;
    while (t != NULL && (t->period_us > 0 || t->name == NULL || strcmp(t->name, name) != 0)) {
        t = t->next;
    }
    if (t != NULL) {
        unlink_timer(t);
    }
    pthread_mutex_unlock(&lock);
    if (t != NULL) {
        t->callback(t->arg);
    }
}

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *out) {
    if (args == NULL || args->callback == NULL || out == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    pthread_once(&once, start_thread);
    struct esp_timer *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        return ESP_ERR_NO_MEM;
    }
    t->callback = args->callback;
    t->arg = args->arg;
    t->name = args->name;
    t->skip_unhandled_events = args->skip_unhandled_events;
    board_count(BOARD_COUNT_TIMERS, 1);
    *out = t;
    return ESP_OK;
}

static esp_err_t start(struct esp_timer *t, uint64_t timeout_us, uint64_t period_us) {
    if (t == NULL || timeout_us > INT64_MAX / 2) {
        return ESP_ERR_INVALID_ARG;
    }
    esp_err_t err = ESP_ERR_INVALID_STATE;
    pthread_mutex_lock(&lock);
    if (!t->active) {
        t->expiry_us = board_monotonic_us() + (int64_t)timeout_us;
        t->period_us = (int64_t)period_us;
        insert(t);
        err = ESP_OK;
    }
    pthread_mutex_unlock(&lock);
    return err;
}

esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t timeout_us) {
    return start(timer, timeout_us, 0);
}

esp_err_t esp_timer_start_periodic(esp_timer_handle_t timer, uint64_t period_us) {
    // ESP-IDF's shortest period; less would leave the thread no time for other timers.
    const uint64_t period_min_us = 50;
    return start(timer, period_us, period_us < period_min_us ? period_min_us : period_us);
}

esp_err_t esp_timer_stop(esp_timer_handle_t timer) {
    if (timer == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    pthread_mutex_lock(&lock);
    esp_err_t err = timer->active ? ESP_OK : ESP_ERR_INVALID_STATE;
    if (timer->active) {
        unlink_timer(timer);
    }
    pthread_mutex_unlock(&lock);
    return err;
}

esp_err_t esp_timer_delete(esp_timer_handle_t timer) {
    if (timer == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    pthread_mutex_lock(&lock);
    while (!timer->active && running == timer && !pthread_equal(pthread_self(), thread)) {
        pthread_cond_wait(&finished, &lock);
    }
    if (timer->active) {
        pthread_mutex_unlock(&lock);
        return ESP_ERR_INVALID_STATE;
    }
    board_count(BOARD_COUNT_TIMERS, -1);
    if (running == timer) {
        deleted_inside = true;
    } else {
        free(timer);
    }
    pthread_mutex_unlock(&lock);
    return ESP_OK;
}

bool esp_timer_is_active(esp_timer_handle_t timer) {
    pthread_mutex_lock(&lock);
    bool active = timer != NULL && timer->active;
    pthread_mutex_unlock(&lock);
    return active;
}
