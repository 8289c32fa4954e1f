# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The steps of most system tests on the board: configure the broker, `connectwith`, wait."""

import pytest

# Runs on the board. `calls` records every callback with the state it saw.
_PRELUDE = """
import server, imp, time
calls = []
def record(tag=None):
    def callback(result, interface):
        calls.append((tag, result, interface, server.isconnected(), time.ticks_ms()))
    return callback
def attempt(nic, timeout=None, tag=None):
    server.connectwith(nic, record(tag), timeout)
def wait(count=1, limit_ms=30000):
    start = time.ticks_ms()
    while len(calls) < count and time.ticks_diff(time.ticks_ms(), start) < limit_ms:
        time.sleep_ms(5)
def until(done, limit_ms=15000):
    start = time.ticks_ms()
    while not done() and time.ticks_diff(time.ticks_ms(), start) < limit_ms:
        time.sleep_ms(5)
    return bool(done())
def settle(ms=300):
    time.sleep_ms(ms)
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)
"""

# Runs on the board: `count_looks(ms)` gives how often the session is looked at.
COUNT_LOOKS = """
from connectwith import connection
session = connection.get().session
poll = session.poll
looks = 0
def counted(*args):
    global looks
    looks += 1
    return poll(*args)
session.poll = counted
def count_looks(ms):
    global looks
    looks = 0
    time.sleep_ms(ms)
    return looks
"""


class Device:
    """A board that runs connectwith."""

    def __init__(self, repl, world, board):
        self.repl = repl
        self.world = world
        self._board = board

    def begin(self):
        """Import the API, choose RETURN_ON_ERROR."""
        self.repl.run(_PRELUDE)

    def prepare(self):
        """The same, and name the bench's broker."""
        self.begin()
        self.use_broker(self.world.broker.url)

    def reboot(self):
        """Press EN: a hard reset, then the API imported and the policy set again."""
        self.repl.reset()
        self.begin()

    def use_broker(self, url, ca=None, login=None):
        """Configure the broker at `url`, trusted by `ca` (PEM bytes, default the bench's); login:
        user name and password."""
        broker = self.world.broker
        ca = broker.ca_pem if ca is None else ca
        user, password = login or (url == broker.url and broker.credentials) or (None, None)
        self.repl.run(
            f"imp.cloud.configure({url!r}, ca={ca!r}, username={user!r}, password={password!r})"
        )

    def wifi(self, name="home", **changes):
        """The NIC of the bench's access point `name`."""
        access_point = self.world.wifi[name]
        if changes.get("key") and not access_point.key:
            pytest.skip(f"the Wi-Fi network {name!r} of this bench is open, and refuses no key")
        config = {"ssid": access_point.ssid, "key": access_point.key, **changes}
        return {"interface": "wl0", "wificonfig": config}

    def ethernet(self):
        """The NIC of the bench's Ethernet."""
        _ = self.world.ethernet  # a bench without one says so here
        return {"interface": "eth0"}

    def nic(self, link):
        """The NIC for `link`, "wl0" or "eth0"."""
        return self.wifi() if link == "wl0" else self.ethernet()

    def start(self, nic, timeout=None, tag=None):
        """Call `connectwith` and return without waiting."""
        self.repl.run(f"attempt({nic!r}, {timeout!r}, {tag!r})")

    def calls(self):
        """The callbacks so far: (tag, result, interface, isconnected() in it, ticks_ms)."""
        return self.repl.value("calls")

    def wait(self, count=1, limit_s=30):
        """Wait until `count` callbacks ran, then some more for one too many; return them all."""
        self.repl.run(f"wait({count}, {limit_s * 1000})\nsettle()", timeout=limit_s + 10)
        return self.calls()

    def connect(self, nic, timeout=None, limit_s=30):
        """One attempt from start to callback; its result. More or fewer callbacks fail."""
        before = len(self.calls())
        self.start(nic, timeout)
        calls = self.wait(before + 1, limit_s)
        assert len(calls) == before + 1, f"one callback expected, got {calls[before:]}"
        tag, result, interface, connected, _ = calls[-1]
        assert interface == nic["interface"]
        assert connected == (result == 5)
        return result

    def last_attempt(self):
        """`imp.diag.lastattempt()`."""
        return self.repl.value("imp.diag.lastattempt()")

    def flash(self):
        """The flash image, byte for byte, everything written."""
        self.repl.run("import os; os.sync()")
        return (self._board.dir / "flash.bin").read_bytes()
