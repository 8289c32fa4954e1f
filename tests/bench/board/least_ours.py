# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: as little as connects, as the whole program."""

import imp
import time

import server
from settings import CA_PEM, HOST, KEY, PORT, SSID

calls = []
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)
imp.cloud.configure("mqtts://%s:%d" % (HOST, PORT), ca=CA_PEM)
nic = {"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}}
server.connectwith(nic, lambda result, interface: calls.append(result))
while not calls:
    time.sleep_ms(1)
print("connected" if calls[0] == server.SERVER_CONNECTED else calls)
