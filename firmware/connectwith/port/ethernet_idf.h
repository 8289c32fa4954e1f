// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Start and stop of the Ethernet driver that network.LAN has installed.
//
// LAN.active() is not used, for two reasons. A reset clears the registers of a W5500, its MAC
// address included, and esp_eth_start() does not write them again. With a chip that does not
// answer, esp_eth_start() and esp_eth_stop() fail half-way, and LAN.active() can do neither
// afterwards.

#ifndef CONNECTWITH_PORT_ETHERNET_IDF_H
#define CONNECTWITH_PORT_ETHERNET_IDF_H

#include <stdbool.h>

typedef enum {
    ETHERNET_FAILED = -1,
    ETHERNET_STOPPED = 0,
    ETHERNET_BUSY = 1, // being started, or stopped during a start that has not ended; no start now
    ETHERNET_STARTED = 2,
} ethernet_state_t;

// Whether network.LAN has installed its driver since the last hard reset.
bool ethernet_installed(void);

// Whether the chip may be reset by its pin now: there is no driver yet, or ethernet_start() can
// configure the chip again. ESP-IDF has the functions for that since 5.3.
bool ethernet_may_reset(void);

// Begins to configure the chip as the driver's installation did, and to start the driver. The
// caller has taken the chip out of reset. It sleeps for 20 ms, or for 200 ms when the chip does
// not answer, so the worker does it (the caller's thread, if there is no memory for the worker's
// task). wake() reports its end. False: there is no driver, or the state is ETHERNET_BUSY; nothing
// has changed.
bool ethernet_start(const char *hostname, void (*wake)(void));

// ETHERNET_FAILED: the chip does not answer. The interface is down.
ethernet_state_t ethernet_state(void);

// Takes the interface down, whether the chip answers or not. May be called in any state. During a
// start the interface goes down when the start has ended. Takes 100 ms if the chip does not
// answer.
void ethernet_stop(void);

#endif
