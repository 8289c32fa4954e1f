// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The pins that an ESP32's SPI controllers have without its GPIO matrix (ESP32 data sheet,
// 4.1.17).

#pragma once

#define SPI2_IOMUX_PIN_NUM_CLK  14
#define SPI2_IOMUX_PIN_NUM_MOSI 13
#define SPI2_IOMUX_PIN_NUM_MISO 12

#define SPI3_IOMUX_PIN_NUM_CLK  18
#define SPI3_IOMUX_PIN_NUM_MOSI 23
#define SPI3_IOMUX_PIN_NUM_MISO 19
