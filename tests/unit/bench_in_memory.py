# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The bench's own parts without its programs: what each fault does can be compared in a moment."""

import itertools
import signal
from dataclasses import asdict
from fnmatch import fnmatchcase
from types import SimpleNamespace

import bench.broker
from bench.access_point import AccessPoint
from bench.broker import Broker
from bench.dns import Dns
from bench.ethernet import Ethernet
from bench.inbox import Inbox
from bench.modem.controls import Controls
from bench.modem.driver import Modem
from bench.modem.sim7600 import Sim7600
from bench.network import Network
from bench.proxy import Proxy
from bench.sntp import Sntp

from target.faults import kind_of

NAMES = ("broker.test", "other.test", "third.test", "pool.ntp.org", "elsewhere.example")
# What a board mends itself, and what is no fault.
_LEFT_OUT = ("lock", "seed")


class Netsim:
    """Keeps the settings of each network, as netsim does."""

    def __init__(self):
        self.settings = {}
        self._numbers = itertools.count(2)

    def command(self, line):
        """See bench.netsim_process."""
        word, name, *settings = line.split(" ")
        if word == "kick":
            return ""
        network = self.settings.setdefault(name, {})
        for key, value in (setting.split("=") for setting in settings):
            network[key] = float(value) if value.replace(".", "").isdigit() else value
        return str(next(self._numbers)) if word == "wifi" else ""

    def pass_bytes(self):
        """More bytes pass than any fault waits for."""
        for network in self.settings.values():
            if network.get("cut-after", "-1") != "-1" and network["cut"] == "off":
                network.update({"cut": "on", "cut-after": "-1"})


class _Broker(Broker):
    def __init__(self):
        Inbox.__init__(self)
        self._certificates = {
            kind: kind for kind in ("good", "expired", "other-host", "untrusted", "young")
        }
        self._engine = SimpleNamespace(
            certificate="good", credentials=None, ping=lambda: None, lost=False
        )
        self.credentials, self._nobody = None, ("nobody", "x")
        self._asks_for_certificates, self._retained = False, set()
        self._child = None
        self.start()

    def start(self):
        if self._child is None:
            self._child = SimpleNamespace(pid=self, running=True, stalled=False)

    def stop(self):
        self._child = None


class _Modem(Modem):
    def __init__(self):
        self._model = Sim7600()
        controls = Controls(self._model)
        self._call = lambda what, *values: getattr(controls, what)(*values)
        self._first_scale = 1.0
        self._simulator = SimpleNamespace(revive=lambda: False)


class Bench:
    """As typed_faults.apply() wants a world."""

    def __init__(self, monkeypatch):
        monkeypatch.setattr(bench.broker, "os", SimpleNamespace(kill=_kill))
        self.netsim = Netsim()
        self.wifi = {name: AccessPoint(self.netsim, name, f"{name}-net", "a key")
                     for name in ("home", "cafe")}  # fmt: skip
        self.ethernet = Ethernet(self.netsim)
        self.cellular = Network(self.netsim, "cellular", 200)
        self.dns, self.sntp, self.proxy = Dns(), Sntp(), Proxy()
        self.broker, self.modems = _Broker(), [_Modem()]

    def close(self):
        """Ends the servers."""
        for server in (self.dns, self.sntp, self.proxy):
            server.close()

    def restore(self, part):
        """As typed_faults.PARTS names it: without a fault."""
        self._part(part).restore()

    def _part(self, part):
        kind, _, which = part.partition(".")
        return self.modems[0] if kind == "modem" else (
            self.wifi[which] if which else getattr(self, kind))  # fmt: skip

    def state(self, part):
        """All of a part that a fault may change."""
        thing = self._part(part)
        return getattr(self, f"_{kind_of(part)}")(thing)

    def _network(self, thing):
        found = self.netsim.settings[thing.name].items()
        return {key: value for key, value in found if key not in _LEFT_OUT}

    _wifi = _ethernet = _cellular = _network

    def _dns(self, dns):
        rules = dns._answers.items()
        counts = [next((rule for rule in rules if fnmatchcase(name, rule[0])), None)
                  for name in NAMES]  # fmt: skip
        return counts, dns._fault, dns._delay_ms

    def _sntp(self, sntp):
        return sntp._mode, sntp._offset_s if sntp._wrong else 0, sntp._delay_ms

    def _proxy(self, proxy):
        running = proxy._thread is not None
        return running, proxy._status, proxy._expected, proxy._late_s, proxy._fault, (
            proxy._flow.is_set())  # fmt: skip

    def _broker(self, broker):
        child = broker._child
        return broker._engine.certificate, broker._engine.credentials, child and child.stalled

    def _modem(self, modem):
        return {key: value for key, value in asdict(modem._model.scene).items() if key != "clock"}


def _kill(broker, number):
    broker._child.stalled = number == signal.SIGSTOP
