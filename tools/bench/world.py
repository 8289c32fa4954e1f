# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The simulated world that boards live in."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from .access_point import AccessPoint
from .broker import Broker
from .certificates import Certificates
from .dns import Dns
from .errors import BenchError
from .ethernet import Ethernet
from .guard import Guard
from .modem.driver import HasUart, Modem
from .netsim_process import Netsim
from .network import Network
from .peer import Peer
from .portal import Portal
from .ports import ClosedPort
from .proxy import Proxy
from .rival import Rival
from .sntp import Sntp

_FIRST_WIFI = {"home": ("home-net", "correct-horse"), "cafe": ("cafe-net", "")}
_CELLULAR_NUMBER = 200  # of 10.0.200.0/24, as netsim has it
_SOCKET_PATH_MAX = 60  # of 107 that a Unix socket's path may have, for the folder


class HasStop(Protocol):
    """The interface of a board for a world."""

    def stop(self) -> object:
        """Power off; nothing if it is off already."""


class World:
    """Access points "home" (WPA2) and "cafe" (open), Ethernet, a cellular network, DNS, SNTP,
    a proxy and a broker.

    Everything is on the loopback interface and in one temporary folder, and ends with the
    `with` block. `seed` makes the random faults repeatable. engine: "mosquitto" or "amqtt",
    credentials: (user name, password) that the broker requires. netsim: the program; by default it
    is found or built. local: the broker's certificate is also good for localhost, for clients on
    this computer.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        engine: str | None = None,
        credentials: tuple[str, str] | None = None,
        netsim: Path | None = None,
        local: bool = False,
    ) -> None:
        self.seed = seed
        self._local = local
        self._engine = engine
        self._credentials = credentials
        self._netsim_binary = netsim
        self._stack = ExitStack()
        self._guests = ExitStack()  # peers and closed ports, which restore() ends
        self._rivals: list[Rival] = []
        self._retired: dict[str, AccessPoint] = {}
        self._boards = 0

    def __enter__(self) -> World:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self) -> None:
        base = tempfile.gettempdir()
        if len(base) > _SOCKET_PATH_MAX:
            base = "/tmp"
        self.folder = Path(tempfile.mkdtemp(prefix="connectwith-", dir=base))
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.guard = Guard(self.folder)
        self._stack.callback(self.guard.close)
        self._stack.callback(self._guests.close)
        self.netsim = Netsim(self.folder, self.guard, self._netsim_binary)
        self._stack.callback(self.netsim.close)
        self.net = self.netsim.path
        self.dns = Dns(self.seed)
        self._stack.callback(self.dns.close)
        self.sntp = Sntp(self.seed)
        self._stack.callback(self.sntp.close)
        self.netsim.command(f"redirect dns={self.dns.port} sntp={self.sntp.port}")
        self.ethernet = Ethernet(self.netsim, self.seed)
        self.cellular = Network(self.netsim, "cellular", _CELLULAR_NUMBER)
        self.modems: list[Modem] = []
        self._modems = 0
        self.wifi: dict[str, AccessPoint] = {}
        for name, (ssid, key) in _FIRST_WIFI.items():
            self.add_wifi(name, ssid, key)
        self.certificates = Certificates(self.folder, local=self._local)
        self.broker = Broker(
            self.folder, self.certificates, self.guard, self._engine, self._credentials
        )
        self._stack.callback(self.broker.stop)
        self.broker.start()
        self.proxy = Proxy()
        self._stack.callback(self.proxy.close)
        self.portal = Portal(self.certificates.other_host, self.broker.port)
        self._stack.callback(self.portal.close)

    def add_wifi(
        self, name: str, ssid: str, key: str = "", *, rssi: int = -55, channel: int = 6
    ) -> AccessPoint:
        """Adds an access point, `wifi[name]`. name: letters, digits, - and _."""
        if not name.replace("-", "").replace("_", "").isalnum() or name in self.wifi:
            raise BenchError(f"{name!r} is taken, or no name for an access point")
        ap = self._retired.pop(name, None)
        if ap is not None:
            ap.configure(ssid, key, rssi, channel)
        else:
            seed = self.seed + len(self.wifi) + 1
            ap = AccessPoint(self.netsim, name, ssid, key, rssi=rssi, channel=channel, seed=seed)
        self.wifi[name] = ap
        return ap

    def restore(self) -> None:
        """As at the start: no faults, no peers, only "home" and "cafe", nothing observed yet.

        Boards stay as they are.
        """
        self._guests.close()
        self.ethernet.restore()
        self.cellular.restore()
        for modem in self.modems:
            modem.restore()
        for name in list(self.wifi):
            if name in _FIRST_WIFI:
                self.wifi[name].restore()
            else:
                self._retired[name] = self.wifi.pop(name)
                self._retired[name].off()
        self.dns.restore()
        self.dns.queries.clear()
        self.sntp.restore()
        self.sntp.requests = 0
        self.broker.restore()
        self.proxy.restore()
        self.portal.restore()

    def peer(self, kind: str) -> Peer:
        """A server that misbehaves; the kinds are those of class Peer."""
        peer = Peer(kind, self.certificates, self.seed)
        self._guests.callback(peer.close)
        return peer

    def rival(self, client_id: str, pause_s: float = 0.05) -> Rival:
        """A second client with a board's client ID, until its close() or restore()."""
        rival = Rival(self.broker, client_id, pause_s)
        self._guests.callback(rival.close)
        return rival

    def rivals(self, pause_s: float = 0.2) -> None:
        """A rival for each board that has been online, until no_rivals()."""
        boards = {
            topic.split("/")[1] for topic, _, _ in self.broker.messages if "/status" in topic
        }
        self._rivals += [self.rival(f"imp-{board}", pause_s) for board in sorted(boards)]

    def no_rivals(self) -> None:
        """Ends rivals()."""
        while self._rivals:
            self._rivals.pop().close()

    def closed_port(self) -> int:
        """A TCP port that refuses connections until restore() or the end of the world."""
        closed = ClosedPort()
        self._guests.callback(closed.close)
        return closed.port

    def fit_modem(self, board: HasUart, uart: int = 1, scale: float = 0.01) -> Modem:
        """A simulated SIM7600 at a UART of `board`, off, until remove_modem() or the end.

        All its times are multiplied by `scale`: 1.0 is a real modem. Raises BenchError.
        """
        self._modems += 1
        log = self.folder / f"modem{self._modems}.log"
        modem = Modem(
            self.netsim, self.cellular, self.guard, log, board,
            uart=uart, scale=scale, number=self._modems,
        )  # fmt: skip
        self.modems.append(modem)
        self._stack.callback(modem.close)
        return modem

    def remove_modem(self, modem: Modem) -> None:
        """Takes a modem out of its board."""
        self.modems.remove(modem)
        modem.close()

    def adopt(self, board: HasStop) -> None:
        """`board` is switched off before the world ends."""
        self._stack.callback(board.stop)

    def board_folder(self) -> Path:
        """A new folder for one more board."""
        self._boards += 1
        folder = self.folder / f"board{self._boards}"
        folder.mkdir()
        return folder
