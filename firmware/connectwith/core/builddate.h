// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The date of the build: the lower bound of the time, for a clock that was never set.

#ifndef CONNECTWITH_CORE_BUILDDATE_H
#define CONNECTWITH_CORE_BUILDDATE_H

#include <stdint.h>

// Seconds from 2000-01-01 to the begin of the day before `date`, which has the form of __DATE__
// ("Nov  2 2026"). The compiler writes local time, up to 14 hours ahead of UTC, and the lower
// bound must not be in the future: so it is the day before. 0: the text is not a date from 2001 to
// 2099.
uint32_t builddate_floor_s(const char *date);

// Seconds from 2000-01-01 to a time. year: 0 to 99, for 2000 to 2099. Month and day count from 1.
// of_day_s: seconds since the begin of the day. Nothing is checked.
uint32_t builddate_seconds(uint32_t year, uint32_t month, uint32_t day, uint32_t of_day_s);

#endif
