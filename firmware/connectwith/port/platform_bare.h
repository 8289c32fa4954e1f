// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What only the bare platform has: its wake timer and clock are moved by hand.

#ifndef CONNECTWITH_PORT_PLATFORM_BARE_H
#define CONNECTWITH_PORT_PLATFORM_BARE_H

#include <stdbool.h>
#include <stdint.h>

// Does what the timer's interrupt would do, if it is due. Returns whether it was.
bool platform_bare_poll(void);

// Sets the millisecond clock; it runs on from there.
void platform_bare_set_clock(uint32_t ms);

#endif
