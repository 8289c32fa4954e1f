// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// See uart.h.

#define _GNU_SOURCE // pthread_cond_clockwait
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "py/mphal.h"
#include "py/ringbuf.h"

#include "board.h"
#include "esp_timer.h"
#include "uart.h"

// The line counts as idle after the time of two characters, and after this time at least: a pty is
// not that exact.
#define IDLE_MIN_US (1000)

// How long a write waits for the program at the other end to read. Then the line counts as
// unplugged, and bytes are dropped at once until the program reads again.
#define READER_WAIT_MS (500)

typedef struct {
    bool running;
    bool unplugged;
    uart_config_t config;
    ringbuf_t rx;
    pthread_cond_t arrived;
    board_source_t source;
    esp_timer_handle_t idle_timer;
    int64_t tx_end_us;
    uint32_t trigger;
    uart_event_t event;
    void *event_arg;
} uart_t;

static uart_t uarts[BOARD_UARTS] = {
    [0 ... BOARD_UARTS - 1] = { .arrived = PTHREAD_COND_INITIALIZER },
};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int64_t char_us(const uart_config_t *c) {
    int64_t bits = 1 + c->bits + (c->parity != 2) + c->stop;
    return bits * 1000000 / c->baudrate + 1;
}

// With the lock held, so that the handler does not run after uart_set_event() has removed it.
static void report(uart_t *u, uint32_t flags) {
    pthread_mutex_lock(&lock);
    if (u->running && (u->trigger & flags) && u->event != NULL) {
        u->event(u->event_arg, flags);
    }
    pthread_mutex_unlock(&lock);
}

static void idle_expired(void *arg) {
    report(arg, UART_IRQ_RXIDLE);
}

static void uart_ready(board_source_t *s) {
    uart_t *u = (uart_t *)(void *)((char *)s - offsetof(uart_t, source));
    uint8_t buf[512];
    ssize_t n = read(s->fd, buf, sizeof(buf));
    if (n <= 0) {
        return;
    }
    pthread_mutex_lock(&lock);
    for (ssize_t i = 0; i < n; i++) {
        ringbuf_put(&u->rx, buf[i]); // a full buffer loses the byte: overrun
    }
    pthread_cond_broadcast(&u->arrived);
    bool want_idle = (u->trigger & UART_IRQ_RXIDLE) != 0;
    int64_t idle_us = 2 * char_us(&u->config);
    pthread_mutex_unlock(&lock);
    if (want_idle) {
        esp_timer_stop(u->idle_timer);
        esp_timer_start_once(u->idle_timer,
            (uint64_t)(idle_us < IDLE_MIN_US ? IDLE_MIN_US : idle_us));
    }
    report(u, UART_IRQ_RX);
    mp_hal_wake_main_task();
}

static void discard_input(int fd) {
    uint8_t buf[512];
    while (read(fd, buf, sizeof(buf)) > 0) {
    }
}

bool uart_start(int id, const uart_config_t *config) {
    uart_t *u = &uarts[id];
    uart_stop(id);
    const esp_timer_create_args_t args = { .callback = idle_expired, .arg = u, .name = "uart" };
    if (u->idle_timer == NULL && esp_timer_create(&args, &u->idle_timer) != ESP_OK) {
        return false;
    }
    uint8_t *buf = malloc(config->rxbuf + 1);
    if (buf == NULL) {
        return false;
    }
    int fd = board_retained->line[id].fd;
    board_line_set_speed(id, config->baudrate);
    discard_input(fd);
    pthread_mutex_lock(&lock);
    u->config = *config;
    u->rx = (ringbuf_t) { buf, (uint16_t)(config->rxbuf + 1), 0, 0 };
    u->tx_end_us = 0;
    u->running = true;
    u->source = (board_source_t) { .fd = fd, .ready = uart_ready };
    pthread_mutex_unlock(&lock);
    board_io_add(&u->source);
    return true;
}

void uart_stop(int id) {
    uart_t *u = &uarts[id];
    if (!uart_is_running(id)) {
        return;
    }
    board_io_remove(&u->source);
    esp_timer_stop(u->idle_timer);
    pthread_mutex_lock(&lock);
    u->running = false;
    u->trigger = 0;
    u->event = NULL;
    free(u->rx.buf);
    memset(&u->rx, 0, sizeof(u->rx));
    pthread_cond_broadcast(&u->arrived);
    pthread_mutex_unlock(&lock);
}

bool uart_is_running(int id) {
    pthread_mutex_lock(&lock);
    bool running = uarts[id].running;
    pthread_mutex_unlock(&lock);
    return running;
}

void uart_set_event(int id, uint32_t trigger, uart_event_t event, void *arg) {
    pthread_mutex_lock(&lock);
    uarts[id].trigger = event == NULL ? 0 : trigger;
    uarts[id].event = event;
    uarts[id].event_arg = arg;
    pthread_mutex_unlock(&lock);
}

// With the lock held. A stopped UART has no buffer.
static size_t available(uart_t *u) {
    return u->running ? ringbuf_avail(&u->rx) : 0;
}

size_t uart_rx_available(int id) {
    pthread_mutex_lock(&lock);
    size_t n = available(&uarts[id]);
    pthread_mutex_unlock(&lock);
    return n;
}

size_t uart_read(int id, uint8_t *buf, size_t size) {
    uart_t *u = &uarts[id];
    pthread_mutex_lock(&lock);
    size_t n = available(u);
    n = n < size ? n : size;
    for (size_t i = 0; i < n; i++) {
        buf[i] = (uint8_t)ringbuf_get(&u->rx);
    }
    pthread_mutex_unlock(&lock);
    return n;
}

void uart_wait_rx(int id, int64_t timeout_us) {
    uart_t *u = &uarts[id];
    struct timespec end = board_timespec(board_monotonic_us() + timeout_us);
    pthread_mutex_lock(&lock);
    while (u->running && ringbuf_avail(&u->rx) == 0) {
        if (pthread_cond_clockwait(&u->arrived, &lock, CLOCK_MONOTONIC, &end) == ETIMEDOUT) {
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}

static void transmit(uart_t *u, int fd, const uint8_t *data, size_t size) {
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n > 0) {
            u->unplugged = false;
            data += n;
            size -= (size_t)n;
            continue;
        }
        struct pollfd p = { .fd = fd, .events = POLLOUT };
        if (u->unplugged || (n < 0 && errno != EAGAIN && errno != EINTR)
            || poll(&p, 1, READER_WAIT_MS) <= 0) {
            u->unplugged = true;
            return;
        }
    }
}

void uart_write(int id, const uint8_t *data, size_t size) {
    uart_t *u = &uarts[id];
    if (!uart_is_running(id)) {
        return;
    }
    // The bytes are sent at once. The time that they would stay in the transmit buffer and on the
    // line is simulated by the duration of this call, and of flush() and txdone().
    transmit(u, board_retained->line[id].fd, data, size);
    pthread_mutex_lock(&lock);
    int64_t now = board_monotonic_us();
    int64_t one = char_us(&u->config);
    int64_t start = u->tx_end_us > now ? u->tx_end_us : now;
    u->tx_end_us = start + (int64_t)size * one;
    int64_t wait_us = u->tx_end_us - now - (int64_t)u->config.txbuf * one;
    pthread_mutex_unlock(&lock);
    if (wait_us > 0) {
        board_sleep_us(wait_us);
    }
}

int64_t uart_tx_left_us(int id) {
    pthread_mutex_lock(&lock);
    int64_t left = uarts[id].tx_end_us - board_monotonic_us();
    pthread_mutex_unlock(&lock);
    return left > 0 ? left : 0;
}
