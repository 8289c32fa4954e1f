// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What the clock rests on: a record beside the clock, in memory that lasts as long as the clock
// does and holds noise after power-on. Times are seconds since 2000.

#ifndef CONNECTWITH_CORE_CLOCKRECORD_H
#define CONNECTWITH_CORE_CLOCKRECORD_H

#include <stdint.h>

// In the order of how much a date counts; modules/connectwith has the same numbers.
typedef enum {
    CLOCK_UNSET,    // before the build, or more than 20 years after it: nobody has set it right
    CLOCK_FOREIGN,  // set by somebody else: user code, an earlier firmware
    CLOCK_FLOOR,    // set to a time that is surely past
    CLOCK_SUSPECT,  // TLS found no certificate valid at it, and nobody has confirmed it since
    CLOCK_NETWORK,  // told by the mobile network
    CLOCK_SNTP,
} clock_quality_t;

// How long a firmware is believed to run: a later time is a mistake.
#define CLOCK_YEARS_S (20u * 31557600u)

typedef struct {
    uint32_t quality;
    uint32_t check;
} clock_record_t;

void clock_record_set(clock_record_t *record, clock_quality_t quality);

// What `now_s` rests on, by a record that may be noise.
clock_quality_t clock_record_get(const clock_record_t *record, uint32_t now_s, uint32_t floor_s);

#endif
