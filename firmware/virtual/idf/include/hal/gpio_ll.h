// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Upstream's machine_pin.c includes this and, for ESP32, uses nothing of it.

#ifndef IDF_HAL_GPIO_LL_H
#define IDF_HAL_GPIO_LL_H

#include "hal/gpio_types.h"

#endif // IDF_HAL_GPIO_LL_H
