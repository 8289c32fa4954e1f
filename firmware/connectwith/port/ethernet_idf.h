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

typedef enum {
    ETHERNET_FAILED = -1,
    ETHERNET_STOPPED = 0,
    ETHERNET_BUSY = 1, // being started, or let go of while it was; no start now
    ETHERNET_STARTED = 2,
} ethernet_state_t;

// Whether network.LAN has installed its driver since the last hard reset.
bool ethernet_installed(void);

// Whether the chip may lose its registers now: there is no driver yet, or ethernet_start() can set
// it up again. ESP-IDF has what that takes since 5.3.
bool ethernet_may_reset(void);

// Begins to do once more what installing the driver did to the chip, and to start it. The caller has
// taken the chip out of reset. That takes some 20 ms of sleep, 200 ms when the chip does not answer,
// so it is the worker's (without memory for its task, the caller's); wake() tells of its end. False,
// and all is as it was: there is no driver, or the state is ETHERNET_BUSY.
bool ethernet_start(const char *hostname, void (*wake)(void));

// ETHERNET_FAILED: the chip does not answer. The interface is down.
ethernet_state_t ethernet_state(void);

// Whatever the chip answers, the interface is down afterwards, or will be when the start has ended
// that is under way; may be called in any state. At once as a rule, 100 ms when the chip does not
// answer.
void ethernet_stop(void);

#endif
