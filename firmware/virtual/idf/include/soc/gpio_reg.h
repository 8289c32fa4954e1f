// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Registers of the GPIO matrix, for MicroPython's mphalport.h: only compiled, never read. Their
// addresses are the ESP32's ("ESP32 Technical Reference Manual", GPIO register summary).

#pragma once

#define GPIO_OUT_REG  (0x3ff44004)
#define GPIO_OUT1_REG (0x3ff44010)
