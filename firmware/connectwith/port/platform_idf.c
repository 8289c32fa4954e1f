// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The platform on ESP-IDF, and on the virtual board's stand-in for it.

#include "esp_attr.h"
#include "esp_netif.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "lwip/tcpip.h"

#include "py/mphal.h"

#include "connectwith/port/platform.h"

// The delay for 0 ms. The Python thread leaves the scheduler and runs some of the user's code
// meanwhile. Ten of these delays are still not noticed.
#define YIELD_US (250)

typedef struct {
    esp_timer_handle_t handle;
    platform_wake_fn_t fn;
} one_shot_t;

static one_shot_t wake_timer;
static one_shot_t alarm_timer;

static void on_timer(void *timer) {
    ((one_shot_t *)timer)->fn();
}

static bool init(one_shot_t *timer, platform_wake_fn_t fn, const char *name) {
    if (timer->handle != NULL) {
        // The timer survives a soft reset, and may be calling the function at this moment.
        return fn == timer->fn;
    }
    timer->fn = fn;
    const esp_timer_create_args_t args = { .callback = on_timer, .arg = timer, .name = name };
    return esp_timer_create(&args, &timer->handle) == ESP_OK;
}

static void start(const one_shot_t *timer, uint32_t delay_ms) {
    esp_timer_stop(timer->handle); // fails if it does not run
    esp_timer_start_once(timer->handle, delay_ms == 0 ? YIELD_US : (uint64_t)delay_ms * 1000);
}

bool platform_wake_init(platform_wake_fn_t wake) {
    return init(&wake_timer, wake, "connectwith");
}

void platform_wake_in(uint32_t delay_ms) {
    start(&wake_timer, delay_ms);
}

void platform_wake_cancel(void) {
    esp_timer_stop(wake_timer.handle);
}

bool platform_alarm_init(platform_wake_fn_t alarm) {
    return init(&alarm_timer, alarm, "cw alarm");
}

void platform_alarm_in(uint32_t delay_ms) {
    start(&alarm_timer, delay_ms);
}

void platform_alarm_cancel(void) {
    esp_timer_stop(alarm_timer.handle);
}

void platform_notify(void) {
    mp_hal_wake_main_task();
}

void platform_random_bytes(void *buf, size_t len) {
    esp_fill_random(buf, len);
}

// It may be called more than once, as MicroPython's own modules do.
bool platform_start_tcpip(void) {
    return esp_netif_init() == ESP_OK;
}

bool platform_run_in_tcpip(platform_tcpip_fn_t fn, void *arg) {
    return platform_start_tcpip() && tcpip_try_callback(fn, arg) == ERR_OK;
}

// ESP-IDF keeps this memory and the clock over the same resets. After EN, which it reports as
// power-on (an emulator may report EXT), the memory may hold noise.
clock_record_t *platform_clock_record(void) {
    RTC_NOINIT_ATTR static clock_record_t record;
    static bool looked;
    if (!looked) {
        const esp_reset_reason_t reason = esp_reset_reason();
        if (reason == ESP_RST_POWERON || reason == ESP_RST_EXT) {
            clock_record_set(&record, CLOCK_UNSET);
        }
        looked = true;
    }
    return &record;
}

platform_kept_t *platform_kept(void) {
    RTC_NOINIT_ATTR static platform_kept_t kept;
    return &kept;
}
