// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The source of the clock's time. The record is in memory that is kept as long as the clock is,
// and that holds noise after power-on. Times are seconds since 2000.

#ifndef CONNECTWITH_CORE_CLOCKRECORD_H
#define CONNECTWITH_CORE_CLOCKRECORD_H

#include <stdint.h>

// In the order of how reliable the time is; modules/connectwith has the same numbers.
typedef enum {
    CLOCK_UNSET,    // before the build, or more than 20 years after it: not set, or set wrongly
    CLOCK_FOREIGN,  // set by other code: the user's, or an earlier firmware
    CLOCK_FLOOR,    // set to a time that is certainly past
    CLOCK_SUSPECT,  // TLS found no certificate valid at it, and no source has confirmed it since
    CLOCK_NETWORK,  // from the mobile network
    CLOCK_SNTP,
} clock_quality_t;

// How long after its build a firmware may run. A later time counts as wrong.
#define CLOCK_YEARS_S (20u * 31557600u)

typedef struct {
    uint32_t quality;
    uint32_t check;
} clock_record_t;

void clock_record_set(clock_record_t *record, clock_quality_t quality);

// The source of the time `now_s`. The record may be noise.
clock_quality_t clock_record_get(const clock_record_t *record, uint32_t now_s, uint32_t floor_s);

#endif
