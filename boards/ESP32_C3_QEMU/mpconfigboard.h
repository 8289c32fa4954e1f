// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#ifndef ESP32_C3_QEMU_MPCONFIGBOARD_H
#define ESP32_C3_QEMU_MPCONFIGBOARD_H

#include "../connectwith.h"

#define MICROPY_HW_BOARD_NAME "ESP32-C3 in an emulator"
#define MICROPY_HW_MCU_NAME   "ESP32C3"

// No emulator has a radio for it, and no sdkconfig.ble is taken: NimBLE is not built.
#define MICROPY_PY_BLUETOOTH (0)

// The emulator's UART 0 is the only console that it connects to the host.
#define MICROPY_HW_ENABLE_UART_REPL (1)

#endif // ESP32_C3_QEMU_MPCONFIGBOARD_H
