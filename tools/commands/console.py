# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board's console: runs code through MicroPython's raw REPL and gives its output as it comes.

Each call has a time limit, so that one thread can follow the board and the broker, and
Ctrl-C works at any moment. The protocol: Ctrl-A enters, Ctrl-D runs what was sent, and the board
answers "OK", the output, 0x04, the traceback, 0x04 and a prompt.
"""

import codecs
import contextlib
import errno
import fcntl
import io
import os
import re
import select
import termios
import time
import tty
from pathlib import Path

from setup.problem import Problem

_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
_END = b"\x04"
_SOFT_RESET = b"MPY: soft reboot\r\n"
_AGAIN_S = 1.0
# Whether raw paste is known. Firmware that never heard of it asks for code again.
_ANSWER = re.compile(b"R[\x00\x01]|" + re.escape(_PROMPT))
_ROOM = b"\x01"
_LINE_MAX = 65536  # characters; a program may never end its line


def _unusable(path: Path, error: OSError) -> Problem:
    if error.errno == errno.EBUSY:
        return Problem(
            f"The board's console {path} is busy.",
            "another program has opened it for itself alone.",
            f"see who: fuser -v {path}; close that program, then run the same command again.",
        )
    return Problem(
        f"The board's console {path} cannot be used.",
        f"{error.strerror}: the board behind it has gone, or it is no terminal.",
        "run the same command again; it starts a new board.",
    )


class Console:
    """The terminal at `path`, opened exclusively. Use as a context manager. Raises Problem."""

    _in_step = True  # False: an earlier request to enter has had no answer, and may get it yet

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._pending = b""
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            raise _unusable(self.path, error) from error
        try:
            tty.setraw(self._fd)
            fcntl.ioctl(self._fd, termios.TIOCEXCL)
        except (OSError, termios.error) as error:
            os.close(self._fd)
            number, text = (*error.args, "")[:2]
            raise _unusable(self.path, OSError(number, text)) from error

    def __enter__(self) -> "Console":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the exclusive use of the terminal."""
        if self._fd >= 0:
            # The board has gone, and its terminal with it.
            with contextlib.suppress(OSError):
                fcntl.ioctl(self._fd, termios.TIOCNXCL)
            os.close(self._fd)
            self._fd = -1

    def read(self, wait_s: float) -> bytes:
        """The bytes that have arrived, after up to `wait_s` for the first one; b"" without any."""
        if not select.select([self._fd], [], [], wait_s)[0]:
            return b""
        try:
            data = os.read(self._fd, 4096)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise _unusable(self.path, error) from error
        if not data:
            raise _unusable(self.path, OSError(errno.EIO, os.strerror(errno.EIO)))
        return data

    def write(self, data: bytes, limit_s: float = 10.0) -> None:
        """Writes everything, or raises Problem when the board stops reading for `limit_s`."""
        deadline = time.monotonic() + limit_s
        while data:
            if not select.select([], [self._fd], [], max(0.0, deadline - time.monotonic()))[1]:
                raise Problem(
                    "The board does not read its console.",
                    f"nothing was taken for {limit_s:.0f} s.",
                    "run the same command again; it starts a new board.",
                )
            try:
                written = os.write(self._fd, data[:256])
            except BlockingIOError:
                continue
            except OSError as error:
                raise _unusable(self.path, error) from error
            data = data[written:]
            deadline = time.monotonic() + limit_s

    def expect(self, what: bytes, limit_s: float) -> bytes:
        """Reads up to and including `what`; returns the bytes before it. Raises Problem."""
        return self._match(re.compile(re.escape(what)), limit_s)[0]

    def _match(
        self, what: re.Pattern[bytes], limit_s: float, again: bytes = b""
    ) -> tuple[bytes, bytes]:
        """Reads up to a match; returns the bytes before it, and those of it. Meanwhile, `again` is
        written every _AGAIN_S. Raises Problem."""
        asked = time.monotonic()
        deadline = asked + limit_s
        while (found := what.search(self._pending)) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Problem(
                    f"The board did not answer within {limit_s:.0f} s.",
                    f"expected {what.pattern!r}, the last it said is {self._pending[-200:]!r}.",
                    "run the same command again; if it stays so, ./tools/cw clean first.",
                )
            if again and time.monotonic() >= asked + _AGAIN_S:
                asked = time.monotonic()
                self.write(again)
            self._pending += self.read(min(left, 0.5))
        before, self._pending = self._pending[: found.start()], self._pending[found.end() :]
        return before, found[0]

    def enter(self, limit_s: float = 10.0) -> bytes:
        """Stops whatever runs and enters the raw REPL; returns what the board said before."""
        in_step, self._in_step = self._in_step, False
        self.write(b"\r\x03\x03\r\x01")
        # An interrupt may end a callback, of a timer for instance, and not the program.
        before = self._match(re.compile(re.escape(_PROMPT)), limit_s, again=b"\x03")[0]
        if not in_step:
            mark = "settled " + os.urandom(4).hex()
            self.write(f"print('{mark}')\x04".encode())
            self.expect(f"{mark}\r\n\x04\x04>".encode(), limit_s)
        self._in_step = True
        return before

    def enter_idle(self, limit_s: float = 10.0) -> None:
        """Enters the raw REPL from the prompt of the friendly one; interrupts nothing."""
        self.write(b"\x01")
        self.expect(_PROMPT, limit_s)

    def start(self, code: str) -> "Execution":
        """Starts code; follow it with the Execution that is returned."""
        data = code.encode()
        self.write(b"\x05A\x01")
        # A program in the background may print at any moment: its output belongs to the code's.
        aside, answer = self._match(_ANSWER, 10.0)
        if answer == b"R\x01":
            aside += self._paste(data)
        else:
            self._send_whole(data)
        self.give_back(aside)
        return Execution(self)

    def _send_whole(self, data: bytes) -> None:
        # A board without raw paste has no flow control: the code must fit into its buffer.
        self.write(data + _END)
        self.expect(b"OK", 10.0)

    def _fill(self, count: int, limit_s: float = 10.0) -> None:
        deadline = time.monotonic() + limit_s
        while len(self._pending) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                self.expect(b"an answer to raw paste", 0.0)
            self._pending += self.read(min(max(left, 0.0), 0.5))

    def _paste(self, data: bytes) -> bytes:
        """MicroPython's raw paste: sends only as many bytes as the board has room for. Returns
        what else has come meanwhile."""
        self._fill(2)
        window = int.from_bytes(self._pending[:2], "little")
        self._pending = self._pending[2:]
        room, aside = window, b""
        while data:
            if room == 0:
                self._fill(1)
            came, ended, rest = self._pending.partition(_END)
            room += window * came.count(_ROOM)
            aside += came.replace(_ROOM, b"")
            self._pending = rest
            if ended:
                # The board has ended it (syntax error, no memory); its output has the reason.
                self.write(_END)
                return aside
            self.write(data[:room])
            data, room = data[room:], max(0, room - len(data))
        self.write(_END)
        return aside + self.expect(_END, 10.0).replace(_ROOM, b"")

    def run(self, code: str, limit_s: float = 10.0) -> str:
        """Runs code of cw and returns its output. Raises Problem on a traceback."""
        execution = self.start(code)
        output = "".join(execution.follow(limit_s))
        if execution.traceback is None:
            raise Problem(
                f"The board was not ready within {limit_s:.0f} s.",
                "it did not finish its preparation.",
                "run the same command again.",
            )
        if execution.traceback:
            raise Problem(
                "The board could not be prepared.",
                f"its Python says: {execution.traceback.strip().splitlines()[-1]}",
                "./tools/cw clean, then run the same command again.",
            )
        return output

    def leave(self) -> None:
        """Back to the friendly REPL."""
        self.write(b"\x02")

    def take(self, wait_s: float) -> bytes:
        """What is pending and what comes within `wait_s`."""
        data, self._pending = self._pending, b""
        return data or self.read(wait_s)

    def give_back(self, data: bytes) -> None:
        """Undoes take() for bytes that belong to what comes next."""
        self._pending = data + self._pending


class Execution:
    """Code that is running. `traceback` is None until it has ended, then "" or the error.

    `soft_reset`: a SystemExit has ended it, after which the board starts its Python anew.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._ends = 0
        self._error = self._after = b""
        # A character, and a line's end, may come in two pieces.
        utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._decoder = io.IncrementalNewlineDecoder(utf8, translate=True)
        self.traceback: str | None = None
        self.soft_reset = False

    def poll(self, wait_s: float) -> str:
        """The output that came within `wait_s`."""
        if self.traceback is not None:
            return ""
        text = ""
        data = self._console.take(wait_s)
        while data and self._ends < 2:
            part, end, data = data.partition(_END)
            if self._ends == 0:
                text += self._decoder.decode(part, final=bool(end))
            else:
                self._error += part
            self._ends += len(end)
        if self._ends == 2:
            self._end(data)
        return text

    def _end(self, data: bytes) -> None:
        """Takes what follows the second end: a prompt, or the notice of a soft reset. Either may
        come in a piece of its own."""
        self._after += data
        mark = b">" if self._after.startswith(b">") else _SOFT_RESET
        _, found, rest = self._after.partition(mark)
        if found:
            self._console.give_back(rest)
            self.soft_reset = mark == _SOFT_RESET
            self.traceback = self._error.decode("utf-8", "replace").replace("\r\n", "\n")

    def follow(self, limit_s: float) -> list[str]:
        """All output until the end, or until `limit_s` have passed (then traceback is None)."""
        deadline = time.monotonic() + limit_s
        pieces = []
        while self.traceback is None and time.monotonic() < deadline:
            pieces.append(self.poll(0.1))
        return pieces


class Lines:
    """Makes whole lines of text that arrives in pieces."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[str]:
        """The lines that this piece completes; a very long one comes in parts."""
        *lines, self._rest = (self._rest + text).split("\n")
        if len(self._rest) > _LINE_MAX:
            lines.append(self._rest)
            self._rest = ""
        return lines

    def end(self) -> list[str]:
        """The last line, if it has no line end."""
        rest, self._rest = self._rest, ""
        return [rest] if rest else []
