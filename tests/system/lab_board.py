# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board as `./tools/cw lab` sets it up: the lab's code is on its flash, and its console is read
as the lab reads it."""

import contextlib
import time

from lab.desk.notes import Splitter
from lab.desk.script import pasted
from lab.desk.virtual import equip

from commands.console import Console
from commands.session import configure

LIMIT_S = 40  # for anything to happen, on a busy machine
_STEP_S = 0.05
_PIECE_BYTES = 64  # the board's echo is read between two pieces


class LabBoard:
    """`notes`: all that have come, the oldest first. `text`: what the terminal shows."""

    def __init__(self, console):
        self._console = console
        self._splitter = Splitter()
        self.notes = []
        self.text = ""

    def read(self):
        """Takes what has come, or waits for it a moment."""
        text, notes = self._splitter.feed(self._console.take(_STEP_S))
        self.text += text.decode("utf-8", "replace")
        self.notes += notes

    def until(self, condition, what):
        """Reads until `condition()`; its value. The failure names it."""
        end = time.monotonic() + LIMIT_S
        while not (value := condition()):
            assert time.monotonic() < end, f"{what}: not within {LIMIT_S} s\n{self.text[-2000:]}"
            self.read()
        return value

    def type(self, keys):
        """Writes bytes to the console."""
        for at in range(0, len(keys), _PIECE_BYTES):
            self._console.write(keys[at : at + _PIECE_BYTES])
            self.read()

    def start(self, script):
        """Pastes a script, as Run of the page does. `text` begins after it."""
        self.type(pasted(script.encode()))
        last = script.strip("\n").rpartition("\n")[2]
        self.until(lambda: f"=== {last}\r\n=== " in self.text, "the script is pasted")
        self.text = self.text.partition(f"=== {last}\r\n=== ")[2]

    def run(self, script):
        """Pastes a script and waits for the prompt after it. What it has shown."""
        self.start(script)
        self.until(lambda: self.text.endswith("\r\n>>> "), "the script ends")
        return self.text.partition("\r\n")[2].removesuffix("\r\n>>> ").removesuffix(">>> ")

    def until_prompt(self):
        """Waits for the prompt after a boot."""
        self.until(lambda: self.text.endswith(">>> "), "the prompt")

    def of(self, kind, since=0):
        """The notes of a kind: boot, attempt, session or gaps."""
        return [note[kind] for note in self.notes[since:] if kind in note]

    def until_note(self, kind, condition=lambda value: True, since=0):
        """Waits for a note of that kind; its value."""

        def found():
            return [value for value in self.of(kind, since) if condition(value)]

        self.until(lambda: bool(found()), f"a note: {kind}")
        return found()[0]

    def until_end(self, number):
        """Waits for the end of attempt `number`; its last note."""
        return self.until_note(
            "attempt", lambda note: note["number"] == number and note.get("name")
        )


@contextlib.contextmanager
def equipped(world, board, code=None):
    """A LabBoard, whose board has been reset with the lab's files on it. code: runs after the
    reset, at the raw REPL, in place of these files."""
    with Console(board.console) as console:
        if code is None:
            equip(world, console)
        else:
            console.enter()
            configure(world, console)
    with Console(board.console) as console:
        lab = LabBoard(console)
        board.press_en()
        lab.until_prompt()
        if code is not None:
            console.enter()
            console.run(code)
            console.leave()
        yield lab
