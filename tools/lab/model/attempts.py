# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The attempts of one board, from its notes."""

from dataclasses import dataclass

ATTEMPTS_KEPT = 20
_LONGEST_MS = 10**9  # user code may print a note with any number, and drawings divide it
CONNECTED = "SERVER_CONNECTED"
_BY_RESET, _BY_CALL = "ended by a reset", "ended by a call"


@dataclass
class Attempt:
    """One attempt to connect, as the board's last note about it says."""

    key: tuple[int, int]  # boot, number since the boot
    began_s: float
    interface: str
    stages: list[tuple[str, int]]
    ms: int
    timeout_ms: int | None = None
    result: str | None = None
    cause: str | None = None
    over: str = ""  # by what it was ended without a result

    @property
    def running(self) -> bool:
        """Whether it is still under way."""
        return self.result is None and not self.over


@dataclass(frozen=True)
class AttemptView:
    """An attempt as it is drawn. `ms`: until now, while it runs. `timeout_ms`: its budget, None
    when the board has not said it. `result`: None while it runs."""

    interface: str
    stages: tuple[tuple[str, int], ...]
    ms: int
    timeout_ms: int | None
    result: str | None
    cause: str | None
    running: bool
    ok: bool
    began_s: float


def read(note: dict, now_s: float) -> Attempt:
    """The attempt of a board's note. Raises KeyError, TypeError or ValueError when it is none."""
    stages = [(str(name)[:20], _ms(ms)) for name, ms in note["stages"]][:20]
    ms = sum(each for _, each in stages)
    name, cause, timeout = note.get("name"), note.get("cause"), note.get("timeout")
    return Attempt(
        key=(0, int(note["number"])),
        began_s=now_s - ms / 1000,
        interface=str(note["interface"])[:20],
        stages=stages,
        ms=ms,
        timeout_ms=None if timeout is None else _ms(timeout * 1000),
        result=None if name is None else str(name)[:40],
        cause=None if cause is None else str(cause)[:300],
        over=_BY_CALL if note.get("stopped") else "",
    )


def _ms(value: float) -> int:
    return min(max(0, int(value)), _LONGEST_MS)


class Attempts:
    """The last attempts, the newest first."""

    def __init__(self) -> None:
        self._kept: list[Attempt] = []

    def add(self, attempt: Attempt) -> bool:
        """One that is new, or more about one. Whether it has ended by this."""
        found = next((a for a in self._kept if a.key == attempt.key), None)
        if found is None:
            self._end(_BY_CALL)  # a board makes one at a time
            self._kept = [attempt, *self._kept][:ATTEMPTS_KEPT]
        else:
            attempt.began_s = found.began_s
            self._kept[self._kept.index(found)] = attempt
        return attempt.result is not None and (found is None or found.result is None)

    def cut_off(self) -> None:
        """The board was reset, or lost its power."""
        self._end(_BY_RESET)

    def _end(self, words: str) -> None:
        for attempt in self._kept:
            if attempt.running:
                attempt.over = words

    @property
    def running(self) -> bool:
        """Whether one is under way."""
        return bool(self._kept) and self._kept[0].running

    def views(self, now_s: float) -> list[AttemptView]:
        """As they are at `now_s`."""
        return [_view(attempt, now_s) for attempt in self._kept]


def _view(attempt: Attempt, now_s: float) -> AttemptView:
    elapsed = int((now_s - attempt.began_s) * 1000) if attempt.running else attempt.ms
    return AttemptView(
        interface=attempt.interface,
        stages=tuple(attempt.stages),
        ms=max(elapsed, attempt.ms),
        timeout_ms=attempt.timeout_ms,
        result=attempt.result or attempt.over or None,
        cause=attempt.cause,
        running=attempt.running,
        ok=attempt.result == CONNECTED,
        began_s=attempt.began_s,
    )
