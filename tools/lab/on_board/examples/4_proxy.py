# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# Through an HTTP proxy

import imp

import server
from my_network import KEY, PROXY, PROXY_PORT, SSID


def done(result, interface):
    last = imp.diag.lastattempt()
    print(interface, last["name"], [stage for stage, ms in last["stages"]], last["cause"] or "")
    if result == server.SERVER_CONNECTED:
        server.log("hello through the proxy")


# The TLS session is between the board and the broker: the proxy cannot read it. Have the proxy ask
# for credentials, and the result is NOT_AUTHORISED.
nic = {
    "interface": "wl0",
    "wificonfig": {"ssid": SSID, "key": KEY},
    "proxyconfig": {"type": imp.PROXY_TYPE_HTTP, "address": PROXY, "port": PROXY_PORT},
}
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
server.connectwith(nic, done, 30)
