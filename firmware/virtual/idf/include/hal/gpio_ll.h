// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Upstream's machine_pin.c includes this and, for ESP32, uses nothing of it.

#pragma once

#include "hal/gpio_types.h"
