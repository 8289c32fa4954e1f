// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Hard reset. The process replaces its own image, so that all threads, sockets and memory are
// gone as after a reset of the chip, while its pid, its serial lines and the state that lives in
// the RTC domain stay.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "board.h"
#include "esp_attr.h"
#include "esp_system.h"

#define RETAINED_ENV "VIRTUAL_BOARD_RETAINED"
#define RETAINED_MAGIC (0x56424f41)

// Bounds of the section that RTC_NOINIT_ATTR names; the linker makes the symbols.
extern uint8_t __start_rtc_retained[];
extern uint8_t __stop_rtc_retained[];

// Keeps the section from being empty, in which case the linker would not make them.
RTC_NOINIT_ATTR static uint32_t rtc_anchor __attribute__((used));

board_retained_t *board_retained;
static char **saved_argv;

void board_lose_clock(void) {
    board_retained->clock_offset_us = -board_monotonic_us();
}

static _Noreturn void die(const char *what) {
    fprintf(stderr, "virtual-board: %s: %s\n", what, strerror(errno));
    _exit(1);
}

static bool attach(int fd, bool fresh) {
    void *p = mmap(NULL, sizeof(board_retained_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) {
        die("retained memory");
    }
    board_retained = p;
    return fresh || board_retained->magic == RETAINED_MAGIC;
}

static void power_on(void) {
    int fd = memfd_create("retained", 0); // inherited by the next image on purpose
    if (fd < 0 || ftruncate(fd, sizeof(board_retained_t)) != 0) {
        die("retained memory");
    }
    attach(fd, true);
    char text[16];
    snprintf(text, sizeof(text), "%d", fd);
    if (setenv(RETAINED_ENV, text, 1) != 0) {
        die("environment");
    }
    board_retained->magic = RETAINED_MAGIC;
    board_retained->reset_reason = ESP_RST_POWERON;
    board_lose_clock();
    for (int i = 0; i < BOARD_UARTS; i++) {
        board_retained->line[i] = (board_line_t) { -1, -1 };
    }
}

bool board_retained_open(char **argv) {
    saved_argv = argv;
    const char *text = getenv(RETAINED_ENV);
    if (text == NULL || !attach(atoi(text), false)) {
        power_on();
        return true;
    }
    size_t bytes = (size_t)(__stop_rtc_retained - __start_rtc_retained);
    if (board_retained->rtc_bytes == bytes) {
        memcpy(__start_rtc_retained, board_retained->rtc, bytes);
    }
    return false;
}

// All memory goes with the process, as the chip's does with a reset, and what has leaked with it.
static void check_leaks(void) {
    if (board_check_leaks != NULL) {
        board_check_leaks();
    }
}

static void keep_open(int fd) {
    if (fd >= 0) {
        fcntl(fd, F_SETFD, 0);
    }
}

void board_reset(int reason) {
    check_leaks();
    // Nothing may change the retained state any more; the lock is never given back.
    board_irq_lock();
    size_t bytes = (size_t)(__stop_rtc_retained - __start_rtc_retained);
    if (bytes <= sizeof(board_retained->rtc)) {
        memcpy(board_retained->rtc, __start_rtc_retained, bytes);
        board_retained->rtc_bytes = bytes;
    }
    board_retained->reset_reason = reason;
    if (reason == ESP_RST_EXT) { // EN takes the power from the RTC domain, too: noise is left
        memset(board_retained->rtc, 0xa5, sizeof(board_retained->rtc));
        board_lose_clock();
    }
    for (int i = 0; i < BOARD_UARTS; i++) {
        keep_open(board_retained->line[i].fd);
        keep_open(board_retained->line[i].slave);
    }
    board_core_stop(); // a signal on its way would end the next image
    execv("/proc/self/exe", saved_argv);
    die("reset");
}

void board_power_off(int status) {
    check_leaks();
    board_lines_unlink();
    _exit(status);
}
