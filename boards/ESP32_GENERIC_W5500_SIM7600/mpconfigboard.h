// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#ifndef ESP32_GENERIC_W5500_SIM7600_MPCONFIGBOARD_H
#define ESP32_GENERIC_W5500_SIM7600_MPCONFIGBOARD_H

#include "../connectwith.h"

#define MICROPY_HW_BOARD_NAME "ESP32 dev kit, W5500 module, SIM7600 module"
#define MICROPY_HW_MCU_NAME   "ESP32"

#endif // ESP32_GENERIC_W5500_SIM7600_MPCONFIGBOARD_H
