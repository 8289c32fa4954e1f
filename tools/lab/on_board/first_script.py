# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# The lines of the README, as they stand there.
# ruff: noqa: E401, I001, UP031

import imp, server
from my_network import BROKER, KEY, PORT, SSID


def done(result, interface):
    if result == server.SERVER_CONNECTED:
        server.log("connected over " + interface)
    else:
        print("failed:", imp.diag.lastattempt()["name"], imp.diag.lastattempt()["cause"])


imp.cloud.configure("mqtts://%s:%d" % (BROKER, PORT), ca=open("ca.pem", "rb").read())
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
server.connectwith({"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}}, done, 30)
# Your code goes on here.
