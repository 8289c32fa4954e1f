# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The raw REPL of a board, through mpremote's transport."""

from __future__ import annotations

import contextlib
import io
import os
import termios
import threading
import time
from pathlib import Path

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport
from serial import SerialException

from .errors import BenchError

_READ_STEP_S = 0.2
_ANSWER_S = 5.0  # a board on a busy machine may take this long to begin an answer
_EOF = b"\x04"
# Two threads that redirect the one standard output at once would leave it redirected.
_REDIRECTED = threading.Lock()
# The errors of pyserial, and below it, when the board has gone.
_GONE = (SerialException, OSError, termios.error)


class ReplError(BenchError):
    """The board raised an exception; `output` is what it printed before, text the traceback."""

    def __init__(self, output: str, traceback: str) -> None:
        super().__init__(traceback.strip())
        self.output = output


def settle(transport: SerialTransport, limit_s: float) -> None:
    """Reads all that the raw REPL at its prompt still answers to earlier requests, up to its next
    prompt. Raises TransportError after `limit_s`.

    A board that was too slow for one request to enter answers that one later, too, and the next
    code would take it for its own answer.
    """
    mark = "settled " + os.urandom(4).hex()
    transport.serial.write(f"print('{mark}')\x04".encode())
    end = f"{mark}\r\n\x04\x04".encode()
    if not transport.read_until(1, end, timeout=limit_s, timeout_overall=limit_s).endswith(end):
        raise TransportError("could not enter raw repl")


class Repl:
    """Uses the console `device` of a board, which no other program may have open."""

    def __init__(self, device: Path, timeout: float) -> None:
        self._in_step = True  # what comes next answers the last request
        # mpremote accepts a pseudo terminal only by its resolved path.
        name = os.path.realpath(device)
        try:
            self._transport = SerialTransport(name, timeout=_READ_STEP_S)
        except (TransportError, *_GONE) as error:
            raise BenchError(f"{device}: the console cannot be opened: {error}") from error
        try:
            self.enter(timeout)
        except BenchError:
            self.close()
            raise

    def enter(self, timeout: float) -> None:
        """Stops what runs and enters the raw REPL. Raises BenchError after `timeout` s."""
        in_step, self._in_step = self._in_step, False
        deadline = time.monotonic() + timeout
        while True:
            left = max(deadline - time.monotonic(), 0.1)
            try:
                # A starting board may lose the first bytes, so it is asked several times.
                with _REDIRECTED, contextlib.redirect_stdout(io.StringIO()):
                    self._transport.enter_raw_repl(soft_reset=False, timeout_overall=min(left, 1))
                    if not in_step:
                        settle(self._transport, max(left, 1))
                self._in_step = True
                return
            except TransportError as error:
                in_step = False
                if time.monotonic() >= deadline:
                    raise BenchError(f"no REPL within {timeout} s: {error}") from error
            except _GONE as error:
                raise BenchError(f"the console fails: {error}") from error

    def exec(self, code: str, timeout: float) -> str:
        """Runs `code`; returns its output. Raises ReplError, or BenchError after `timeout`
        s, when the code has been interrupted."""
        if not self._in_step:
            self.enter(_ANSWER_S)
        self._in_step = False
        try:
            self._send(code)
            output = self._until_eof(timeout)
            error = self._until_eof(timeout) if output is not None else None
        except (TransportError, *_GONE) as problem:
            raise BenchError(f"the console fails: {problem}") from problem
        if output is None or error is None:
            self.enter(_ANSWER_S)
            raise BenchError(f"no end within {timeout} s: {code.strip().splitlines()[:1]}")
        self._in_step = True
        if error:
            raise ReplError(output, error)
        return output

    def _send(self, code: str) -> None:
        self._transport.serial.timeout = _ANSWER_S
        try:
            self._transport.exec_raw_no_follow(code)
        finally:
            self._transport.serial.timeout = _READ_STEP_S

    def _until_eof(self, timeout: float) -> str | None:
        data = self._transport.read_until(1, _EOF, timeout=timeout, timeout_overall=timeout)
        if not data.endswith(_EOF):
            return None
        return bytes(data[:-1]).decode(errors="replace").replace("\r\n", "\n")

    def close(self) -> None:
        """Closes the console, in the friendly REPL."""
        try:
            self._transport.exit_raw_repl()
        except _GONE:
            pass  # the board has gone
        try:
            self._transport.close()
        except _GONE:
            pass
