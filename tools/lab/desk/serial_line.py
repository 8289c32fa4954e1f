# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A console at a serial port, or at a URL of pySerial. Each wait for it has an end.

No error repeats what was sent or what the board has said.
"""

import contextlib
import errno
import os
import select
import socket
import threading
import time
from typing import Any

from commands import serial_port
from commands.console import Console
from lab.desk.pacing import Pacer
from setup.problem import Problem

BAUD = 115200
_READ_S = 0.1
_WRITE_S = 1.0
_ROOM_S = 0.02  # between two looks whether more can be sent
_KEPT_BYTES = 1 << 20  # of what nobody takes
_EN_S = 0.1
_END_S = 2.0
_FAR = "rfc2217://"
_NO_ANSWER = "Its server does not confirm them: Espressif's needs ?ign_set_control at the address."
# A peer that has gone without a word is found within half a minute.
_KEEP_ALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 25000}


def _open(port: str) -> Any:
    """The port of pySerial. Raises OSError or ValueError."""
    import serial
    from serial import rfc2217

    class Far(rfc2217.Serial):
        """Leaves the control lines as the server has set them, until they are needed.

        Espressif's server starts the boot loader when DTR is set.
        """

        opened = False

        def _update_dtr_state(self) -> None:
            if self.opened:
                super()._update_dtr_state()

        def _update_rts_state(self) -> None:
            if self.opened:
                super()._update_rts_state()

    if port.startswith(_FAR):
        far = Far(port, BAUD, timeout=_READ_S)
        far.opened = True
        return far
    # URLs know neither of these. A local port is opened as mpremote opens it.
    device = {} if "://" in port else {"write_timeout": _WRITE_S, "exclusive": True}
    return serial.serial_for_url(port, BAUD, timeout=_READ_S, **device)


def _keep_alive(peer: socket.socket) -> None:
    with contextlib.suppress(OSError):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEP_ALIVE.items():
            peer.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class SerialLine(Console):
    """Open from the start on. A thread reads, because not every kind of port can be waited for
    together with a pipe. Raises Problem."""

    def __init__(self, port: str) -> None:
        serial_port.check(port)
        self.name = port
        self.has_said_something = False
        self.sent_s = time.monotonic()
        self._pending = b""
        self._pacer = Pacer()
        self._came, self._lock = bytearray(), threading.Lock()
        self._ended = False
        try:
            self._serial = _open(port)
        except (OSError, ValueError) as error:
            raise serial_port.unopened(port, error) from error
        peer = getattr(self._serial, "_socket", None)
        if isinstance(peer, socket.socket):
            _keep_alive(peer)
        self._ready, self._ring = os.pipe()
        os.set_blocking(self._ready, False)
        os.set_blocking(self._ring, False)
        self._reader = threading.Thread(target=self._read_on, name="lab port", daemon=True)
        self._reader.start()

    def _read_on(self) -> None:
        try:
            while not self._ended:
                data = self._serial.read(max(1, self._serial.in_waiting))
                if data:
                    with self._lock:
                        self._came += data
                        del self._came[:-_KEPT_BYTES]
                    self._wake()
        except (AttributeError, OSError, TypeError, ValueError):
            pass  # pySerial raises all of them for a port that ends
        self._ended = True
        self._wake()

    @property
    def short(self) -> str:
        """Its name for a narrow place: "ttyUSB0", "127.0.0.1:2217"."""
        return self.name.partition("?")[0].rpartition("/")[2][:24]

    @property
    def ended(self) -> bool:
        """Whether the port has gone."""
        return self._ended

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            os.write(self._ring, b"x")

    def close(self) -> None:
        """Ends the use of the port. A peer that does not answer is left alone after 2 s."""
        if self._ready < 0:
            return
        self._ended = True
        closer = threading.Thread(target=self._close_port, name="lab port end", daemon=True)
        closer.start()
        closer.join(_END_S)
        self._reader.join(_READ_S)
        os.close(self._ready)
        if not self._reader.is_alive():
            os.close(self._ring)
        self._ready = -1

    def _close_port(self) -> None:
        with contextlib.suppress(OSError, TypeError, ValueError, AttributeError):
            self._serial.close()  # it may be in use, and the peer gone

    def read(self, wait_s: float) -> bytes:
        """See Console."""
        select.select([self._ready], [], [], wait_s)
        return self._take()

    def _take(self) -> bytes:
        with contextlib.suppress(BlockingIOError):
            os.read(self._ready, 4096)
        with self._lock:
            data = bytes(self._came)
            self._came.clear()
        if self._ended and not data:
            raise serial_port.gone(self.name, "being used")
        if data:
            self.has_said_something = True
            self._pacer.came(data, time.monotonic())
        return data

    def write(self, data: bytes, limit_s: float = 10.0) -> None:
        """See Console."""
        try:
            self._serial.write(data)
        except OSError:
            raise serial_port.gone(self.name, "being written to") from None
        self.sent_s = time.monotonic()

    def _send_whole(self, data: bytes) -> None:
        raise Problem(
            f"The MicroPython at {self.name} is too old for the lab.",
            "it has no raw paste, which MicroPython has since 1.14.",
            f"write another firmware: ./tools/cw flash --port {self.name}",
        )

    def exchange(self, data: bytes, wake: int, wait_s: float) -> tuple[bytes, int]:
        """See board.Line."""
        now_s = time.monotonic()
        piece = data[: self._pacer.room(data, now_s)]
        if piece:
            self.write(piece)
            self._pacer.sent(piece, now_s)
        waits = len(piece) < len(data)
        select.select([self._ready, wake], [], [], min(wait_s, _ROOM_S) if waits else wait_s)
        return self._take(), len(piece)

    def press_en(self) -> None:
        """EN is low while RTS is set and DTR is not, on boards with Espressif's circuit, and with
        the chip's own USB. Raises Problem."""
        if "://" in self.name and not self.name.startswith(_FAR):
            raise self._no_lines("A port of this kind carries bytes alone.")
        try:
            self._serial.dtr = False
            self._serial.rts = True
            time.sleep(_EN_S)
            if self.name.startswith(_FAR):
                self._serial.rts = False  # Espressif's server starts the boot loader at DTR
            else:
                self._serial.dtr = True  # as it was opened; a USB console is mute without it
        except (OSError, ValueError) as error:
            number = getattr(error, "errno", None)
            if number in (errno.ENOTTY, errno.EINVAL):
                raise self._no_lines("It is no serial port.") from None
            if number is None and self.name.startswith(_FAR) and not self._ended:
                raise self._no_lines(_NO_ANSWER) from None
            raise serial_port.gone(self.name, "being reset") from None

    def _no_lines(self, why: str) -> Problem:
        return Problem(f"{self.name} has no control lines.", "", f"{why} Press EN at the board.")
