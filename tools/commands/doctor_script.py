# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What `./tools/cw doctor` runs on the board. It looks, and changes nothing: no interface
is switched, no attempt is made, no AT command is sent. One line of JSON comes out, without
secrets."""

import imp
import json
import os
import sys
import time

import _connectwith
import server
from connectwith import connection, links, settings
from connectwith.diagnostics import report

KINDS = ("Wi-Fi", "Ethernet", "cellular")


def has(kind):
    try:
        import network
        from machine import Pin

        if kind == 0:
            return hasattr(network, "WLAN")
        if kind == 2:
            return hasattr(network, "PPP") and hasattr(Pin.board, "MODEM_TX")
        from connectwith.links.w5500 import fitted

        return fitted()
    except ImportError:
        return False


def in_use(kind):
    return links._links[kind] is not None and control.link is links._links[kind]


def link(kind):
    try:
        if not has(kind):
            return "not on this board"
    except ValueError as error:  # it is there, but not usable
        return str(error)
    if not in_use(kind):
        return "there, not in use"
    text = "in use, "
    if server.isconnected():
        return text + "connected"
    if control.is_connecting():
        return text + "attempt in progress"
    return text + "no session"


def modem():
    if not has(2):
        return None
    from machine import Pin

    found = {}
    status = getattr(Pin.board, "MODEM_STATUS", None)
    if status is not None:
        # Only reads the pin: configuring it could press the power key.
        found["status"] = "on" if status.value() else "off, or started less than 16 s ago"
    if in_use(2):
        told = control.link.info()
        # The IMEI identifies the device, and the cell locates it.
        found.update({name: told[name] for name in ("operator", "rssi", "model")})
        # The SIM was opened on the way to the server.
        if control.is_connected():
            found["sim"] = "ready"
    last = imp.diag.lastattempt() or {}
    if last.get("name") == "SIM_ERROR":
        found["sim"] = last["cause"]
    if "pintries" in last:
        found["pintries"] = last["pintries"]
    return found


def stored():
    found = {}
    for name in ("wificonfig", "staticconfig", "proxyconfig", "cellconfig"):
        block = settings.load_block(name)
        # Names only: an SSID can reveal where a person lives.
        found[name] = None if block is None else sorted(block)
    known = getattr(settings, "load_networks", list)()  # an earlier firmware has no list
    found["networks"] = [str(len(known)) + " of Wi-Fi"] if known else None
    broker = settings.load_cloud()
    found["cloud"] = None
    if broker is not None:
        found["cloud"] = [
            name
            for name in ("url", "clientid", "username", "password", "ca", "cert", "key")
            if getattr(broker, name) is not None
        ]
    return found


def attempt():
    last = imp.diag.lastattempt()
    if last is None:
        return None
    told = {key: last[key] for key in ("interface", "name", "ms", "cause", "stages")}
    # Of server.connect: the result of each interface that has ended.
    tries = last.get("tries", {})
    told["tries"] = {name: report.result_name(tries[name], name) for name in tries}
    told["note"] = last.get("note")
    return told


control = connection.get()
uname = os.uname()
print(
    json.dumps(
        {
            "board": uname.machine,
            "micropython": uname.release,
            "build": uname.version,
            "platform": sys.platform,
            "version": getattr(_connectwith, "VERSION", None),
            "links": {KINDS[kind]: link(kind) for kind in range(3)},
            "modem": modem(),
            "keysource": imp.diag.keysource(),
            "clock": time.time(),
            "built": _connectwith.build_time(),
            "epoch": time.gmtime(0)[0],
            "stored": stored(),
            "connected": server.isconnected(),
            "lastattempt": attempt(),
            "counters": imp.diag.counters(),
        }
    )
)
