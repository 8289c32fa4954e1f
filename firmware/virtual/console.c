// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The REPL's serial line, UART 0.

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "py/mphal.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/misc.h"

#include "board.h"

// Larger than ESP32's 260 bytes, because a pty delivers 4 KiB at once and a real line single
// bytes. If the buffer is full, more bytes are lost, as in a UART. They are read from the line
// nevertheless, so that a Ctrl-C after them is received.
#define RX_BYTES (16 * 1024)

// How long output waits for a reader before the line counts as unattended. Then output is dropped
// at once, as by a UART without a cable, until the line is read again.
#define READER_WAIT_MS (2000)

static uint8_t rx_array[RX_BYTES];
ringbuf_t stdin_ringbuf = { rx_array, sizeof(rx_array), 0, 0 };
static board_source_t console_source;
static bool unattended;

static void console_ready(board_source_t *s) {
    uint8_t buf[512];
    ssize_t n = read(s->fd, buf, sizeof(buf));
    if (n <= 0) {
        return;
    }
    board_irq_lock();
    for (ssize_t i = 0; i < n; i++) {
        if (buf[i] == mp_interrupt_char) {
            mp_sched_keyboard_interrupt();
        } else {
            ringbuf_put(&stdin_ringbuf, buf[i]);
        }
    }
    board_irq_unlock();
    mp_hal_wake_main_task();
}

void board_console_start(void) {
    console_source.fd = board_retained->line[0].fd;
    console_source.ready = console_ready;
    board_io_add(&console_source);
}

static bool stdin_avail(void) {
    board_irq_lock();
    bool avail = ringbuf_avail(&stdin_ringbuf) > 0;
    board_irq_unlock();
    return avail;
}

uintptr_t mp_hal_stdio_poll(uintptr_t poll_flags) {
    uintptr_t ret = 0;
    #if MICROPY_PY_OS_DUPTERM
    ret |= mp_os_dupterm_poll(poll_flags);
    #endif
    if ((poll_flags & MP_STREAM_POLL_RD) && stdin_avail()) {
        ret |= MP_STREAM_POLL_RD;
    }
    return ret | (poll_flags & MP_STREAM_POLL_WR);
}

int mp_hal_stdin_rx_chr(void) {
    for (;;) {
        // Before the buffer is checked: a callback that sleeps consumes the notification of a byte
        // that arrives meanwhile.
        mp_handle_pending(true);
        board_irq_lock();
        int c = ringbuf_get(&stdin_ringbuf);
        board_irq_unlock();
        if (c != -1) {
            return c;
        }
        board_wait_us(-1);
    }
}

static void console_write(const char *str, size_t len) {
    int fd = board_retained->line[0].fd;
    while (len > 0) {
        ssize_t n = write(fd, str, len);
        if (n > 0) {
            unattended = false;
            str += n;
            len -= (size_t)n;
            continue;
        }
        struct pollfd p = { .fd = fd, .events = POLLOUT };
        if (unattended || (n < 0 && errno != EAGAIN && errno != EINTR)
            || poll(&p, 1, READER_WAIT_MS) <= 0) {
            unattended = true;
            return;
        }
    }
}

mp_uint_t mp_hal_stdout_tx_strn(const char *str, size_t len) {
    console_write(str, len);
    int dupterm = mp_os_dupterm_tx_strn(str, len);
    return dupterm >= 0 && (size_t)dupterm < len ? (mp_uint_t)dupterm : len;
}
