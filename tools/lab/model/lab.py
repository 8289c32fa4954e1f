# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The whole lab: its boards, and what all of them share."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import RLock
from typing import NamedTuple

from lab.model.board import BoardState, BoardView
from lab.model.recording import RecordingView
from target import faults

MESSAGES_KEPT = 200
EVENTS_KEPT = 200
_SHOWN_PAYLOAD = 400
_SHOWN_EVENT = 400
_SHARED_SCRIPT = 200_000


Part = tuple[str, tuple[str, ...]]
_OWN = "modem"  # each board has one


class Message(NamedTuple):
    """What has arrived at the broker. at: the time of day, as events have it. text: the payload as
    it is shown."""

    at: str
    topic: str
    text: str


@dataclass(frozen=True)
class LabView:
    """The lab as it is drawn. `parts`: by short name, the state of its line (ok, slow, faulty,
    cut, off) and the faults that are made there, as they are typed. `own`: the same for each
    board, of the parts of which each board has one."""

    version: int
    boards: list[BoardView]
    parts: dict[str, Part] = field(default_factory=dict)
    own: list[dict[str, Part]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    problem: str = ""
    script: str = ""
    recording: RecordingView = RecordingView()

    def parts_of(self, board: BoardView) -> dict[str, Part]:
        """The parts around a board."""
        return {**self.parts, **self.own[self.boards.index(board)]}

    def faults(self) -> list[tuple[int, str, tuple[str, ...]]]:
        """All that is in force: a board's index, the part, the faults as they are typed. Those
        that all boards share are the first one's."""
        return [
            (number, part, texts)
            for number, parts in enumerate([self.parts, *self.own[1:]])
            for part, (_, texts) in parts.items()
            if texts
        ]


def _time_of_day() -> str:
    return time.strftime("%H:%M:%S")


class Lab:
    """parts: the bench's parts by short name (typed_faults.PARTS). script: for the editor.
    clock: gives the time of day, which each event and message is told with."""

    def __init__(
        self, parts: Mapping[str, str], script: str = "", clock: Callable[[], str] = _time_of_day
    ) -> None:
        self._clock = clock
        self.lock = RLock()
        self._version = 0
        self._script, self._problem = script, ""
        self._recording = RecordingView()
        self._parts = dict(parts)
        # By part, and by the board for a part that each board has.
        self._faults: dict[tuple[str, int], dict[str, str]] = {}
        self._messages: deque[Message] = deque(maxlen=MESSAGES_KEPT)
        self._events: deque[str] = deque(maxlen=EVENTS_KEPT)
        self.boards: list[BoardState] = []
        # Each gets what has happened, with the lab locked: a board's index or None, what, values.
        self.listeners: list[Callable[..., None]] = []

    def add_board(self, name: str, kind: str = "virtual") -> BoardState:
        """One more board, before the pages are opened."""
        saw = partial(self._saw, len(self.boards))
        board = BoardState(name, kind, self.lock, self.said, saw)
        self.boards.append(board)
        return board

    @property
    def first(self) -> int:
        """The index of the board that a new page shows: a real one, if there is one."""
        real = (number for number, board in enumerate(self.boards) if board.kind == "real")
        return next(real, 0)

    def _saw(self, board: int | None, what: str, *values: object) -> None:
        for listener in self.listeners:
            listener(board, what, *values)

    # -- events

    def said(self, event: str) -> None:
        """A line for the list of events; "" changes only the version."""
        with self.lock:
            self._version += 1
            if event:
                self._events.append(f"{self._clock()} {event[:_SHOWN_EVENT]}")

    def message(self, topic: str, payload: bytes, text: str) -> None:
        """A message has arrived at the broker. text: the payload as it is shown."""
        with self.lock:
            self._messages.append(Message(self._clock(), topic[:200], text[:_SHOWN_PAYLOAD]))
            self.said("")
            self._saw(None, "message", topic, payload)

    def fault(
        self, part: str, method: str, text: str, values: tuple[str, ...], board: int = 0
    ) -> None:
        """A fault was made. part: its short name. board: whose modem."""
        with self.lock:
            place = part, board if part == _OWN else 0
            made = self._faults.get(place, {})
            self._faults[place] = faults.after(self._parts[part], made, method, text, values)
            self.said(f"fault: {text}")

    def problem(self, text: str) -> None:
        """A sentence about what went wrong in the bench; "" takes it away."""
        with self.lock:
            if text != self._problem:
                self._problem = text
                self.said(text and f"problem: {text}")

    def show(self, recording: RecordingView) -> None:
        """The state of the recorder."""
        with self.lock:
            self._recording = recording
            self.said("")

    def edited(self, script: str) -> None:
        """The editor's text, for all pages. One that is far too long to run is not shared."""
        if len(script) > _SHARED_SCRIPT:
            return
        with self.lock:
            # A browser may send half a character, and no page that has one is served.
            self._script = script.encode("utf-8", "replace").decode()
            self.said("")

    # -- what is drawn

    @property
    def version(self) -> int:
        """Another number after each change, but for the console's text."""
        with self.lock:
            return self._version

    def snapshot(self, now_s: float, shown: int | None = None) -> LabView:
        """All that a page shows, but for the consoles' text. It shares nothing with the model.
        shown: the only board with gaps and waits, which are long; None: all have them."""
        with self.lock:
            return LabView(
                version=self._version,
                boards=[
                    board.view(now_s, shown in (None, number))
                    for number, board in enumerate(self.boards)
                ],
                parts={part: self._part(part, 0) for part in self._parts},
                own=[
                    {part: self._part(part, number) for part in self._parts if part == _OWN}
                    for number in range(len(self.boards))
                ],
                messages=list(self._messages),
                events=list(self._events),
                problem=self._problem,
                script=self._script,
                recording=self._recording,
            )

    def _part(self, part: str, board: int) -> Part:
        made = self._faults.get((part, board), {})
        return faults.state(self._parts[part], made), tuple(made.values())
