# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The world of an emulator whose UART 1 is a TCP port. The port leads to a simulated modem, and
the modem to the bench's mobile network, name servers and broker.

An emulated UART has no pins beside it and carries no baud rate: there is no power key and no
STATUS, and the modem is on when a test begins.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import termios
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

from bench import World
from bench.broker import Broker
from bench.modem.driver import Modem
from bench.peer import Peer

from .bench_file import BenchFile
from .limits import Limits
from .world import RealWorld

_STEP_S = 0.05
_MODEM_SCALE = 0.01  # of a real one's times, as with a virtual board
# The rate of a modem after a start. AT+IPR changes it until the modem is switched off.
_FIRST_RATE = 115200
_IPR = re.compile(rb"AT\+IPR=(\d+)\r")
_KEPT_BYTES = 64
_APN = "internet"  # the bench's network takes any


class Uart:
    """A UART at TCP `port`, as a terminal in `folder`: what a simulated modem is fitted to.

    A context manager. `running` says that no process of a virtual board has its pins.
    """

    running = False
    pid = 0

    def __init__(self, port: int, folder: Path) -> None:
        self.dir = folder
        self._master, slave = os.openpty()
        tty.setraw(slave)
        # Kept open, so that the line does not end with the modem.
        self._slave = slave
        self._said = b""  # by the board, recently
        self.set_rate(_FIRST_RATE)
        (folder / "uart1").symlink_to(os.ttyname(slave))
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="uart", daemon=True)
        self._thread.start()

    def __enter__(self) -> Uart:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(15)
        self._socket.close()
        os.close(self._master)
        os.close(self._slave)

    def set_rate(self, rate: int) -> None:
        """The rate of the board's bytes. The modem understands no other rate."""
        attributes = termios.tcgetattr(self._slave)
        attributes[4:6] = [getattr(termios, f"B{rate}")] * 2
        termios.tcsetattr(self._slave, termios.TCSANOW, attributes)

    def _follow(self) -> None:
        """Both ends change their rate after AT+IPR; the emulated UART does not show it."""
        asked = _IPR.findall(self._said)
        if asked:
            self.set_rate(int(asked[-1]))
            self._said = b""

    def _run(self) -> None:
        while not self._closing.is_set():
            ready = select.select([self._master, self._socket], [], [], _STEP_S)[0]
            # The emulator may end before the test; then there is nothing more to read.
            with contextlib.suppress(OSError):
                if self._master in ready:
                    self._socket.sendall(os.read(self._master, 4096))
                    # Those bytes were OK, which comes at the old rate, or the echo before it.
                    self._follow()
                if self._socket in ready:
                    data = self._socket.recv(4096)
                    if not data:
                        return
                    self._said = (self._said + data)[-_KEPT_BYTES:]
                    os.write(self._master, data)


class EmulatedWorld(RealWorld):
    """What bench.toml names, and the simulated world behind a modem at UART 1."""

    def __init__(self, settings: BenchFile, limits: Limits, port: int) -> None:
        super().__init__(settings, limits)
        self._port = port
        self._world: World | None = None
        self._uart: Uart | None = None

    def __enter__(self) -> EmulatedWorld:
        super().__enter__()
        try:
            self._world = self._stack.enter_context(World())
            folder = self._world.board_folder()
            self._uart = self._stack.enter_context(Uart(self._port, folder))
        except BaseException:
            self._stack.close()
            raise
        self.dns = self._world.dns
        self.sntp = self._world.sntp
        return self

    def _simulated(self) -> World:
        assert self._world is not None
        return self._world

    @contextlib.contextmanager
    def modem(self) -> Iterator[Modem]:
        """A modem that is on and registered, for one test."""
        assert self._uart is not None
        modem = self._simulated().fit_modem(self._uart, scale=_MODEM_SCALE)
        try:
            self._uart.set_rate(_FIRST_RATE)
            modem.warm()
            yield modem
        finally:
            self._simulated().remove_modem(modem)

    @property
    def cellular(self) -> dict[str, str]:
        """The cellconfig for the modem's network."""
        return {"apn": _APN}

    @property
    def broker(self) -> Broker:
        """The bench's own, which the mobile network leads to."""
        return self._simulated().broker

    def peer(self, kind: str) -> Peer:
        """A server that misbehaves, in the bench."""
        return self._simulated().peer(kind)

    def closed_port(self) -> int:
        """A port of the bench that refuses connections until restore()."""
        return self._simulated().closed_port()

    def restore(self) -> None:
        """No faults, no peers, nothing published yet."""
        self._simulated().restore()
        self.limits.forget()
