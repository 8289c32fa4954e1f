# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# Fall back from the cable to Wi-Fi and the modem

import imp

import server
from my_network import APN, KEY, SSID

# Pull the cable and switch the access point off, then run it. Each NIC has a time of its own.
NICS = [
    ({"interface": "eth0"}, 3),
    ({"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}}, 8),
    ({"interface": "cell0", "cellconfig": {"apn": APN}}, 120),
]


def attempt(number):
    def done(result, interface):
        print(interface, imp.diag.lastattempt()["name"])
        if result == server.SERVER_CONNECTED:
            server.log("hello over " + interface)
        elif number + 1 < len(NICS):
            attempt(number + 1)

    nic, timeout = NICS[number]
    server.connectwith(nic, done, timeout)


server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
attempt(0)
