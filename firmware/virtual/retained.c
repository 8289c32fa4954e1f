// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// State that survives a hard reset, in shared memory. The next image of the process finds it by
// its file descriptor, whose number is in the environment.

#define _GNU_SOURCE // memfd_create
#include <err.h>
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

// The section must not be empty: otherwise the linker would not define the symbols.
RTC_NOINIT_ATTR static uint32_t rtc_anchor __attribute__((used));

board_retained_t *board_retained;

static bool attach(int fd, bool fresh) {
    void *p = mmap(NULL, sizeof(board_retained_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) {
        err(1, "retained memory");
    }
    board_retained = p;
    return fresh || board_retained->magic == RETAINED_MAGIC;
}

static void power_on(void) {
    int fd = memfd_create("retained", 0); // inherited by the next image on purpose
    if (fd < 0 || ftruncate(fd, sizeof(board_retained_t)) != 0) {
        err(1, "retained memory");
    }
    attach(fd, true);
    char text[16];
    snprintf(text, sizeof(text), "%d", fd);
    if (setenv(RETAINED_ENV, text, 1) != 0) {
        err(1, "environment");
    }
    board_retained->magic = RETAINED_MAGIC;
    board_retained->reset_reason = ESP_RST_POWERON;
    for (int i = 0; i < BOARD_UARTS; i++) {
        board_retained->line[i] = (board_line_t) { -1, -1 };
    }
}

static size_t rtc_bytes(void) {
    return (size_t)(__stop_rtc_retained - __start_rtc_retained);
}

static void restore_rtc(void) {
    if (board_retained->rtc_bytes == rtc_bytes()) {
        memcpy(__start_rtc_retained, board_retained->rtc, rtc_bytes());
    }
}

void board_retained_save_rtc(void) {
    if (rtc_bytes() <= sizeof(board_retained->rtc)) {
        memcpy(board_retained->rtc, __start_rtc_retained, rtc_bytes());
        board_retained->rtc_bytes = rtc_bytes();
    }
}

void board_retained_lose_rtc(void) {
    memset(board_retained->rtc, 0xa5, sizeof(board_retained->rtc));
    memset(__start_rtc_retained, 0xa5, rtc_bytes());
    board_retained->reset_reason = ESP_RST_POWERON;
    board_reset_clock();
}

bool board_retained_open(void) {
    const char *text = getenv(RETAINED_ENV);
    if (text == NULL || !attach(atoi(text), false)) {
        power_on();
        return true;
    }
    restore_rtc();
    return false;
}
