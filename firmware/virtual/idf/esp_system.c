// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Restart, sleep, clock frequency, random numbers.

#include <stdlib.h>
#include <sys/random.h>

#include "board.h"
#include "driver/gpio.h"
#include "esp_pm.h"
#include "esp_random.h"
#include "esp_sleep.h"
#include "esp_system.h"

#define CPU_MHZ_DEFAULT (160)

static int cpu_mhz = CPU_MHZ_DEFAULT;
static int64_t sleep_us = -1; // negative: the timer is no wake-up source
static bool light_slept; // since the last reset

esp_reset_reason_t esp_reset_reason(void) {
    return (esp_reset_reason_t)board_retained->reset_reason;
}

void esp_restart(void) {
    board_reset(ESP_RST_SW);
}

uint32_t esp_rom_get_cpu_ticks_per_us(void) {
    return (uint32_t)cpu_mhz;
}

esp_err_t esp_pm_configure(const void *config) {
    cpu_mhz = ((const esp_pm_config_t *)config)->max_freq_mhz;
    return ESP_OK;
}

esp_err_t esp_sleep_disable_wakeup_source(esp_sleep_source_t source) {
    if (source == ESP_SLEEP_WAKEUP_ALL || source == ESP_SLEEP_WAKEUP_TIMER) {
        sleep_us = -1;
    }
    return ESP_OK;
}

esp_err_t esp_sleep_enable_timer_wakeup(uint64_t time_in_us) {
    sleep_us = time_in_us > INT64_MAX ? INT64_MAX : (int64_t)time_in_us;
    return ESP_OK;
}

esp_err_t gpio_sleep_set_direction(gpio_num_t pin, gpio_mode_t mode) {
    (void)pin;
    (void)mode;
    return ESP_ERR_NOT_SUPPORTED;
}

esp_err_t gpio_wakeup_enable(gpio_num_t pin, gpio_int_type_t type) {
    (void)pin;
    (void)type;
    return ESP_ERR_NOT_SUPPORTED;
}

esp_err_t esp_sleep_enable_gpio_wakeup(void) {
    return ESP_ERR_NOT_SUPPORTED;
}

// Of a sleep before the last reset, too, a chip says nothing.
esp_sleep_wakeup_cause_t esp_sleep_get_wakeup_cause(void) {
    return light_slept || esp_reset_reason() == ESP_RST_DEEPSLEEP
        ? (esp_sleep_wakeup_cause_t)board_retained->wakeup_cause : ESP_SLEEP_WAKEUP_UNDEFINED;
}

esp_err_t esp_light_sleep_start(void) {
    if (sleep_us < 0) {
        return ESP_ERR_INVALID_STATE;
    }
    board_sleep_us(sleep_us);
    board_retained->wakeup_cause = ESP_SLEEP_WAKEUP_TIMER;
    light_slept = true;
    return ESP_OK;
}

void esp_deep_sleep_start(void) {
    // The next image of the process sleeps, so that radios, timers and sockets are gone at once.
    int64_t now = board_monotonic_us();
    bool forever = sleep_us < 0 || sleep_us > INT64_MAX - now;
    board_retained->wake_at_us = forever ? INT64_MAX : now + sleep_us;
    board_retained->wakeup_cause = ESP_SLEEP_WAKEUP_TIMER;
    board_reset(ESP_RST_DEEPSLEEP);
}

void esp_fill_random(void *buf, size_t len) {
    uint8_t *p = buf;
    while (len > 0) {
        ssize_t n = getrandom(p, len, 0);
        if (n < 0) {
            abort(); // the kernel refuses only for a bad address
        }
        p += n;
        len -= (size_t)n;
    }
}

uint32_t esp_random(void) {
    uint32_t r;
    esp_fill_random(&r, sizeof(r));
    return r;
}
