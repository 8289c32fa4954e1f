// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Sets any baud rate of a tty. This is a file of its own because the header for rates without a
// constant (asm/termbits.h) cannot be included together with termios.h.

#include <asm/termbits.h>
#include <sys/ioctl.h>

#include "board.h"

typedef struct {
    uint32_t baudrate;
    uint32_t flag;
} named_speed_t;

static uint32_t flag_of(uint32_t baudrate) {
    static const named_speed_t named[] = {
        { 1200, B1200 }, { 2400, B2400 }, { 4800, B4800 }, { 9600, B9600 }, { 19200, B19200 },
        { 38400, B38400 }, { 57600, B57600 }, { 115200, B115200 }, { 230400, B230400 },
        { 460800, B460800 }, { 500000, B500000 }, { 576000, B576000 }, { 921600, B921600 },
        { 1000000, B1000000 }, { 1500000, B1500000 }, { 2000000, B2000000 },
        { 3000000, B3000000 }, { 4000000, B4000000 },
    };
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        if (named[i].baudrate == baudrate) {
            return named[i].flag;
        }
    }
    return BOTHER;
}

void board_line_set_speed(int uart, uint32_t baudrate) {
    int fd = board_retained->line[uart].fd;
    struct termios2 t;
    if (ioctl(fd, TCGETS2, &t) != 0) {
        return;
    }
    uint32_t flag = flag_of(baudrate);
    t.c_cflag = (t.c_cflag & ~(uint32_t)(CBAUD | CBAUD << IBSHIFT)) | flag | flag << IBSHIFT;
    t.c_ispeed = t.c_ospeed = baudrate;
    ioctl(fd, TCSETS2, &t);
}
