# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board's console on TCP: as an RFC 2217 port with the control lines of a dev kit, or raw."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import tty
from collections.abc import Callable
from pathlib import Path

from serial.rfc2217 import PortManager

_STEP_S = 0.05


class _Lines:
    """The serial port that a PortManager sets: two transistors between RTS, DTR and EN, GPIO0.

    They are Espressif's auto-program circuit: EN is low with RTS alone, GPIO0 with DTR alone.
    """

    def __init__(self) -> None:
        self.baudrate, self.bytesize, self.parity, self.stopbits = 115200, 8, "N", 1
        self.xonxoff = self.rtscts = self.break_condition = False
        self.cts = self.dsr = self.ri = self.cd = False
        self.rts = self.dtr = False

    @property
    def en_low(self) -> bool:
        """The chip is held in reset."""
        return self.rts and not self.dtr

    @property
    def gpio0_low(self) -> bool:
        """A chip that leaves reset now waits for a download."""
        return self.dtr and not self.rts

    def reset_input_buffer(self) -> None:
        """There is none."""

    def reset_output_buffer(self) -> None:
        """There is none."""


class SerialServer:
    """Serves `console` at 127.0.0.1 to one client at a time; a context manager.

    press_en: resets the board; without it the port is raw TCP, as that of an emulator. `resets`
    counts; a chip that was reset with GPIO0 low neither speaks nor listens until the next reset.
    """

    def __init__(
        self, console: Path, press_en: Callable[[], None] | None = None, port: int = 0
    ) -> None:
        self.resets = 0
        self._press_en = press_en
        self._lines = _Lines()
        self._held = self._download = False
        self._console = os.open(os.path.realpath(console), os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._console)
        self._client: socket.socket | None = None
        self._manager: PortManager | None = None
        self._listener = socket.create_server(("127.0.0.1", port))
        number = self._listener.getsockname()[1]
        scheme = "socket" if press_en is None else "rfc2217"
        self.url = f"{scheme}://127.0.0.1:{number}"
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="serial server", daemon=True)
        self._thread.start()

    def __enter__(self) -> SerialServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, data: bytes) -> None:
        """To the client; the PortManager's answers come this way, too."""
        if self._client is not None:
            self._client.sendall(data)

    def _run(self) -> None:
        while not self._closing.is_set():
            sources = [self._console, self._client or self._listener]
            ready = select.select(sources, [], [], _STEP_S)[0]
            try:
                if self._console in ready:
                    self._from_board()
                if self._listener in ready:
                    self._accept()
                elif self._client in ready:
                    self._from_client()
                self._watch_lines()
            except ConnectionError:
                self._drop()
            except OSError:
                self._drop()  # the board has gone
                return

    def _accept(self) -> None:
        self._client, _ = self._listener.accept()
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._press_en is not None:
            self._manager = PortManager(self._lines, self)

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._manager = None

    def _from_board(self) -> None:
        data = os.read(self._console, 4096)
        if self._held or self._download:
            return
        if self._manager is not None:
            data = b"".join(self._manager.escape(data))
        # Without a client the output is lost, as on a UART.
        self.write(data)

    def _from_client(self) -> None:
        assert self._client is not None
        data = self._client.recv(4096)
        if not data:
            self._drop()
            return
        if self._manager is not None:
            data = b"".join(self._manager.filter(data))
        if data and not (self._held or self._download):
            os.write(self._console, data)

    def _watch_lines(self) -> None:
        if self._lines.en_low:
            self._held = True
        elif self._held and not self._lines.rts:
            # With both lines set, a client is on its way to the download mode. The capacitor at
            # EN bridges that moment on a board; here it lasts as long as the network takes.
            self._held = False
            self._boot()

    def _boot(self) -> None:
        assert self._press_en is not None
        self._download = self._lines.gpio0_low
        # The output from before the reset is dropped.
        with contextlib.suppress(BlockingIOError):
            while select.select([self._console], [], [], 0)[0]:
                os.read(self._console, 4096)
        self._press_en()
        self.resets += 1
        if self._download:
            self.write(b"waiting for download\r\n")

    def close(self) -> None:
        """Hangs up."""
        self._closing.set()
        self._thread.join(15)
        self._drop()
        self._listener.close()
        os.close(self._console)
