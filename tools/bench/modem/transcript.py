# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lines on the serial line in command mode, without secrets; of data mode, when it begins."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from . import masking

if TYPE_CHECKING:
    from .sim7600 import Sim7600

KEPT = 500  # lines
_SHOWN_MAX = 200  # characters of a line
_SECRETS_KEPT = 32
BOARD, MODEM, MODE = "board", "modem", "mode"


class Line(NamedTuple):
    """One line. at_s: CLOCK_MONOTONIC. sender: "board" (a command line), "modem" (a line of an
    answer, or a URC), or "mode" (data mode begins or ends)."""

    at_s: float
    sender: str
    text: str


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


class Transcript:
    """Collects lines until take(); of more than KEPT, the last."""

    def __init__(self, modem: Sim7600) -> None:
        self._modem = modem
        self._lines: deque[Line] = deque(maxlen=KEPT)
        self._hidden: dict[str, None] = {}  # what command lines had, the newest last

    def take(self) -> list[Line]:
        """The lines since the last time."""
        lines = list(self._lines)
        self._lines.clear()
        return lines

    def _hide(self, words: list[str]) -> None:
        for word in words:
            self._hidden.pop(word, None)
            self._hidden[word] = None
        while len(self._hidden) > _SECRETS_KEPT:
            del self._hidden[next(iter(self._hidden))]

    def _add(self, sender: str, text: str) -> None:
        scene = self._modem.scene
        known = (scene.sim.pin, scene.ppp.user, scene.ppp.password)
        text = _printable(masking.without(text, (*self._hidden, *known)))
        if len(text) > _SHOWN_MAX:
            text = text[:_SHOWN_MAX] + "…"
        self._lines.append(Line(self._modem.clock.now, sender, text))

    def heard(self, line: str, noisy: bool) -> None:
        """A line from the board, up to its carriage return. noisy: it came at another rate."""
        line = line.strip()
        if noisy:
            self._add(BOARD, f"({len(line)} characters at another rate)")
        elif line[:2].upper() == "AT":
            shown, hidden = masking.command(line)
            self._hide(hidden)
            self._add(BOARD, shown)
        elif line:
            self._add(BOARD, f"({len(line)} characters that do not begin with AT)")

    def said(self, text: str) -> None:
        """What the modem has sent, as one or more lines."""
        for line in text.split("\r\n"):
            if line.strip():
                self._add(MODEM, masking.answer(line.strip()))

    def sent_raw(self, count: int) -> None:
        """Bytes that need not be lines."""
        self._add(MODEM, f"({count} bytes)")

    def note(self, text: str) -> None:
        """The line belongs to PPP now, or no more."""
        self._lines.append(Line(self._modem.clock.now, MODE, text))
