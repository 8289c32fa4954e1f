// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Short turns for tasks of one priority on a chip with one core. Nothing happens with two.

#ifndef CONNECTWITH_PORT_TURNS_FREERTOS_H
#define CONNECTWITH_PORT_TURNS_FREERTOS_H

// From here on, the calling task computes and shares its core with Python. Pairs, by any task.
void turns_begin(void);
void turns_end(void);

#endif
