// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#ifndef VIRTUAL_MPCONFIGBOARD_H
#define VIRTUAL_MPCONFIGBOARD_H

#include "../version.h"

#define MICROPY_HW_BOARD_NAME "Virtual ESP32 board"
#define MICROPY_HW_MCU_NAME   "ESP32 (host process)"

// Twice the heap that a script has on an ESP32 after it has grown, because words have 64 bits.
#define MICROPY_GC_INITIAL_HEAP_SIZE (256 * 1024)

// The chip that upstream's files and the table of pins are compiled for.
#define CONFIG_IDF_TARGET_ESP32 (1)
#define CONFIG_IDF_TARGET       "esp32"

#endif // VIRTUAL_MPCONFIGBOARD_H
