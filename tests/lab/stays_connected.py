# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What most tests run: Ethernet before Wi-Fi, and back at once."""

# ruff: noqa: E401, I001

import imp, server
from my_network import KEY, SSID

server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
wifi = {"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}}
nics = [{"interface": "eth0"}, wifi]
imp.uplink.keep(print, order=["ethernet", "wifi"], nics=nics, failback=1)
