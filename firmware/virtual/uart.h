// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// A UART's two directions, below machine.UART: a receive buffer that the I/O thread fills, and
// a transmitter that takes as long as its baud rate says.

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

// (Re)starts a UART; what came in before is lost. Returns false when out of memory.
bool uart_start(int id, const uart_config_t *config);

// Stops it; its line stays open. Harmless when stopped.
void uart_stop(int id);
bool uart_is_running(int id);

// Which events are reported; `event` NULL: none. The former is not called any more after this.
void uart_set_event(int id, uint32_t trigger, uart_event_t event, void *arg);

size_t uart_rx_available(int id);

// Takes what there is, never waits. Returns the number of bytes.
size_t uart_read(int id, uint8_t *buf, size_t size);

// Waits until something has been received or timeout_us have passed; from any thread.
void uart_wait_rx(int id, int64_t timeout_us);

// Waits while the transmit buffer is full. What the other end does not take is lost.
void uart_write(int id, const uint8_t *data, size_t size);

// Microseconds until the last byte written has left.
int64_t uart_tx_left_us(int id);
