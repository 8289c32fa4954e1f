// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// How much of the heap is taken: the linker sends malloc(), calloc() and free() here (--wrap).

#ifndef STACK_HEAP_H
#define STACK_HEAP_H

#include <stddef.h>

// Forgets the peak; what is taken now counts from zero.
void heap_begin(void);

// The most that was taken at a time since then, in bytes, without the allocator's own.
size_t heap_peak(void);

#endif
