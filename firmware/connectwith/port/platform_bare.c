// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The platform on QEMU's RISC-V machine "virt" without an operating system: no network, no
// storage, no timer interrupt. It exists to run the module on 32-bit RISC-V.

#include <string.h>

#include "py/mphal.h"

#include "connectwith/port/platform.h"
#include "connectwith/port/platform_bare.h"

// The CLINT's mtime counter, 10 MHz (QEMU, hw/riscv/virt.c and hw/intc/riscv_aclint.c).
#define MTIME_LOW (*(volatile uint32_t *)0x0200bff8)
#define MTIME_HIGH (*(volatile uint32_t *)0x0200bffc)
#define MTIME_PER_MS (10000)

static uint32_t clock_offset_ms;
static platform_wake_fn_t wake_fn;
static bool armed;
static uint32_t wake_at_ms;

static uint64_t read_mtime(void) {
    uint32_t high, low;
    do {
        high = MTIME_HIGH;
        low = MTIME_LOW;
    } while (high != MTIME_HIGH);
    return (uint64_t)high << 32 | low;
}

mp_uint_t mp_hal_ticks_ms(void) {
    return (mp_uint_t)(read_mtime() / MTIME_PER_MS) + clock_offset_ms;
}

void platform_bare_set_clock(uint32_t ms) {
    clock_offset_ms += ms - mp_hal_ticks_ms();
}

bool platform_bare_poll(void) {
    if (!armed || (int32_t)(mp_hal_ticks_ms() - wake_at_ms) < 0) {
        return false;
    }
    armed = false;
    wake_fn();
    return true;
}

bool platform_wake_init(platform_wake_fn_t wake) {
    wake_fn = wake;
    return true;
}

void platform_wake_in(uint32_t delay_ms) {
    wake_at_ms = mp_hal_ticks_ms() + delay_ms;
    armed = true;
}

void platform_wake_cancel(void) {
    armed = false;
}

void platform_notify(void) {
    // Nothing sleeps here.
}

// Not fit for keys. No key is made from it: platform_secret() returns none.
static uint32_t next_random(void) {
    static uint32_t state = 1;
    state = (state ^ (uint32_t)read_mtime()) * 1664525u + 1013904223u;
    return state;
}

void platform_random_bytes(void *buf, size_t len) {
    uint8_t *bytes = buf;
    while (len--) {
        *bytes++ = (uint8_t)(next_random() >> 24);
    }
}

bool platform_start_tcpip(void) {
    return false;
}

bool platform_run_in_tcpip(platform_tcpip_fn_t fn, void *arg) {
    (void)fn;
    (void)arg;
    return false;
}

clock_record_t *platform_clock_record(void) {
    static clock_record_t record;
    return &record;
}

platform_secret_source_t platform_secret(uint8_t secret[PLATFORM_SECRET_BYTES]) {
    memset(secret, 0, PLATFORM_SECRET_BYTES);
    return PLATFORM_SECRET_NONE;
}
