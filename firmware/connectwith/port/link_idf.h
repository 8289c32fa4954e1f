// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What ESP-IDF's events say about a link. MicroPython's own classes keep less: WLAN.status() holds
// on to the reason of an older failure, and LAN.status() takes Wi-Fi's address events for its own,
// because it looks at an event's number without its base.

#ifndef CONNECTWITH_PORT_LINK_IDF_H
#define CONNECTWITH_PORT_LINK_IDF_H

#include <stdbool.h>
#include <stdint.h>

#include "connectwith/core/attempt.h"

// The state of a link in one word: the reason of the last loss (wifi_err_reason_t; 0 for Ethernet)
// in the low byte, these bits, and above them how many losses there were, modulo 2^16. A failed
// attempt to join is a loss too.
#define LINK_UP (1u << 8) // associated, or carrier
#define LINK_HAS_ADDRESS (1u << 9) // only together with LINK_UP
#define LINK_LOSSES_SHIFT (10)

// Starts to listen to Wi-Fi or Ethernet, for good. wake() is called after every change, and when
// Wi-Fi has started, from the thread of the events; it MUST NOT block. For Wi-Fi, network.WLAN MUST
// have been made before: ESP-IDF calls handlers in the order of their registration, and whom this
// one wakes looks at what MicroPython's has noted. May be called again. False: no memory, or no
// event loop yet.
bool link_watch(attempt_link_t link, void (*wake)(void));

// Any thread.
uint32_t link_state(attempt_link_t link);

// The BSSID of the access point that Wi-Fi is associated with, or that the last loss came from; all
// zeros if the driver names none: it has found none.
void link_bssid(uint8_t bssid[6]);

// How many scans have ended, by themselves or because Wi-Fi went off.
uint32_t link_scans(void);

// The IPv4 address of the DHCP server that gave the lease. False: there is no lease.
bool link_dhcp_server(attempt_link_t link, uint8_t quad[4]);

#endif
