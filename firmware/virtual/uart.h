// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// A UART, below machine.UART. The I/O thread fills its receive buffer. Its transmitter takes the
// time that the baud rate implies.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Values as on ESP32
#define UART_IRQ_RX (1 << 0)
#define UART_IRQ_RXIDLE (0x1000)

typedef struct {
    uint32_t baudrate;
    uint8_t bits;   // 5 to 8
    uint8_t parity; // 0: even, 1: odd, 2: none
    uint8_t stop;   // 1 or 2
    size_t rxbuf;   // bytes
    size_t txbuf;   // bytes
} uart_config_t;

// Called in the I/O or timer thread with UART_IRQ_... flags. It must not call these functions.
typedef void (*uart_event_t)(void *arg, uint32_t flags);

// Starts a UART, or starts it again; received bytes are lost. False: out of memory.
bool uart_start(int id, const uart_config_t *config);

// Stops the UART; its line stays open. Does nothing if it is stopped.
void uart_stop(int id);
bool uart_is_running(int id);

// Sets which events are reported; `event` NULL: none. The earlier handler does not run after this
// call.
void uart_set_event(int id, uint32_t trigger, uart_event_t event, void *arg);

size_t uart_rx_available(int id);

// Reads received bytes without waiting. Returns their number.
size_t uart_read(int id, uint8_t *buf, size_t size);

// Waits for a received byte, or until the timeout. Any thread.
void uart_wait_rx(int id, int64_t timeout_us);

// Waits while the transmit buffer is full. Bytes that the other end does not read are lost.
void uart_write(int id, const uint8_t *data, size_t size);

// Microseconds until the last written byte has been sent.
int64_t uart_tx_left_us(int id);
