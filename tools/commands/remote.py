# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A real board's raw REPL, through mpremote's transport.

No error repeats what was sent, because that may contain secrets.
"""

import contextlib
import io
import os
import time
from typing import TYPE_CHECKING

from commands import serial_port
from setup import paths
from setup.problem import Problem

if TYPE_CHECKING:
    from mpremote.transport_serial import SerialTransport

_READ_STEP_S = 0.2
_EOF = b"\x04"


class BoardError(Exception):
    """The board's Python raised; the text is the traceback's last line.

    The whole traceback is a note of the exception, which --debug shows.
    """

    def __init__(self, traceback: str) -> None:
        super().__init__(traceback.strip().splitlines()[-1])
        self.add_note(f"on the board:\n{traceback.strip()}")


class Remote:
    """The board at `port`, at its raw REPL within `limit_s`. Use as a context manager.

    Its program is interrupted, as by Ctrl-C; connections that the firmware holds go on. Raises
    Problem.
    """

    def __init__(self, port: str, limit_s: float = 10.0) -> None:
        from mpremote.transport import TransportError
        from serial import SerialException

        serial_port.check(port)
        # mpremote accepts a pseudo terminal only by its resolved path.
        self._name = port if "://" in port else os.path.realpath(port)
        self._lost = (SerialException, OSError)
        self._refused = TransportError
        self.port = port
        try:
            self._transport = self._open()
        except (TransportError, ValueError, *self._lost) as error:
            raise serial_port.unopened(port, error) from error
        try:
            self._enter(limit_s)
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> "Remote":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _open(self) -> "SerialTransport":
        import serial
        from mpremote.transport_serial import SerialTransport

        with contextlib.suppress(self._refused):
            return SerialTransport(self._name, timeout=_READ_STEP_S)
        # mpremote does not say why, and pySerial does.
        serial.serial_for_url(self._name, exclusive=True).close()
        return SerialTransport(self._name, timeout=_READ_STEP_S)

    def _close(self) -> None:
        # The board has gone; an error of closing it does not matter.
        for action in (self._transport.exit_raw_repl, self._transport.close):
            with contextlib.suppress(*self._lost):
                action()

    def _enter(self, limit_s: float) -> None:
        deadline = time.monotonic() + limit_s
        in_step = True
        while True:
            try:
                # When it fails, it prints what it has read.
                with contextlib.redirect_stdout(io.StringIO()):
                    self._transport.enter_raw_repl(soft_reset=False, timeout_overall=1)
                if not in_step:
                    self._settle(max(deadline - time.monotonic(), 1.0))
                return
            except self._refused:
                in_step = False
                # Opening the port may have reset the board. While it starts, it loses bytes.
                if time.monotonic() >= deadline:
                    raise self._mute(limit_s) from None
            except self._lost as error:
                raise serial_port.gone(self.port, "being asked for its REPL") from error

    def _settle(self, limit_s: float) -> None:
        from bench.repl import settle  # rarely needed, and it loads the bench

        settle(self._transport, limit_s)

    def _mute(self, limit_s: float) -> Problem:
        return Problem(
            f"No MicroPython answers at {self.port}.",
            f"no REPL within {limit_s:.0f} s: another port, a boot loader, or other firmware.",
            "press EN (reset) and run it again; if it stays so: ./tools/cw flash --port "
            f"{self.port}",
        )

    def run(self, code: str, limit_s: float = 10.0, doing: str = "talking to it") -> str:
        """Runs `code` and returns its output. Raises BoardError, or Problem if the board goes or
        the code does not end within `limit_s`."""
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                self._transport.exec_raw_no_follow(code)
            output = self._until_eof(limit_s)
            error = self._until_eof(limit_s)
        except self._lost:
            raise serial_port.gone(self.port, doing) from None
        except self._refused:
            raise Problem(
                f"The board at {self.port} does not understand its raw REPL any more.",
                f"it was reset, or its Python was interrupted, while {doing}.",
                "run the same command again.",
            ) from None
        if error.strip():
            raise BoardError(error)
        return output

    def version(self) -> str | None:
        """The version of connectwith on the board; None if there is none. Raises Problem."""
        try:
            said = self.run("import _connectwith\nprint(_connectwith.VERSION)")
        except BoardError:
            return None
        return said.strip().splitlines()[-1] if said.strip() else None

    def unexpected(self, error: BoardError) -> Problem:
        """The Problem for an exception that a firmware of this version would not raise."""
        found = self.version()
        if found == paths.version():
            return Problem(
                "The board's Python raised an exception that is not expected there.",
                f"its Python says: {error}",
                "run it again with --debug, and report the traceback from the board.",
            )
        there = f"it has version {found}" if found else "it has no version of it"
        return Problem(
            "The board's firmware is not this version of connectwith.",
            f"{there}, and this tool is {paths.version()}; its Python says: {error}",
            "write it first: ./tools/cw build --board B, then ./tools/cw flash.",
        )

    def _until_eof(self, limit_s: float) -> str:
        data = self._transport.read_until(1, _EOF, timeout=limit_s, timeout_overall=limit_s)
        if not data.endswith(_EOF):
            raise Problem(
                f"The board at {self.port} did not answer within {limit_s:.0f} s.",
                "its Python is busy, or it was reset.",
                "press EN (reset) and run the same command again.",
            )
        return bytes(data[:-1]).decode(errors="replace").replace("\r\n", "\n")

    def restart(self) -> None:
        """A soft reset, so that the board's own program starts again. Raises Problem."""
        try:
            self._transport.exit_raw_repl()
            self._transport.serial.write(_EOF)
            self._transport.serial.flush()
        except self._lost:
            raise serial_port.gone(self.port, "being restarted") from None
