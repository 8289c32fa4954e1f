// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#ifndef LILYGO_T_ETH_ELITE_S3_MPCONFIGBOARD_H
#define LILYGO_T_ETH_ELITE_S3_MPCONFIGBOARD_H

#include "../connectwith.h"

#define MICROPY_HW_BOARD_NAME "LILYGO T-ETH-ELITE S3"
#define MICROPY_HW_MCU_NAME   "ESP32S3"

#endif // LILYGO_T_ETH_ELITE_S3_MPCONFIGBOARD_H
