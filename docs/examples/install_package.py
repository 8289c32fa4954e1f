# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Installs a package with mip from a web server on this computer.

PACKAGE is the address of a package.json, as MicroPython's documentation of mip describes it.
In the simulated networks each name that ends with .test is this computer.
"""

import time

import mip
import network
from my_network import KEY, SSID

PACKAGE = "http://pc.test:8000/package.json"

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect(SSID, KEY)
for _ in range(150):
    if wlan.isconnected():
        break
    time.sleep_ms(100)
else:
    raise OSError("no connection to " + SSID)

mip.install(PACKAGE)
