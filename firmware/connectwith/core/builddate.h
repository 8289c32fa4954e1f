// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The date of the build as a floor for a clock that was never set.

#ifndef CONNECTWITH_CORE_BUILDDATE_H
#define CONNECTWITH_CORE_BUILDDATE_H

#include <stdint.h>

// Seconds from 2000-01-01 to the midnight before the day of `date`, which has the form of
// __DATE__ ("Nov  2 2026"). The compiler writes local time, up to 14 hours ahead of UTC; a floor
// must not lie in the future, hence the day before. 0 if the text is no date from 2001 to 2099.
uint32_t builddate_floor_s(const char *date);

// Seconds from 2000-01-01 to `of_day_s` seconds after the midnight that begins a day of the years
// 2000 to 2099, counted 0 to 99. Month and day count from 1. Nothing is checked.
uint32_t builddate_seconds(uint32_t year, uint32_t month, uint32_t day, uint32_t of_day_s);

#endif
