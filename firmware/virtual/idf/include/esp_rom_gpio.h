// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "driver/gpio.h"

// Signals of peripherals are not routed to pins here.
static inline void esp_rom_gpio_connect_in_signal(uint32_t pin, uint32_t signal, bool inverted) {
    (void)pin, (void)signal, (void)inverted;
}

static inline void esp_rom_gpio_connect_out_signal(uint32_t pin, uint32_t signal, bool inverted,
    bool enable_inverted) {
    (void)pin, (void)signal, (void)inverted, (void)enable_inverted;
}
