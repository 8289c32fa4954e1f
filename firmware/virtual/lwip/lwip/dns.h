// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The one function that ESP-IDF's lwIP has beyond the public one. Nothing is cached here (see
// DNS_MAX_TTL in lwipopts.h), so there is nothing to clear.

#pragma once

#include_next "lwip/dns.h"

static inline void dns_clear_cache(void) {
}
