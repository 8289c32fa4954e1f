// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The board's clocks. The linker redirects libc's functions for the wall clock to this file
// (--wrap), because on ESP32 they use the chip's own clock: upstream's files, lwIP and mbedTLS
// must get the board's time, which is not set at power-on.

#include <errno.h>
#include <sys/time.h>
#include <time.h>

#include "board.h"
#include "py/mpconfig.h"
#include "shared/timeutils/timeutils.h"

#define US_PER_S (1000000)

int64_t board_monotonic_us(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

struct timespec board_timespec(int64_t us) {
    return (struct timespec) { us / US_PER_S, us % US_PER_S * 1000 };
}

void board_sleep_us(int64_t us) {
    struct timespec ts = board_timespec(us);
    while (nanosleep(&ts, &ts) != 0) {
    }
}

int64_t board_wall_us(void) {
    board_irq_lock();
    int64_t offset = board_retained->clock_offset_us;
    board_irq_unlock();
    return board_monotonic_us() + offset;
}

static void set_wall_us(int64_t us) {
    board_irq_lock();
    board_retained->clock_offset_us = us - board_monotonic_us();
    board_irq_unlock();
}

void board_reset_clock(void) {
    set_wall_us(0);
}

int __wrap_gettimeofday(struct timeval *tv, void *tz);
int __wrap_settimeofday(const struct timeval *tv, const void *tz);
time_t __wrap_time(time_t *t);

int __wrap_gettimeofday(struct timeval *tv, void *tz) {
    (void)tz;
    int64_t us = board_wall_us();
    tv->tv_sec = us / US_PER_S;
    tv->tv_usec = us % US_PER_S;
    if (tv->tv_usec < 0) { // before the epoch
        tv->tv_usec += US_PER_S;
        tv->tv_sec -= 1;
    }
    return 0;
}

int __wrap_settimeofday(const struct timeval *tv, const void *tz) {
    (void)tz;
    if (tv->tv_usec < 0 || tv->tv_usec >= US_PER_S) {
        errno = EINVAL;
        return -1;
    }
    set_wall_us((int64_t)tv->tv_sec * US_PER_S + tv->tv_usec);
    return 0;
}

// Only mbedTLS calls time(), for the dates in certificates, and it counts from 1970. ESP32's
// main.c gives it the same sum through mbedtls_platform_set_time().
time_t __wrap_time(time_t *t) {
    time_t now = (time_t)(board_wall_us() / US_PER_S) + TIMEUTILS_SECONDS_1970_TO_2000;
    if (t != NULL) {
        *t = now;
    }
    return now;
}
