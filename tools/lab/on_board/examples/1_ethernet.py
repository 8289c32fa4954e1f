# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# Ethernet, with a cable to pull

import imp

import server


def done(result, interface):
    last = imp.diag.lastattempt()
    print(interface, last["name"], "after", last["ms"], "ms", last["cause"] or "")
    if result == server.SERVER_CONNECTED:
        server.log("hello over the cable")


def gone(result):
    print("no connection for a minute, the last result is", result)


# Under this policy a lost connection is restored in the background: pull the cable, and plug it
# in again. gone() is called if that takes longer than a minute.
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
server.onunexpecteddisconnect(gone)
server.connectwith({"interface": "eth0"}, done, 30)
