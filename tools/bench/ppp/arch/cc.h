// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The compiler and the C library, as lwIP wants to be told about them.

#ifndef ARCH_CC_H
#define ARCH_CC_H

#include <stdint.h>
#include <stdlib.h>

uint32_t server_random(void);

#define LWIP_RAND()     server_random()
#define LWIP_TIMEVAL_PRIVATE 0
#include <sys/time.h>

#endif
