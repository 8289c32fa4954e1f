# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The console of one board, whatever the board is."""

import codecs
import contextlib
import queue
import time
from typing import Protocol

from lab.desk.notes import Splitter
from lab.desk.script import pasted
from lab.desk.worker import Worker
from lab.model import BoardState
from setup.problem import Problem

_STEP_S = 0.1
_LONGEST_TYPED = 100000


class Line(Protocol):
    """A console that is written to as far as it takes it."""

    def exchange(self, data: bytes, wake: int, wait_s: float) -> tuple[bytes, int]:
        """What has come, and how many bytes were written. Ends early when `wake` is readable.
        Raises Problem or OSError when the board has gone."""

    def close(self) -> None:
        """Ends the use of the console."""


class BoardDesk(Worker):
    """A subclass opens the line, in `open_line()`, and says what a reset and power are."""

    def __init__(self, state: BoardState) -> None:
        super().__init__(state.name, state.problem)
        self.state = state
        self._typed: queue.Queue[bytes] = queue.Queue()
        self._out = b""
        self._line: Line | None = None
        self._splitter = Splitter()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def __exit__(self, *details: object) -> None:
        super().__exit__(*details)
        self.close_line()

    # -- what a subclass has

    def open_line(self) -> Line:
        """Opens the console. Raises Problem."""
        raise NotImplementedError

    def gone(self) -> None:
        """The console has ended, and the board with it. The line is closed already."""
        raise NotImplementedError

    def press_en(self) -> None:
        """Presses the board's reset."""
        raise NotImplementedError

    def power_off(self) -> None:
        """Takes the board's supply away."""
        raise NotImplementedError

    def power_on(self) -> None:
        """Gives it back; after a crash, too."""
        raise NotImplementedError

    # -- orders

    def type(self, text: str) -> None:
        """Keys for the console; returns at once. They are lost while there is none."""
        if len(text) <= _LONGEST_TYPED:
            self._typed.put(text.encode("utf-8", "replace"))
            self.awake()

    def run(self, script: bytes) -> None:
        """Interrupts what runs and runs the script. In the thread of the board."""
        if self._line is None:
            raise Problem("The script was not started.", "", "the board is off: switch it on.")
        self.state.problem("")
        self._take_typed()
        self._add(pasted(script))

    def attach(self, first: bytes = b"") -> None:
        """Opens the line, and writes `first`."""
        self.close_line()
        self._line, self._out = self.open_line(), first

    def close_line(self) -> None:
        """What was not written is lost, and so is a note that has come in part."""
        if self._line is not None:
            self._line.close()
        self._line, self._out = None, b""
        self._splitter.reset()

    # -- the thread

    def work(self) -> None:
        """Passes on what is typed, and takes what the board says."""
        self._take_typed()
        if self._line is None:
            self._out = b""
            self.wait(_STEP_S)
            return
        try:
            came, written = self._line.exchange(self._out, self.wake, _STEP_S)
        except (Problem, OSError):
            self.close_line()
            self.gone()
            return
        self._out = self._out[written:]
        self._hear(came)

    def _take_typed(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._add(self._typed.get_nowait())

    def _add(self, typed: bytes) -> None:
        """To what is to be written. Ctrl-C is for now, and takes the place of what waits."""
        if typed.startswith(b"\x03"):
            self._out = typed
        elif len(self._out) <= _LONGEST_TYPED:
            self._out += typed
        else:
            self.state.problem("The board does not read what is typed: press Ctrl-C or EN reset.")

    def _hear(self, data: bytes) -> list[dict]:
        """What the board has said goes to the model; returns the notes in it."""
        text, notes = self._splitter.feed(data)
        for note in notes:
            self.state.note(note, time.monotonic())
        if text:
            self.state.console(self._decoder.decode(text))
        return notes
