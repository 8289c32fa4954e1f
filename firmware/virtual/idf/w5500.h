// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The W5500 as an SPI bus sees it, next to the driver that network.LAN uses.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define W5500_HEADER_BYTES 3 // address and control phase (W5500 data sheet 1.1.0, section 2.2)

// What MISO carries during one transaction that begins with these three bytes. Chip select is not
// looked at. Only one register answers with a value, VERSIONR, which is how a program finds out
// whether a chip is there; the others read as zero. Without a chip, or with one in reset, every bit
// reads as one; one that is locked up says nonsense. Waits for the simulated world, a second at most.
void w5500_spi_answer(const uint8_t request[W5500_HEADER_BYTES], uint8_t *rx, size_t length);

// RSTn, which a resistor pulls up: W5500_RST in boards/VIRTUAL/pins.csv. Low is a reset, and the
// chip is off as long as it lasts. From gpio.c, with interrupts off.
#define W5500_RESET_PIN 13
void w5500_reset_pin(bool low);
