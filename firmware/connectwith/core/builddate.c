// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/builddate.h"

#include <stdbool.h>
#include <string.h>

#define SECONDS_PER_DAY (86400u)

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The number, or -1.
static int two_digits(char tens, char ones) {
    return is_digit(tens) && is_digit(ones) ? (tens - '0') * 10 + ones - '0' : -1;
}

uint32_t builddate_seconds(uint32_t year, uint32_t month, uint32_t day, uint32_t of_day_s) {
    static const uint16_t days_before[] = {
        0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334,
    };
    // From 2001 to 2099 every fourth year is a leap year; 2000 was the first.
    uint32_t days = year * 365 + (year + 3) / 4;
    days += days_before[month - 1];
    days += year % 4 == 0 && month > 2;
    return (days + day - 1) * SECONDS_PER_DAY + of_day_s;
}

uint32_t builddate_floor_s(const char *date) {
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (strlen(date) != 11 || date[3] != ' ' || date[6] != ' ' || memcmp(date + 7, "20", 2)) {
        return 0;
    }
    int month = 0;
    while (month < 12 && memcmp(names + 3 * month, date, 3)) {
        month++;
    }
    int day = two_digits(date[4] == ' ' ? '0' : date[4], date[5]); // "Nov  2 2026"
    int year = two_digits(date[9], date[10]);
    if (month == 12 || day < 1 || day > 31 || year < 1) {
        return 0;
    }
    return builddate_seconds((uint32_t)year, (uint32_t)month + 1, (uint32_t)day, 0)
        - SECONDS_PER_DAY;
}
