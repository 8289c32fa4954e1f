// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The W5500's connections to the board, besides the driver that network.LAN uses.

#pragma once

#include <stdbool.h>

// Connects the chip to the SPI bus. Once, before a bus is used.
void w5500_board_start(void);

// The level of RSTn, which a resistor pulls up: W5500_RST in boards/VIRTUAL/pins.csv. The chip is
// in reset while it is low. Called by gpio.c with interrupts off.
#define W5500_RESET_PIN 13
void w5500_reset_pin(bool low);
