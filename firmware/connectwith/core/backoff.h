// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Exponential backoff with a cap and jitter. Devices that lost their server at the same time
// reconnect at different times.

#ifndef CONNECTWITH_CORE_BACKOFF_H
#define CONNECTWITH_CORE_BACKOFF_H

#include <stdint.h>

// The delay in ms before retry number attempt_no (0 for the first). The window is base_ms *
// 2^attempt_no, at most cap_ms. The delay is uniformly distributed over the upper half of the
// window. random: any 32-bit random number. base_ms above cap_ms counts as cap_ms; 0 gives 0.
uint32_t backoff_ms(uint32_t attempt_no, uint32_t base_ms, uint32_t cap_ms, uint32_t random);

#endif
