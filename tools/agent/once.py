# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Kept messages, of agent.send(..., keep=True): their envelope, and which of them came before."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.device import log
from agent.state import States

# A device makes a new outbox when it has nothing in flash. What comes late is of the last one.
OUTBOXES_MAX = 4
_NUMBER_MAX = 2**32 - 1
_OUTBOX = re.compile(r"[0-9a-f]{12}")
_WRITE_EACH_S = 1.0


@dataclass(frozen=True)
class Kept:
    """A message in its envelope: `outbox` and `number` are its ID."""

    outbox: str
    number: int
    data: object


def unwrap(data: object) -> Kept | None:
    """The kept message that `data` is; None: it is an ordinary one."""
    if not isinstance(data, dict) or data.keys() != {"outbox", "n", "data"}:
        return None
    outbox, number = data["outbox"], data["n"]
    if not isinstance(outbox, str) or not _OUTBOX.fullmatch(outbox):
        return None
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= _NUMBER_MAX:
        return None
    return Kept(outbox, number, data["data"])


@dataclass
class _Device:
    last: dict[str, int] = field(default_factory=dict)  # of each outbox, the latest one last
    dirty: bool = False


class Once:
    """The numbers that have come of each device, in files beside the states. They are written each
    second and at the end, so after a crash a message of the last second may come twice."""

    def __init__(self, states: States, clock: Callable[[], float]) -> None:
        self._states = states
        self._clock = clock
        self._devices: dict[str, _Device] = {}
        self._write_at = clock()
        self._failing = False

    def missing(self, device: str, kept: Kept) -> int | None:
        """How many messages are missing before this one, as far as is known. None: it has come
        before."""
        last = self._of(device).last.get(kept.outbox)
        if last is None:
            return 0
        return None if kept.number <= last else kept.number - last - 1

    def done(self, device: str, kept: Kept) -> None:
        """The message has been handled."""
        known = self._of(device)
        known.last.pop(kept.outbox, None)
        known.last[kept.outbox] = kept.number
        while len(known.last) > OUTBOXES_MAX:
            known.last.pop(next(iter(known.last)))
        known.dirty = True

    def tick(self) -> None:
        """To be called from time to time."""
        if self._clock() >= self._write_at:
            self._write_at = self._clock() + _WRITE_EACH_S
            self.write()

    def write(self) -> None:
        """Writes what has changed. An error is logged, and it is tried again."""
        for identity, known in self._devices.items():
            if not known.dirty:
                continue
            try:
                self._states.save_last(identity, known.last)
            except OSError as error:
                if not self._failing:
                    log.error("what has come of %s cannot be kept: %s", identity, error)
                self._failing = True
                return
            known.dirty = False
            self._failing = False

    def _of(self, device: str) -> _Device:
        known = self._devices.get(device)
        if known is None:
            try:
                last = self._states.load_last(device)
            except (OSError, ValueError) as error:
                log.warning("%s kept messages may come twice: %s", device, error)
                last = {}
            known = self._devices[device] = _Device(last)
        return known
