// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Task watchdog with one user.

#include <stddef.h>

#include "board.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"

struct esp_task_wdt_user {
    esp_timer_handle_t timer;
};

static struct esp_task_wdt_user only_user;
static uint64_t timeout_us;

static void on_timeout(void *arg) {
    (void)arg;
    board_reset(ESP_RST_TASK_WDT);
}

static esp_err_t rearm(void) {
    esp_timer_stop(only_user.timer); // fails if it does not run
    return esp_timer_start_once(only_user.timer, timeout_us);
}

esp_err_t esp_task_wdt_reconfigure(const esp_task_wdt_config_t *config) {
    timeout_us = (uint64_t)config->timeout_ms * 1000;
    return only_user.timer == NULL ? ESP_OK : rearm();
}

esp_err_t esp_task_wdt_add_user(const char *name, esp_task_wdt_user_handle_t *out) {
    (void)name;
    if (only_user.timer != NULL) {
        return ESP_ERR_NO_MEM;
    }
    const esp_timer_create_args_t args = { .callback = on_timeout, .name = "wdt" };
    esp_err_t err = esp_timer_create(&args, &only_user.timer);
    if (err != ESP_OK) {
        return err;
    }
    *out = &only_user;
    return rearm();
}

esp_err_t esp_task_wdt_reset_user(esp_task_wdt_user_handle_t user) {
    return user == &only_user && user->timer != NULL ? rearm() : ESP_ERR_INVALID_ARG;
}
