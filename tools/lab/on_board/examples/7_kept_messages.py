# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# Messages that arrive after a power cut, too

import imp
import time

import agent
import server

# A kept message is in flash before send() returns. Stop the broker, or switch the board off and
# run this again: every message arrives, in its order.
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR_NO_DISCONNECT, server.WAIT_TIL_SENT, 5)
imp.uplink.keep(order=["ethernet"])
for number in range(1, 11):
    code = agent.send("reading", {"number": number}, keep=True)
    print("kept:", number, "code:", code, "waiting:", imp.uplink.outbox()["count"])
    time.sleep(1)
