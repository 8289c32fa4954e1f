# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""How much may be written to a board's REPL now. A UART has no flow control.

MicroPython reads keys only while no code runs. Its buffer on an ESP32 holds 260 bytes, and what
comes beyond them is lost. So at most AHEAD_BYTES are sent ahead of their echo. What code prints
may look like an echo, so a line waits until the code of the line before has ended, and the prompt
is there again.

Code that reads keys itself gives neither echo nor prompt. A person's keys are sent all the same;
of a longer text that is pasted, AHEAD_BYTES.
"""

import re

AHEAD_BYTES = 128
SILENT_S = 1.0
_KEYS = 16  # as many wait at once when a person types
# The REPL answers each of these with a new line, and with a prompt when it is ready for more.
_ENDS = re.compile(rb"[\x01-\x05\r\n]")
_PROMPT = re.compile(rb"\n(?:>>> |\.\.\. |=== )")
_AT_PROMPT = re.compile(_PROMPT.pattern + rb" *\Z")
_NO_ECHO = re.compile(rb"\x1b\[[0-9;]*[A-Za-z~]|\x1bO.|[\x00-\x0c\x0e-\x1f\x7f]")
_TAIL = 200


class Pacer:
    """Of one board. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._ahead = b""  # what was sent and has no echo yet
        self._runs = False  # a line has ended, and no prompt has come since
        self._tail = b""  # of what the board has said since
        self._moved_s = float("-inf")

    def room(self, data: bytes, now_s: float) -> int:
        """How many bytes of `data` may be sent now."""
        by_hand = len(data) <= _KEYS
        is_silent = now_s >= self._moved_s + SILENT_S
        if is_silent and (by_hand or _AT_PROMPT.search(self._tail)):
            self._ahead = b""
        if data.startswith(b"\x03"):
            return 1  # an interrupt does not go through the buffer
        if self._runs and not by_hand and not is_silent:
            return 0
        end = _ENDS.search(data)
        return min(end.end() if end else len(data), AHEAD_BYTES - len(self._ahead))

    def sent(self, piece: bytes, now_s: float) -> None:
        """These bytes were sent."""
        self._moved_s = now_s
        self._ahead += _NO_ECHO.sub(b"", _ENDS.sub(b"\r", piece))
        if _ENDS.search(piece):
            self._runs, self._tail = True, b""

    def came(self, data: bytes, now_s: float) -> None:
        """The board has said this."""
        if not data:
            return
        self._moved_s = now_s
        for byte in data:
            if not self._ahead:
                break
            if byte == self._ahead[0]:
                self._ahead = self._ahead[1:]
        self._tail = (self._tail + data)[-_TAIL:]
        if self._runs and _PROMPT.search(self._tail):
            self._runs = False
