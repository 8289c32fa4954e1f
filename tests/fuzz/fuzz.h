// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What the fuzz targets share: reading choices out of the fuzzer's bytes, and promises that end
// the program when they are broken, so that the fuzzer keeps the input.

#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// The entry that libFuzzer calls, and replay.c in its place.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define PROMISE(condition) do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
} while (0)

// The bytes that are left. Where they have run out, every choice is 0.
typedef struct {
    const uint8_t *data;
    size_t len;
} fuzz_t;

static inline uint8_t fuzz_byte(fuzz_t *in) {
    if (in->len == 0) {
        return 0;
    }
    in->len--;
    return *in->data++;
}

static inline uint32_t fuzz_word(fuzz_t *in, int bytes) {
    uint32_t value = 0;
    while (bytes-- > 0) {
        value = value << 8 | fuzz_byte(in);
    }
    return value;
}

// At most `len` of the bytes that are left, copied to where a byte too far is noticed. Freed by
// the caller; never NULL.
static inline uint8_t *fuzz_take(fuzz_t *in, size_t *len) {
    if (*len > in->len) {
        *len = in->len;
    }
    uint8_t *copy = calloc(*len ? *len : 1, 1);
    PROMISE(copy != NULL);
    for (size_t i = 0; i < *len; i++) {
        copy[i] = fuzz_byte(in);
    }
    return copy;
}

#endif
