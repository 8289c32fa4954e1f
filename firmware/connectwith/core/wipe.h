// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#ifndef CONNECTWITH_CORE_WIPE_H
#define CONNECTWITH_CORE_WIPE_H

#include <stddef.h>
#include <stdint.h>

// Overwrites a secret. Because of the pointer to volatile, the compiler does not remove the
// writes.
static inline void wipe(void *buf, size_t len) {
    volatile uint8_t *p = buf;
    while (len--) {
        *p++ = 0;
    }
}

#endif
