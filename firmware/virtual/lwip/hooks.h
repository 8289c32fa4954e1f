// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Routing as ESP-IDF extends it (lwip/port/hooks): a packet that has a source address leaves by
// the interface that owns it. Without this, an open connection over Wi-Fi would move to Ethernet,
// with the wrong source address, as soon as the default route does.

#pragma once

#include "lwip/ip4_addr.h"
#include "lwip/netif.h"

struct netif *ip4_route_src_hook(const ip4_addr_t *src, const ip4_addr_t *dest);
