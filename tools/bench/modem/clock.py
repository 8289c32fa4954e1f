# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Time and output of a model that does no I/O itself."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Send:
    """Bytes for the serial line, at this rate."""

    data: bytes
    rate: int


@dataclass(frozen=True)
class Dial:
    """PPP begins; the next bytes of the line are for it."""

    auth: str
    user: str
    password: str
    dns: int
    begins: bool = False  # the network sends the first frame


@dataclass(frozen=True)
class PppInput:
    """Bytes for the PPP server."""

    data: bytes


@dataclass(frozen=True)
class HangUp:
    """PPP ends at once, without a message."""


@dataclass(frozen=True)
class Status:
    """The level of the STATUS pin."""

    level: bool


Action = Send | Dial | PppInput | HangUp | Status


class Clock:
    """Timers on a time that comes from outside, in seconds, and never runs backwards."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self._timers: list[tuple[float, int, int | None, Callable[[], None]]] = []
        self._count = 0
        self._life = 0

    def after(self, seconds: float, call: Callable[[], None], *, lasting: bool = False) -> None:
        """Calls back `seconds` from now, unless end_life() comes before or it is `lasting`."""
        self._count += 1
        life = None if lasting else self._life
        heapq.heappush(self._timers, (self.now + seconds, self._count, life, call))

    def end_life(self) -> None:
        """Power loss or reset: cancels the timers that are not lasting."""
        self._life += 1

    def due(self) -> float | None:
        """When advance() must be called next."""
        while self._timers and self._timers[0][2] not in (None, self._life):
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def advance(self, now: float) -> None:
        """Sets the time to `now`, and runs the timers that are due."""
        while (when := self.due()) is not None and when <= now:
            self.now = max(self.now, when)
            heapq.heappop(self._timers)[3]()
        self.now = max(self.now, now)
