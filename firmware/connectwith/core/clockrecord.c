// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/clockrecord.h"

#define CHECK (0x434c4b31u)  // memory with noise is not likely to pass the check

void clock_record_set(clock_record_t *record, clock_quality_t quality) {
    record->quality = (uint32_t)quality;
    record->check = ~(uint32_t)quality ^ CHECK;
}

clock_quality_t clock_record_get(const clock_record_t *record, uint32_t now_s, uint32_t floor_s) {
    if (now_s < floor_s || now_s - floor_s > CLOCK_YEARS_S) {
        return CLOCK_UNSET;
    }
    if (record->check != (~record->quality ^ CHECK) || record->quality > CLOCK_SNTP
        || record->quality == CLOCK_UNSET) {
        return CLOCK_FOREIGN;
    }
    return (clock_quality_t)record->quality;
}
