// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#ifndef WAVESHARE_ESP32_S3_ETH_MPCONFIGBOARD_H
#define WAVESHARE_ESP32_S3_ETH_MPCONFIGBOARD_H

#include "../connectwith.h"

#define MICROPY_HW_BOARD_NAME "Waveshare ESP32-S3-ETH"
#define MICROPY_HW_MCU_NAME   "ESP32S3"

#endif // WAVESHARE_ESP32_S3_ETH_MPCONFIGBOARD_H
