// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Where variables and functions are placed.

#pragma once

#include "sdkconfig.h"

#define IRAM_ATTR
#define DRAM_ATTR

// Memory of the RTC domain: kept through a hard reset and deep sleep, lost at power-off.
#define RTC_NOINIT_ATTR __attribute__((section("rtc_retained")))
#define RTC_DATA_ATTR RTC_NOINIT_ATTR
