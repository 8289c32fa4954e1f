# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What `./tools/cw run` runs on the board after the last line of a script: it says what of the
script is still to come. A change is a note (see follow.py), with ; between the reasons."""

import sys
import time

import _board


def of_server(control):
    """What the connection has still to call. Handlers count while there may be a connection."""
    from connectwith.session import messages

    connecting = control.is_connecting()
    reasons = ["an attempt"] if connecting else []
    if connecting or control.is_connected():
        reasons += ["agent.on(" + repr(name) + ")" for name in messages.handlers]
        if control.on_loss is not None:
            reasons.append("server.onunexpecteddisconnect")
        if control.on_shutdown is not None:
            reasons.append("server.onshutdown")
        if control.diag.watcher is not None:
            reasons.append("imp.diag.ontransition")
    return reasons


def of_timers(service):
    reasons = ["imp.wakeup"] if service._timers else []
    return reasons + ["imp.onidle"] * (service._idle is not None)


def reasons():
    found = []
    connection = sys.modules.get("connectwith.connection")
    if connection is not None and connection._controller is not None:
        found += of_server(connection._controller)
    timers = sys.modules.get("connectwith.local.timers")
    if timers is not None and timers._service is not None:
        found += of_timers(timers._service)
    interfaces = sys.modules.get("connectwith.local.interfaces")
    if interfaces is not None and any(
        holder is not None and holder.callback is not None for holder in interfaces._holders
    ):
        found.append("imp.net.open")
    running, pins = _board.callbacks()
    return found + ["machine.Timer"] * bool(running) + ["Pin.irq"] * bool(pins)


told = None
while True:
    now = "; ".join(reasons())
    if now != told:
        told = now
        print("\x1ewaits " + now + "\x1f", end="")
    time.sleep_ms(100)
