// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The virtual board's lwIP, with room for both ends of each connection in one process.

#pragma once

#include "../../firmware/virtual/lwip/lwipopts.h"

// One interface, so there is nothing to choose.
#undef LWIP_HOOK_FILENAME
#undef LWIP_HOOK_IP4_ROUTE_SRC
#undef MEMP_NUM_NETCONN
#define MEMP_NUM_NETCONN 64
#undef LWIP_LOOPBACK_MAX_PBUFS
#define LWIP_LOOPBACK_MAX_PBUFS 0
#undef PPP_SUPPORT
#define PPP_SUPPORT 0
#undef PPPOS_SUPPORT
#define PPPOS_SUPPORT 0
