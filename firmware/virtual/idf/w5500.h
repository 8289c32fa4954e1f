// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The W5500 as the other parts of the board see it, next to the driver that network.LAN uses.

#pragma once

#include <stdbool.h>

// Puts the chip on the SPI bus. Once, before a bus is used.
void w5500_board_start(void);

// RSTn, which a resistor pulls up: W5500_RST in boards/VIRTUAL/pins.csv. Low is a reset, and the
// chip is off as long as it lasts. From gpio.c, with interrupts off.
#define W5500_RESET_PIN 13
void w5500_reset_pin(bool low);
