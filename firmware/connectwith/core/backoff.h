// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// How long to wait before trying again: exponential, capped, with jitter, so that a fleet that
// lost its server together does not come back together.

#ifndef CONNECTWITH_CORE_BACKOFF_H
#define CONNECTWITH_CORE_BACKOFF_H

#include <stdint.h>

// The delay in ms before retry number attempt_no (0 for the first). The window is
// base_ms * 2^attempt_no, at most cap_ms; the delay is spread evenly over its upper half by
// random, any 32-bit random number. base_ms above cap_ms counts as cap_ms; 0 gives 0.
uint32_t backoff_ms(uint32_t attempt_no, uint32_t base_ms, uint32_t cap_ms, uint32_t random);

#endif
