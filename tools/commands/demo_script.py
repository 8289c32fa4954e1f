# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What `./tools/cw demo` runs on the board: plain user code, as it would run on any board.

It connects over Wi-Fi, over Ethernet, over a modem, then with a wrong Wi-Fi key. Each interface is
powered down before the next is tried. The lines that begin with
"attempt", "stage" and "result" are for the demo to read.
"""

import imp
import time

import server
from my_network import APN, KEY, SSID

TIMEOUT_S = 20


def connect(title, nic):
    ended = []

    def done(result, interface):
        attempt = imp.diag.lastattempt()
        print("result", interface, attempt["name"], attempt["ms"], attempt["cause"])
        if result == server.SERVER_CONNECTED:
            server.log("hello over " + interface)
            server.log("connected over %s in %d ms" % (interface, attempt["ms"]))
        ended.append(result)

    print("attempt", nic["interface"], title)
    server.connectwith(nic, done, TIMEOUT_S)
    while not ended:
        time.sleep_ms(10)


def stage(name, duration_ms):
    print("stage", name, duration_ms)


# WAIT_FOR_ACK: log() returns when the broker has the line, so that the next attempt, which powers
# the interface down, cannot overtake it.
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_FOR_ACK, 10)
imp.diag.ontransition(stage)

connect("Wi-Fi", {"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}})
connect("Ethernet", {"interface": "eth0"})
connect("cellular", {"interface": "cell0", "cellconfig": {"apn": APN}})
connect("wrong key", {"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY + "!"}})
server.disconnect()
