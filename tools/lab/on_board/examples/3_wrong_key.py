# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# A wrong key of the Wi-Fi network

import imp

import server
from my_network import KEY, SSID


def done(result, interface):
    last = imp.diag.lastattempt()
    print(interface, last["name"], "after", last["ms"], "ms; the limit was", last["timeout"], "s")
    print(last["cause"])


# An access point that starts refuses in the same way, so the key is tried for about 5 s. Your own
# code goes on meanwhile.
wrong = {"ssid": SSID, "key": "not " + KEY}
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
server.connectwith({"interface": "wl0", "wificonfig": wrong}, done, 30)
print("connectwith has returned")
