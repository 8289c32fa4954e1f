// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// MicroPython's hardware abstraction: time, waiting, ESP-IDF errors. ports/esp32/mphalport.c
// cannot be compiled here: its types are those of a 32-bit chip.

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objstr.h"
#include "py/runtime.h"

#include "board.h"
#include "esp_err.h"
#include "esp_random.h"
#include "esp_timer.h"

TaskHandle_t mp_main_task_handle;

void mp_hal_wake_main_task(void) {
    if (mp_main_task_handle != NULL) {
        xTaskNotifyGive(mp_main_task_handle);
    }
}

void mp_hal_wake_main_task_from_isr(void) {
    mp_hal_wake_main_task();
}

static bool vm_has_work(void) {
    board_irq_lock();
    bool work = MP_STATE_VM(sched_state) == MP_SCHED_PENDING
        || MP_STATE_THREAD(mp_pending_exception) != MP_OBJ_NULL;
    board_irq_unlock();
    return work;
}

void board_wait_us(int64_t timeout_us) {
    // There may be one notification for several scheduled callbacks, and mp_handle_pending() runs
    // one at a time.
    if (!vm_has_work()) {
        board_task_notify_take_us(timeout_us);
    }
}

void board_poll_events(void) {
    mp_handle_pending(true);
    board_wait_us(1000);
}

mp_uint_t mp_hal_ticks_us(void) {
    return (uint32_t)esp_timer_get_time();
}

mp_uint_t mp_hal_ticks_ms(void) {
    return (uint32_t)(esp_timer_get_time() / 1000);
}

// CPU cycles, at the 160 MHz that machine.freq() reports.
mp_uint_t mp_hal_ticks_cpu(void) {
    return (uint32_t)(esp_timer_get_time() * 160);
}

uint64_t mp_hal_time_ns(void) {
    return (uint64_t)board_wall_us() * 1000;
}

void mp_hal_get_random(size_t n, uint8_t *buf) {
    esp_fill_random(buf, n);
}

void mp_hal_delay_ms(mp_uint_t ms) {
    int64_t end = esp_timer_get_time() + (int64_t)ms * 1000;
    for (;;) {
        mp_handle_pending(true);
        int64_t left = end - esp_timer_get_time();
        if (left <= 0) {
            return;
        }
        board_wait_us(left);
    }
}

void mp_hal_delay_us(mp_uint_t us) {
    // Short delays are for signals on pins and must be exact, so this does not sleep, and runs no
    // callbacks near the end.
    const int64_t callback_room_us = 150;
    int64_t end = esp_timer_get_time() + (int64_t)us;
    for (;;) {
        int64_t left = end - esp_timer_get_time();
        if (left <= 0) {
            return;
        }
        if (left > callback_room_us) {
            mp_handle_pending(true);
        }
    }
}

// Raises the same exception as ESP32's port: OSError(code, name). Three codes are mapped to an
// errno.
void check_esp_err_(esp_err_t code) {
    if (code == ESP_OK) {
        return;
    }
    mp_int_t number = -code;
    if (code == ESP_ERR_NO_MEM) {
        number = MP_ENOMEM;
    } else if (code == ESP_ERR_TIMEOUT) {
        number = MP_ETIMEDOUT;
    } else if (code == ESP_ERR_NOT_SUPPORTED) {
        number = MP_EOPNOTSUPP;
    }
    const char *name = esp_err_to_name(code);
    mp_obj_t args[2] = { MP_OBJ_NEW_SMALL_INT(number), mp_obj_new_str(name, strlen(name)) };
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, 2, 0, args));
}
