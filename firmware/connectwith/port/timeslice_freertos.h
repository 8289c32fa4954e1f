// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Shorter time slices for tasks of equal priority on a chip with one core. Does nothing with two
// cores.

#ifndef CONNECTWITH_PORT_TURNS_FREERTOS_H
#define CONNECTWITH_PORT_TURNS_FREERTOS_H

// Between the two calls the calling task computes, and shares its core with Python. They are
// called in pairs, by any task.
void timeslice_begin(void);
void timeslice_end(void);

#endif
