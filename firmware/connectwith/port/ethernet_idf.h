// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Start and stop of the Ethernet driver that network.LAN has installed.
//
// A W5500 that was in reset has lost its registers, MAC address included, and esp_eth_start() writes
// none of them. A chip that does not answer makes esp_eth_start() and esp_eth_stop() fail half way,
// after which LAN.active() can do neither. So LAN.active() is not used.

#ifndef CONNECTWITH_PORT_ETHERNET_IDF_H
#define CONNECTWITH_PORT_ETHERNET_IDF_H

#include <stdbool.h>

// Whether network.LAN has installed its driver since the last hard reset.
bool ethernet_installed(void);

// Whether the chip may lose its registers now: there is no driver yet, or ethernet_start() can set
// it up again. ESP-IDF has what that takes since 5.3.
bool ethernet_may_reset(void);

// Does once more what installing the driver did to the chip, then starts it. The caller has taken
// the chip out of reset. Takes some 20 ms, 200 ms when the chip does not answer: then, or when
// there is no driver, false, and all is as it was.
bool ethernet_start(const char *hostname);

// Whatever the chip answers, the interface is down afterwards; may be called in any state. At
// once as a rule, 100 ms when the chip does not answer.
void ethernet_stop(void);

#endif
