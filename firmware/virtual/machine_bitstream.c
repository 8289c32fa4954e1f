// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// machine.bitstream(), which the module neopixel uses. The levels last 0.4 µs to 0.9 µs, which a
// process cannot time, and no simulated device reads them. Only what can be seen afterwards is
// done: the pin is an output, and low.

#include "py/mphal.h"
#include "extmod/modmachine.h"

void machine_bitstream_high_low(mp_hal_pin_obj_t pin, uint32_t *timing_ns, const uint8_t *buf,
    size_t len) {
    mp_hal_pin_output(pin);
    mp_hal_pin_write(pin, 0);
}
