// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What a board's configuration of MicroPython needs of its configuration of ESP-IDF, and the module
// of both. Compiled by check_port.py as a part of each board; BOARD_HAS_ETHERNET and BOARD_HAS_MODEM
// are what its manifest freezes.

#include "py/mpconfig.h"

#include "sdkconfig.h"

// bind/wake.c: nodes that other tasks schedule.
#if !MICROPY_SCHEDULER_STATIC_NODES
#error "the scheduler has no static nodes"
#endif

// extmod/nimble includes headers that ESP-IDF has only with NimBLE.
#if MICROPY_PY_BLUETOOTH && !(CONFIG_BT_ENABLED && CONFIG_BT_NIMBLE_ENABLED)
#error "MicroPython has Bluetooth, and no fragment of sdkconfig turns NimBLE on"
#endif

// Without the other it takes RAM and flash for nothing.
#if !MICROPY_PY_BLUETOOTH && CONFIG_BT_ENABLED
#error "a fragment of sdkconfig turns Bluetooth on, and MicroPython has none"
#endif

#if BOARD_HAS_ETHERNET && !MICROPY_PY_NETWORK_LAN
#error "the board has Ethernet, and MicroPython has no network.LAN"
#endif

#if BOARD_HAS_MODEM && !CONFIG_LWIP_PPP_SUPPORT
#error "the board has a modem, and lwIP has no PPP"
#endif

#if !(MICROPY_PY_THREAD && MICROPY_PY_THREAD_GIL && MICROPY_PY_NETWORK && MICROPY_PY_SSL)
#error "MicroPython lacks threads, network or ssl"
#endif
