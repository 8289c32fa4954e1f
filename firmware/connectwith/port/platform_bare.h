// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Functions of the bare platform only: tests drive its wake timer and its clock.

#ifndef CONNECTWITH_PORT_PLATFORM_BARE_H
#define CONNECTWITH_PORT_PLATFORM_BARE_H

#include <stdbool.h>
#include <stdint.h>

// Calls the timer's function if it is due. Returns whether it was.
bool platform_bare_poll(void);

// Sets the millisecond clock; it runs on from there.
void platform_bare_set_clock(uint32_t ms);

#endif
