// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// ESP-IDF's C library dispatches these three POSIX calls to lwIP; MicroPython's modsocket.c counts
// on it. On a host the names belong to the system, and the call would hit a file of the process.
// So every file that includes lwIP's sockets gets lwIP's functions, and no others.

#pragma once

#include_next "lwip/sockets.h"

#define LWIP_FCNTL_VALUE(cmd, value, ...) value
#define fcntl(fd, cmd, ...) \
    lwip_fcntl(fd, cmd, LWIP_FCNTL_VALUE(cmd, ##__VA_ARGS__, 0))
#define select(n, in, out, err, timeout) lwip_select(n, in, out, err, timeout)
#define getsockopt(fd, level, name, value, size) lwip_getsockopt(fd, level, name, value, size)
