# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board in a bench, on which the cells of the matrix are tried one after the other."""

import ast
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from types import SimpleNamespace

from bench import Board
from bench.proxy import Proxy
from cellular import cell as cellular_nic
from cellular import until
from device import Device
from holdings import HEAP_NOISE_BYTES, held
from matrix import EARLY, LATE, LINKS, SERVER_CONNECTED, TRIED

KNOWN_S = 30  # the timeout where the end is known before it
TOLERANCE_S = 2  # a callback may be so late after the timeout, on busy machines
_MARGIN = 5  # a timeout is so many times the usual duration of a connection
_SHARE = 0.8  # of the timeout, in which what may pass is tried again (docs/api.md)
_STAGE_S = 10  # until a stage is reached in which something is to happen

# Each attempt uses all the secrets that its link and its proxy settings allow.
SECRETS = {
    "broker": "br0ker-s3cret",
    "proxy": "pr0xy-s3cret",
    "cellular": "c3ll-s3cret",
    "wifi": "correct-horse",
    "work": "w0rk-s3cret",
}

# Where an ESP32's clock stands after power-on.
RESET_TIME = datetime(2000, 1, 1, tzinfo=UTC)

# Runs on the board: a driver that is replaced by the real one as soon as it is constructed.
_DRIVER = """
import sys, time
class Driver:
    class WLAN:
        IF_STA = 0
        def __new__(cls, *arguments):
            del sys.modules["network"]
            {}
            import network
            return network.WLAN(*arguments)
sys.modules["network"] = Driver
"""

# Runs on the board: whether a session or the radio is still up.
_UP = """
import network
print(server.isconnected() or network.WLAN(0).active())
"""

# Runs on the board: no list of networks, and no network that was joined last.
_FORGET = """
import _connectwith
imp.uplink.networks(None)
_connectwith.link_memory(bytes(16))
"""


class BoardRepl:
    """The interface that class Device expects of a REPL, on the bench's REPL."""

    def __init__(self, board):
        self._board = board

    def run(self, code, timeout=10):
        """Runs `code` and returns what it printed."""
        return self._board.exec(code, timeout)

    def value(self, expression, timeout=10):
        """The value of `expression` on the board."""
        return ast.literal_eval(self.run(f"print(repr({expression}))", timeout).strip())


class Rig:
    """`world`, `board`, `modem`, `device`; and `link` and `net`, those of the cell under test."""

    def __init__(self, world, binary):
        self.world = world
        self._binary = binary
        self._faults = ExitStack()
        self.board = self.modem = self.device = None
        self.link = self.net = self.peer = self.proxy = None
        self.listed = False  # the board chooses its Wi-Fi network from a list
        self._usual_s = {}
        self._before = None

    # -- the board

    def power_up(self):
        """A new board with an empty flash; nothing of the one before is left."""
        self.power_down()
        self.world.restore()
        self.board = Board(self.world, binary=self._binary).start()
        self.modem = self.world.fit_modem(self.board)
        self.device = Device(BoardRepl(self.board), self.world, self.board)
        self.device.prepare()
        self._warm_up()

    def _warm_up(self):
        """Uses each link once, so that drivers, modules and caches that stay are allocated."""
        for link in LINKS:
            self.begin(link)
            self.set_clock(RESET_TIME)
            if link == "eth0":
                self.use_proxy()
            self.connect_well()
            self.rest()
        self._before = self.hold()

    def power_down(self):
        """Stops the board and removes its modem; checks for reports of a sanitizer."""
        self._faults.close()
        if self.board is not None:
            # A board built with a sanitizer says there what it found.
            log = (self.board.dir / "stderr.log").read_text(errors="replace")
            self.world.remove_modem(self.modem)
            self.board.stop()
            self.board = self.modem = self.device = None
            assert "Sanitizer" not in log and "runtime error" not in log, log

    # -- what a cell uses to make its fault

    def server(self, kind):
        """The board's server is a peer of this kind, `peer`."""
        self.peer = self.world.peer(kind)
        self.use_server(self.peer.url)

    def driver(self, what):
        """The next start of the Wi-Fi driver does `what`, a statement, before it begins."""
        self.device.repl.run(_DRIVER.format(what))

    def reset(self):
        """Resets the board by EN, and sets its server and its clock again."""
        self.board.reset()
        self.device.prepare()
        self.use_server(self.world.broker.url)
        self.set_clock()

    def renew(self):
        """Resets the board without a fault; what it holds then is the new reference."""
        link = self.link
        self.reset()
        self._warm_up()
        self.begin(link)

    def closed_server(self):
        """Nobody listens at the port of the board's server."""
        self.use_server(f"mqtts://{self.world.broker.host}:{self.world.closed_port()}")

    def use_server(self, url):
        """The board's server is at `url`, with a user name and a password."""
        self.device.use_broker(url, login=("bench", SECRETS["broker"]))

    def use_proxy(self, **how):
        """The NIC has a proxy, which is as `how` says (see class Proxy)."""
        self.proxy = self._faults.enter_context(Proxy(("bench", SECRETS["proxy"]), **how))

    def closed_proxy(self):
        """The NIC has a proxy at whose port nobody listens."""
        self.proxy = SimpleNamespace(port=self.world.closed_port())

    def resolve_to(self, address):
        """The server's name has this address."""
        self.world.dns.answer(self.world.broker.host, address)

    def second(self):
        """Another access point of the cell's network, weaker, and found after it."""
        if "second" not in self.world.wifi:
            net = self.net
            self.world.add_wifi("second", net.ssid, net.key, rssi=-80, channel=11)
        return self.world.wifi["second"]

    def several(self):
        """The board chooses between the cell's network and another one, whose access point, which
        is weaker, is returned."""
        if "work" not in self.world.wifi:
            self.world.add_wifi("work", "work-net", SECRETS["work"], rssi=-80, channel=11)
        work = self.world.wifi["work"]
        known = [{"ssid": net.ssid, "key": net.key} for net in (self.net, work)]
        self.device.repl.run(f"imp.uplink.networks({known!r})")
        self.listed = True
        return work

    def cut(self):
        """The link is cut: access point off, cable out, or the modem's call ended."""
        if self.link == "wl0":
            self.net.off()
        elif self.link == "eth0":
            self.net.unplug()
        else:
            self.modem.carrier_lost()

    def uncut(self):
        """Ends what `cut()` did to a local network."""
        if self.link == "wl0":
            self.net.on()
        else:
            self.net.plug()

    # -- attempts

    def nic(self):
        """The NIC of the cell."""
        if self.link == "cell0":
            return cellular_nic(auth="pap", username="me", password=SECRETS["cellular"])
        nic = {"interface": "wl0"} if self.listed else self.device.nic(self.link)
        if self.proxy is not None:
            nic["proxyconfig"] = {"address": "proxy.test", "port": self.proxy.port,
                                  "username": "bench", "password": SECRETS["proxy"]}  # fmt: skip
        return nic

    def mend(self):
        """Ends all faults. The modem is on, and has been registered for long."""
        self._faults.close()
        self.proxy = None
        if self.listed:
            self.device.repl.run(_FORGET)
            self.listed = False
        self.world.restore()
        if self.link == "cell0":
            self.modem.context(1, "internet")  # to set it would cost the radio, and time
            self.modem.ppp("pap", user="me", password=SECRETS["cellular"])
            time.sleep(0.3)  # for the link to see STATUS
            self.modem.warm()
        self.use_server(self.world.broker.url)

    def rest(self):
        """Goes offline, and waits for the end of powering down."""
        self.device.repl.run(
            "server.disconnect()\ncalls.clear()\nfrom connectwith import connection"
        )
        until(lambda: not self.device.repl.value("connection.get().is_stopping()"), "it is down")

    def set_clock(self, when=None):
        """Sets the board's clock: to a datetime of UTC, or right."""
        t = when or datetime.now(UTC)
        fields = (t.year, t.month, t.day, t.weekday(), t.hour, t.minute, t.second, 0)
        self.device.repl.run(f"import machine\nmachine.RTC().datetime({fields})")

    def connect_well(self):
        """Checks that an attempt without a fault connects; notes its duration."""
        result = self.device.connect(self.nic(), timeout=KNOWN_S)
        report = self.device.last_attempt()
        assert result == SERVER_CONNECTED, f"the next attempt: {report}"
        # A modem that was pulled or mute has to be found again, once.
        self._usual_s[self.link] = (report["ms"] - dict(report["stages"])["HARDWARE"]) / 1000

    def begin(self, link):
        """Selects the link, without a fault."""
        self.link = link
        self.net = {"wl0": self.world.wifi["home"], "eth0": self.world.ethernet}.get(
            link, self.world.cellular
        )
        self.set_clock()
        self.mend()

    def hold(self):
        """The resources that the board holds while it is offline."""
        self.rest()
        return held(self.device, self.board)

    def timeout_s(self, cell):
        """The timeout of the attempt. If only the timeout ends it, it is short, but long enough
        to get to the cell's stage on this machine."""
        if cell.ends not in (LATE, TRIED):
            return KNOWN_S
        return round(max(cell.limit_s, _MARGIN * self._usual_s[self.link]), 3)

    def attempt(self, cell, timeout_s):
        """One attempt under the fault of `cell`: (result, ms from call to callback)."""
        repl = self.device.repl
        repl.run(f"began = time.ticks_ms()\nattempt({self.nic()!r}, {timeout_s!r})")
        if cell.then is not None:
            until(lambda: self._stage() == cell.stage, f"stage {cell.stage}", _STAGE_S)
            cell.then(self)
        if cell.passes is not None:
            time.sleep(cell.lasts_s)
            assert self.device.last_attempt()["result"] is None, self.device.last_attempt()
            cell.passes(self)
        limit_s = timeout_s + TOLERANCE_S + 1
        repl.run(f"wait(1, {int(limit_s * 1000)})\nsettle(100)", timeout=limit_s + 10)
        calls = self.device.calls()
        assert len(calls) == 1, f"one callback expected, got {calls}: {self.device.last_attempt()}"
        _, result, interface, connected, _ = calls[0]
        assert interface == self.link and connected == (result == SERVER_CONNECTED)
        return result, repl.value("time.ticks_diff(calls[0][4], began)")

    def _stage(self):
        report = self.device.last_attempt()
        return report["stages"][-1][0] if report and report["result"] is None else None

    # -- what must hold afterwards

    def check_time(self, cell, took_ms, timeout_s):
        """Checks the duration. No attempt ends later than its timeout. One whose result is known
        earlier ends earlier. A failure that may pass is retried for most of the timeout, and its
        cause is reported even if the timeout has ended it."""
        report = self.device.last_attempt()
        if cell.ends == TRIED:
            assert _SHARE * timeout_s * 1000 <= took_ms <= (timeout_s + TOLERANCE_S) * 1000, report
        elif cell.ends == LATE:
            assert round(timeout_s * 1000) <= took_ms <= (timeout_s + TOLERANCE_S) * 1000, report
        else:
            assert took_ms < timeout_s * 1000, report
        if cell.ends in (EARLY, TRIED):
            assert report["cause"] != "timeout", report

    def check_report(self, cell):
        """Checks that a failure has a cause and a stage, a success none; and no secret."""
        report = self.device.last_attempt()
        for secret in SECRETS.values():
            assert secret not in repr(report)
        if cell.result == SERVER_CONNECTED:
            assert report["cause"] is None, report
            assert bool(report.get("note")) == cell.noted, report
        else:
            assert report["cause"], report
            assert report["stages"][-1][0] == cell.last_stage, report

    def check_powered_down(self):
        """Checks after a failure that the interface is down: by the board, and by the bench after
        the fault has ended, because the fault may keep the interface off its network."""
        assert self.device.repl.run(_UP).strip() == "False"
        self.rest()
        if self.link == "cell0":
            assert not self.modem.on
            return
        self.mend()
        time.sleep(0.2)  # longer than a link takes to come up
        assert self.net.cable.counters["clients"] == 0

    def check_holdings(self):
        """Compares the resources with those before the cell. A first run may leave modules and
        caches, which is no leak. False: only the heap has grown; the cell has to be repeated."""
        before, after = self._before, self.hold()
        self._before = dict(after)
        grown = after.pop("heap") - before.pop("heap")
        assert after == before
        return grown <= HEAP_NOISE_BYTES
