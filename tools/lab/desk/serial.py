# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board at a serial port. Nothing is written to its flash."""

import contextlib
import os
import queue
import select
import threading
import time
from typing import Any

from commands import serial_port
from commands.console import Console
from lab.desk import memory
from lab.desk.board import BoardDesk
from lab.desk.echo import Echo
from lab.desk.notes import Splitter
from lab.desk.script import PASTE
from lab.model import BoardState
from setup.problem import Problem

BAUD = 115200
_READ_S = 0.1
_WRITE_S = 1.0
_AHEAD_BYTES = 64  # of the 260 that MicroPython's buffer of the UART has
_SILENT_S = 1.0  # then what was sent has no echo
_EN_S = 0.1
_AGAIN_S = 2.0
_END_S = 2.0
_ENTER_S = 5.0


class SerialLine(Console):
    """The console at a serial port, or at a URL of pySerial. Raises Problem."""

    def __init__(self, port: str) -> None:
        import serial

        serial_port.check(port)
        self.name = port
        self._pending = b""
        self._echo, self._sent_s = Echo(), 0.0
        self._came: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._ended = False
        try:
            # URLs know neither of these.
            device = {} if "://" in port else {"write_timeout": _WRITE_S, "exclusive": True}
            self._serial: Any = serial.serial_for_url(port, BAUD, timeout=_READ_S, **device)
        except (serial.SerialException, OSError, ValueError) as error:
            raise _unopened(port, error) from error
        self._ready, self._ring = os.pipe()
        os.set_blocking(self._ready, False)
        os.set_blocking(self._ring, False)
        self._reader = threading.Thread(target=self._read_on, name="lab port", daemon=True)
        self._reader.start()

    def _read_on(self) -> None:
        # A thread, because not every kind of port can be waited for together with a pipe.
        try:
            while not self._ended:
                if data := self._serial.read(max(1, self._serial.in_waiting)):
                    self._came.put(data)
                    with contextlib.suppress(BlockingIOError):
                        os.write(self._ring, b"x")
        except (AttributeError, OSError, TypeError, ValueError):
            pass  # pySerial raises all of them for a port that ends
        self._ended = True
        with contextlib.suppress(OSError):
            os.write(self._ring, b"x")

    def close(self) -> None:
        """Ends the use of the port."""
        if self._ready >= 0:
            self._ended = True
            with contextlib.suppress(OSError):
                self._serial.close()
            self._reader.join(_END_S)
            os.close(self._ready)
            if not self._reader.is_alive():
                os.close(self._ring)
            self._ready = -1

    def read(self, wait_s: float) -> bytes:
        """See Console."""
        select.select([self._ready], [], [], wait_s)
        return self._take()

    def _take(self) -> bytes:
        with contextlib.suppress(BlockingIOError):
            os.read(self._ready, 4096)
        pieces = []
        with contextlib.suppress(queue.Empty):
            while True:
                pieces.append(self._came.get_nowait())
        if self._ended and not pieces:
            raise serial_port.gone(self.name, "being used")
        return b"".join(pieces)

    def write(self, data: bytes, limit_s: float = 10.0) -> None:
        """See Console."""
        try:
            self._serial.write(data)
        except OSError as error:
            raise serial_port.gone(self.name, "being written to") from error

    def exchange(self, data: bytes, wake: int, wait_s: float) -> tuple[bytes, int]:
        """See board.Line. A UART has no flow control: so only so much is sent as the board's
        buffer holds, and more when the board has echoed it, or is silent."""
        if data and time.monotonic() > self._sent_s + _SILENT_S:
            self._echo.forget()
        room = 0 if self._echo.waits else max(0, _AHEAD_BYTES - self._echo.ahead)
        before, paste, _ = data[:room].partition(PASTE)
        piece = before + paste
        if piece:
            self.write(piece)
            self._echo.sent(piece)
            self._sent_s = time.monotonic()
        elif data:
            wait_s = min(wait_s, 0.02)
        select.select([self._ready, wake], [], [], 0 if piece and data[len(piece) :] else wait_s)
        came = self._take()
        self._echo.came(came)
        return came, len(piece)

    def press_en(self) -> None:
        """EN is low while RTS is set and DTR is not, on boards with Espressif's circuit."""
        try:
            self._serial.dtr = False
            self._serial.rts = True
            time.sleep(_EN_S)
            self._serial.rts = False
        except (OSError, ValueError) as error:
            raise Problem(
                f"{self.name} has no control lines.", f"{error}.", "press EN at the board."
            ) from error


def _unopened(port: str, error: Exception) -> Problem:
    if "://" in port:
        return Problem(
            f"The port {port} cannot be opened.", f"{error}.", "check the address, and try again."
        )
    return serial_port.busy(port)


class SerialDesk(BoardDesk):
    """Run sends the lab's notes into the board's memory first, once after each of its boots."""

    def __init__(self, port: str, state: BoardState) -> None:
        super().__init__(state)
        self._port = port
        self._again_s = 0.0

    def __enter__(self) -> "SerialDesk":
        self.power_on()
        super().__enter__()
        return self

    def open_line(self) -> SerialLine:
        """See BoardDesk."""
        return SerialLine(self._port)

    def power_on(self) -> None:
        """Opens the port again."""
        self.attach(b"\r")  # a board at its prompt shows it
        self.state.problem("")
        self.state.powered("on")

    def power_off(self) -> None:
        """See BoardDesk."""
        raise Problem("The lab cannot switch this board off.", "", "unplug it.")

    def press_en(self) -> None:
        """See BoardDesk."""
        self._serial_line().press_en()
        self.state.powered("on")

    def run(self, script: bytes) -> None:
        """See BoardDesk."""
        line = self._serial_line()
        said = self._prepare(line, script)
        super().run(script)
        self.state.problem(said)

    def gone(self) -> None:
        """See BoardDesk."""
        self._again_s = time.monotonic() + _AGAIN_S
        self.state.powered("off")
        self.state.problem(f"The board at {self._port} has gone. It is looked for again.")

    def work(self) -> None:
        """See BoardDesk. A board that has gone may come back."""
        if self._line is None and time.monotonic() > self._again_s:
            self._again_s = time.monotonic() + _AGAIN_S
            with contextlib.suppress(Problem):
                self.power_on()
        super().work()

    def _serial_line(self) -> SerialLine:
        if not isinstance(self._line, SerialLine):
            raise Problem(f"The board at {self._port} has gone.", "", "plug it in again.")
        return self._line

    def _prepare(self, line: SerialLine, script: bytes) -> str:
        """Has the board tell of its attempts; a sentence about what the user will miss."""
        try:
            line.enter(_ENTER_S)
            said = line.run(memory.notes())
            if b"my_network" in script:
                said += line.run(memory.NETWORK_CHECK)
        except Problem as problem:
            return f"Attempts do not show. {problem.why}"
        finally:
            line.leave()
        text, found = Splitter().feed(said.encode())
        for note in found:
            self.state.note(note, time.monotonic())
        return " ".join(text.decode().split())
