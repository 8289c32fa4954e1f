// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The state of a link by ESP-IDF's events. MicroPython's own classes are not enough: WLAN.status()
// keeps the reason of an older failure, and LAN.status() takes Wi-Fi's address events for its own
// because it compares the number of an event and not its base.

#ifndef CONNECTWITH_PORT_LINK_IDF_H
#define CONNECTWITH_PORT_LINK_IDF_H

#include <stdbool.h>
#include <stdint.h>

#include "connectwith/core/attempt.h"

// The state of a link in one word. The low byte is the reason of the last loss (wifi_err_reason_t;
// 0 for Ethernet). Then come these bits, and above them the number of losses, modulo 2^16. A
// failed attempt to join counts as a loss.
#define LINK_UP (1u << 8) // associated, or carrier
#define LINK_HAS_ADDRESS (1u << 9) // only together with LINK_UP
#define LINK_LOSSES_SHIFT (10)

// Starts to track Wi-Fi or Ethernet, until the next hard reset. wake() is called after every
// change and when Wi-Fi has started, from the thread of the event loop; it MUST NOT block. For
// Wi-Fi, network.WLAN MUST exist before: ESP-IDF calls handlers in the order of their
// registration, and the code that this handler wakes reads what MicroPython's handler has stored.
// May be called again. False: no memory, or no event loop yet.
bool link_watch(attempt_link_t link, void (*wake)(void));

// Any thread.
uint32_t link_state(attempt_link_t link);

// The BSSID of the access point that Wi-Fi is associated with or, without an association, of the
// one of the last loss. All zeros: the driver has found no access point.
void link_bssid(uint8_t bssid[6]);

// What a link keeps over every reset but power-on, after which it may hold noise: the record of its
// user MUST have a check sum.
#define LINK_MEMORY_BYTES (16)
uint8_t *link_memory(void);

// Number of scans that have ended, by themselves or because Wi-Fi went off.
uint32_t link_scans(void);

// The IPv4 address of the DHCP server that gave the lease. False: there is no lease.
bool link_dhcp_server(attempt_link_t link, uint8_t quad[4]);

#endif
