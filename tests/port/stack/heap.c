// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "heap.h"

#include <stdint.h>
#include <string.h>

// In front of each block, which stays aligned.
typedef union {
    size_t len;
    max_align_t align;
} block_t;

void *__real_malloc(size_t len);
void __real_free(void *p);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t n, size_t size);
void __wrap_free(void *p);

static size_t taken, peak, before;

void heap_begin(void) {
    before = peak = taken;
}

size_t heap_peak(void) {
    return peak - before;
}

void *__wrap_malloc(size_t len) {
    block_t *block = __real_malloc(sizeof(*block) + len);
    if (block == NULL) {
        return NULL;
    }
    block->len = len;
    taken += len;
    peak = taken > peak ? taken : peak;
    return block + 1;
}

void *__wrap_calloc(size_t n, size_t size) {
    void *p = size != 0 && n > SIZE_MAX / 2 / size ? NULL : __wrap_malloc(n * size);
    return p == NULL ? NULL : memset(p, 0, n * size);
}

void __wrap_free(void *p) {
    if (p != NULL) {
        block_t *block = (block_t *)p - 1;
        taken -= block->len;
        __real_free(block);
    }
}
