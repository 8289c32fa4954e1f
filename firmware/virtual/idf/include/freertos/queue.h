// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Only included, by MicroPython's mpthreadport.h: there are no queues.

#pragma once

#include "freertos/FreeRTOS.h"
