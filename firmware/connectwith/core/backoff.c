// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/backoff.h"

uint32_t backoff_ms(uint32_t attempt_no, uint32_t base_ms, uint32_t cap_ms, uint32_t random) {
    // 32 doublings take the smallest base past the largest cap. More would overflow.
    uint64_t window_ms = (uint64_t)base_ms << (attempt_no < 32 ? attempt_no : 32);
    if (window_ms > cap_ms) {
        window_ms = cap_ms;
    }
    // Only the upper half is random: full jitter could retry at once, while the server is
    // overloaded.
    uint32_t least_ms = (uint32_t)(window_ms / 2);
    uint32_t spread = (uint32_t)window_ms - least_ms;
    return least_ms + (uint32_t)(((uint64_t)random * ((uint64_t)spread + 1)) >> 32);
}
