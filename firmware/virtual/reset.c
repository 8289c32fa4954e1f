// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Hard reset. The process replaces its own image, so all threads, sockets and memory are lost as
// after a reset of the chip. Its pid, its serial lines and the state of the RTC domain are kept.

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "board.h"
#include "esp_system.h"

static char **saved_argv;

void board_reset_by(char **argv) {
    saved_argv = argv;
}

// Called before the memory is lost with the image of the process.
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
    // From now on nothing may change the retained state, so the lock is not released.
    board_irq_lock();
    board_retained_save_rtc();
    board_retained->reset_reason = reason;
    if (reason == ESP_RST_EXT) {
        board_retained_lose_rtc();
    }
    for (int i = 0; i < BOARD_UARTS; i++) {
        keep_open(board_retained->line[i].fd);
        keep_open(board_retained->line[i].slave);
    }
    board_core_stop(); // a pending signal would end the next image
    execv("/proc/self/exe", saved_argv);
    perror("virtual-board: reset");
    _exit(1);
}

void board_power_off(int status) {
    check_leaks();
    board_lines_unlink();
    _exit(status);
}
