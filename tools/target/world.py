# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The world around a real board: the interface of bench.World, with the parts of bench.toml."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.broker import Broker
from bench.certificates import Certificates
from bench.guard import Guard
from bench.peer import Peer
from bench.ports import ClosedPort

from .bench_file import BenchFile, LocalBroker, RemoteBroker, Wifi
from .broker import WatchedBroker
from .limits import Limits
from .switches import Switched, Switches

_VIRTUAL_ONLY = "only the virtual board's bench has that"


class AccessPoint(Switched):
    """A Wi-Fi network of the bench."""

    def __init__(self, switches: Switches, name: str, settings: Wifi) -> None:
        super().__init__(switches, f"wifi.{name}")
        self.ssid = settings.ssid
        self.key = settings.key


class Networks(dict[str, AccessPoint]):
    """The networks by name. A missing network is refused like a missing fault."""

    def __init__(self, switches: Switches, settings: dict[str, Wifi]) -> None:
        super().__init__({name: AccessPoint(switches, name, settings[name]) for name in settings})
        self._limits = switches.limits

    def __missing__(self, name: str) -> AccessPoint:
        self._limits.refuse(f"offer the Wi-Fi network {name!r}", f"no [wifi.{name}] in bench.toml")

    def values(self) -> Iterator[AccessPoint]:
        """The networks in the air are unknown."""
        self._limits.refuse("tell every network in the air", _VIRTUAL_ONLY)


class RealWorld:
    """Use as a context manager. What is not there raises Cannot, as soon as it is looked at."""

    def __init__(self, settings: BenchFile, limits: Limits) -> None:
        self.settings = settings
        self.limits = limits
        self._switches = Switches(settings.commands, limits)
        self._stack = ExitStack()
        self._guests = ExitStack()  # peers and closed ports, which restore() ends
        self._certificates: Certificates | None = None
        self._broker: Broker | WatchedBroker | None = None
        self.wifi = Networks(self._switches, dict(settings.wifi))
        self.dns = Switched(self._switches, "dns")
        self.sntp = Switched(self._switches, "sntp")

    def __enter__(self) -> RealWorld:
        try:
            if isinstance(self.settings.broker, LocalBroker):
                self._start_broker(self.settings.broker)
            elif isinstance(self.settings.broker, RemoteBroker):
                self._broker = WatchedBroker(self.settings.broker, self._switches)
                self._stack.callback(self._broker.close)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.callback(self._switches.restore)
        self._stack.close()

    def _start_broker(self, settings: LocalBroker) -> None:
        folder = Path(tempfile.mkdtemp(prefix="connectwith-"))
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        guard = Guard(folder)
        self._stack.callback(guard.close)
        self._stack.callback(self._guests.close)
        self._certificates = Certificates(folder, settings.host)
        self._broker = Broker(folder, self._certificates, guard, listen=settings.listen)
        self._stack.callback(self._broker.stop)
        self._broker.start()

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        self.limits.refuse(f"give world.{name}", _VIRTUAL_ONLY)

    @property
    def ethernet(self) -> Switched:
        """The cable in the board's socket."""
        if not self.settings.ethernet:
            self.limits.refuse("offer Ethernet", "no [ethernet] in bench.toml")
        return Switched(self._switches, "ethernet")

    @property
    def cellular(self) -> dict[str, str]:
        """The cellconfig for the SIM in the board's modem."""
        found = self.settings.cellular
        if found is None:
            self.limits.refuse("offer a mobile network", "no [cellular] in bench.toml")
        fields = {name: getattr(found, name) for name in ("apn", "username", "password", "pin")}
        return {name: value for name, value in fields.items() if value is not None}

    @property
    def broker(self) -> Broker | WatchedBroker:
        """The broker that boards are to use."""
        if self._broker is None:
            self.limits.refuse("offer a broker", "no [broker] in bench.toml")
        return self._broker

    def _listen(self, what: str) -> str:
        if not isinstance(self.settings.broker, LocalBroker):
            self.limits.refuse(what, "no 'listen' in [broker] of bench.toml")
        return self.settings.broker.listen

    def peer(self, kind: str) -> Peer:
        """A server that misbehaves, on this computer; the kinds are those of class Peer."""
        listen = self._listen("start a server that misbehaves")
        assert self._certificates is not None
        peer = Peer(kind, self._certificates, listen=listen)
        self._guests.callback(peer.close)
        return peer

    def closed_port(self) -> int:
        """A TCP port of this computer that refuses connections until restore()."""
        closed = ClosedPort(self._listen("offer a port that refuses connections"))
        self._guests.callback(closed.close)
        return closed.port

    def restore(self) -> None:
        """No faults, no peers, nothing published yet. Raises BenchError."""
        self._guests.close()
        self._switches.restore()
        if self._broker is not None:
            self._broker.restore()
        self.limits.forget()
