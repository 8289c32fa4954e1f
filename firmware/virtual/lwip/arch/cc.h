// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// lwIP's view of the compiler and the C library.

#pragma once

#include <endian.h>
#include <errno.h>
// The system's fd_set and O_NONBLOCK must come before lwip/sockets.h, which else defines its own:
// a file that met the system's header by another way would then disagree about both.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/time.h>

#define LWIP_ERRNO_STDINCLUDE   1
#define LWIP_CHKSUM_ALGORITHM   2

typedef unsigned int sys_prot_t;

uint32_t esp_random(void);
#define LWIP_RAND()             esp_random()

#define LWIP_PLATFORM_DIAG(x)   do { printf x; } while (0)
#define LWIP_PLATFORM_ASSERT(x) \
    do { \
        fprintf(stderr, "lwIP assertion \"%s\" failed at %s:%d\n", x, __FILE__, __LINE__); \
        abort(); \
    } while (0)
