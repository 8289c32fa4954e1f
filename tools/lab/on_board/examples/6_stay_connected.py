# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# Stay connected, with a message each second

import imp
import time

import agent
import server
from my_network import APN, KEY, SSID


def tell(event):
    print(event["event"], event["interface"])


# Pull the cable: the session moves to Wi-Fi. Switch the access point off, too: it moves to the
# modem. It comes back when a better link has been good for 5 s. No number is lost on the way.
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR_NO_DISCONNECT, server.WAIT_TIL_SENT, 5)
imp.setwificonfiguration(SSID, KEY)
imp.setapn(APN)
imp.uplink.keep(tell, failback=5, entermetered=5)
number = 0
while True:
    if agent.send("number", number) == 0:
        number += 1
    time.sleep(1)
