// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What lwIP asks a port about the compiler and the C library.

#ifndef ARCH_CC_H
#define ARCH_CC_H

#include <stdint.h>
#include <stdlib.h>

uint32_t server_random(void);

#define LWIP_RAND()     server_random()
#define LWIP_TIMEVAL_PRIVATE 0
#include <sys/time.h>

#endif
