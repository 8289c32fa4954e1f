# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the tests of the cellular link share: NICs, waiting for a condition, the modem's state."""

import time
from datetime import UTC, datetime

NO_SERVER, SERVER_CONNECTED, NO_MODEM, SIM_ERROR = 4, 5, 8, 9
NO_REGISTRATION, REGISTRATION_DENIED, NO_PPP_CONNECTION, PPP_NO_CONNECTIVITY = 10, 11, 12, 13
NOT_RESOLVED = 3

LIMIT_S = 40  # for events that take one or two seconds; machines may be slow


def cell(**cellconfig):
    """A cellular NIC: the bench's APN, and the given keys."""
    return {"interface": "cell0", "cellconfig": {"apn": "internet", **cellconfig}}


def until(condition, what, limit_s=LIMIT_S):
    """Waits for `condition()`; the failure names it."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"{what}: not within {limit_s} s"
        time.sleep(0.02)


def expect_off(modem):
    """Checks that the modem is off, or has got the command to go off."""
    until(lambda: not modem.on, "the modem is switched off")


def expect_lost(device):
    """Waits until the board notices that its session is over."""
    assert device.repl.value("until(lambda: not server.isconnected(), 60000)", timeout=70) is True


def stages(device):
    """The names of the stages of the last attempt."""
    return [name for name, _ in device.last_attempt()["stages"]]


def at_lines(device):
    """The AT lines that `imp.diag` kept of the last attempt."""
    return device.last_attempt()["at"]


def set_clock(device):
    """Sets the board's clock, so that the attempt needs no time server."""
    t = datetime.now(UTC)
    fields = (t.year, t.month, t.day, t.weekday(), t.hour, t.minute, t.second, 0)
    device.repl.run(f"import machine\nmachine.RTC().datetime({fields})")


def warm_anew(device, modem):
    """Ends the connection, and puts the modem into the state of one that has stayed on."""
    device.repl.run("server.disconnect()")
    until(lambda: modem.state == "off", "the modem is off")
    time.sleep(0.3)  # for the link to see STATUS
    modem.warm()


def quick_connection_s(device, modem):
    """The time of a connection on this machine; leaves the modem connected."""
    modem.warm()
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    warm_anew(device, modem)  # the first attempt also loads modules
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    return device.last_attempt()["ms"] / 1000


_silent_s = []


def silent_s(device, modem):
    """A timeout for attempts that end by it: enough to get to the stage of the fault on this
    machine. Measured once; the modem is on and registered afterwards."""
    if not _silent_s:
        _silent_s.append(max(2.0, 8 * quick_connection_s(device, modem)))
        warm_anew(device, modem)
    else:
        modem.warm()
    return _silent_s[0]


# The result when the time runs out in a stage.
_CODES = {
    "HARDWARE": NO_MODEM,
    "LINK": NO_REGISTRATION,
    "ADDRESS": NO_PPP_CONNECTION,
    "RESOLVE": PPP_NO_CONNECTIVITY,
    "DIAL": PPP_NO_CONNECTIVITY,
    "TLS": NO_SERVER,
    "SESSION": NO_SERVER,
}


def code_of_the_stage(device, result):
    """Checks that `result` belongs to the stage in which the last attempt ended; its name."""
    if result == SERVER_CONNECTED:
        return "connected"  # the session notices the pull later
    report = device.last_attempt()
    assert report["result"] == result
    stage = report["stages"][-1][0]
    if report["cause"] == "timeout":
        assert result == _CODES[stage], report
    else:
        # The link has noticed it before.
        assert result in (NO_MODEM, NO_PPP_CONNECTION), report
    return stage
