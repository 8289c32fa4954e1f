# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# Cellular, over the modem

import imp

import server
from my_network import APN


def done(result, interface):
    last = imp.diag.lastattempt()
    print(interface, last["name"], "after", last["ms"], "ms", last["cause"] or "")
    if result == server.SERVER_CONNECTED:
        server.log("hello over the modem")


# The modem is switched on, registers, and dials. Each stage is told when it has ended.
imp.diag.ontransition(lambda stage, ms: print(stage, "took", ms, "ms"))
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
server.connectwith({"interface": "cell0", "cellconfig": {"apn": APN}}, done, 120)
