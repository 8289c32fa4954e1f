// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Serial lines. Each UART of the board is a pty with a link in the board's directory, or an
// existing tty. A line is opened once, at power-on, and stays open over resets, as a cable does.

#define _GNU_SOURCE // ptsname_r
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "board.h"

static const char *const link_names[BOARD_UARTS] = { "console", "uart1", "uart2" };

static void link_path(int uart, char *out, size_t size) {
    if (snprintf(out, size, "%s/%s", board_options.dir, link_names[uart]) >= (int)size) {
        errx(1, "%s: path too long", board_options.dir);
    }
}

static int set_raw(int fd) {
    struct termios t;
    if (tcgetattr(fd, &t) != 0) {
        return -1;
    }
    cfmakeraw(&t);
    return tcsetattr(fd, TCSANOW, &t);
}

static board_line_t open_tty(const char *path) {
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || set_raw(fd) != 0) {
        err(1, "cannot use tty %s", path);
    }
    return (board_line_t) { fd, -1 };
}

static board_line_t open_pty(const char *link) {
    char name[64];
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0 || ptsname_r(fd, name, sizeof(name)) != 0) {
        err(1, "cannot make a pty for %s", link);
    }
    // Without an open slave, the line would hang up when the first program closes it.
    int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || set_raw(slave) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        err(1, "cannot open %s", name);
    }
    // A link that a killed board has left behind is replaced.
    if ((unlink(link) != 0 && errno != ENOENT) || symlink(name, link) != 0) {
        err(1, "cannot make the link %s", link);
    }
    return (board_line_t) { fd, slave };
}

static void close_on_exec(int fd) {
    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
}

void board_line_open(int uart) {
    board_line_t *line = &board_retained->line[uart];
    if (line->fd >= 0) { // after a reset
        close_on_exec(line->fd);
        close_on_exec(line->slave);
        return;
    }
    if (board_options.uart[uart] != NULL) {
        *line = open_tty(board_options.uart[uart]);
        return;
    }
    char link[4096];
    link_path(uart, link, sizeof(link));
    *line = open_pty(link);
    if (uart == 0) {
        char name[64];
        ptsname_r(line->fd, name, sizeof(name));
        printf("console %s\n", name);
        fflush(stdout);
    }
}

void board_lines_unlink(void) {
    char path[4096];
    for (int i = 0; i < BOARD_UARTS; i++) {
        if (board_options.uart[i] == NULL) {
            link_path(i, path, sizeof(path));
            unlink(path);
        }
    }
    if (snprintf(path, sizeof(path), "%s/pid", board_options.dir) < (int)sizeof(path)) {
        unlink(path);
    }
}
