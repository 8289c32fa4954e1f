// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#ifndef LILYGO_T_SIM7600_MPCONFIGBOARD_H
#define LILYGO_T_SIM7600_MPCONFIGBOARD_H

#include "../connectwith.h"

#define MICROPY_HW_BOARD_NAME "LILYGO T-SIM7600"
#define MICROPY_HW_MCU_NAME   "ESP32"

#endif // LILYGO_T_SIM7600_MPCONFIGBOARD_H
