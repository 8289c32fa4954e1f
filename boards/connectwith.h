// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Settings of all boards. Each mpconfigboard.h includes this.

#ifndef CONNECTWITH_BOARDS_CONNECTWITH_H
#define CONNECTWITH_BOARDS_CONNECTWITH_H

#include "version.h"

// bind/wake.c schedules a static node from other tasks. MicroPython's ESP32 port has static nodes on
// every chip from 1.26 on; 1.25 has them only where it has USB devices (S2, S3).
#define MICROPY_SCHEDULER_STATIC_NODES (1)

#endif // CONNECTWITH_BOARDS_CONNECTWITH_H
