# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board as `./tools/cw lab` has it, for the tests that the lab has recorded.

A script is pasted at the prompt, as a person does it, and may run for ever. The lab's code on the
board tells what happens there, and the lab's model what that means.
"""

import time
from dataclasses import replace

from lab.desk.notes import Splitter
from lab.desk.script import pasted
from lab.desk.virtual import equip
from lab.model import Lab
from lab.recording import Devices, Item, Seen

from commands.console import Console
from commands.typed_faults import PARTS
from setup.problem import Problem

LIMIT_S = 60  # for what takes a few seconds; machines may be slow
_PIECE_BYTES = 64  # the board's echo is read between two pieces
_STEP_S = 0.02
_OUTPUT_KEPT = 2000
_PROMPT = b">>> "


class LabBoard:
    """Use as a context manager; the board is on. It begins with a reset, so that nothing of the
    preparation is in the board's memory.

    `id` is the device's ID. The methods named after what may be seen wait until it was seen, for
    at most `limit_s`; what one of them has found, it does not find again.
    """

    def __init__(self, world, board):
        self.limit_s = LIMIT_S
        self._world, self._board = world, board
        lab = Lab(PARTS)
        self._lab, self._state = lab, lab.add_board("board")
        lab.listeners.append(self._saw)
        self._devices, self._seen = Devices(), Seen()
        self._splitter = Splitter()
        self._console = None
        self._messages = len(world.broker.messages)
        self._output = b""

    def __enter__(self):
        self._board.release()
        with Console(self._board.console) as console:
            equip(self._world, console)
            self.id = console.run("import hardware\nprint(hardware.getdeviceid())").strip()
        self._devices.name(0, self.id)
        self._console = Console(self._board.console)
        self.press_en()
        self.booted()
        self._until(lambda: self._output.endswith(_PROMPT), "the prompt")
        return self

    def __exit__(self, *_):
        self._close()

    # -- what is done

    def run(self, script):
        """Interrupt what runs, and run a script; its end is not awaited."""
        self._before("run_script")
        text = script.replace("\r\n", "\n").replace("\t", "    ")
        self._write(pasted(text.encode("utf-8", "replace")))

    def type(self, text):
        """Keys for the board's console."""
        self._write(text.encode("utf-8", "replace"))

    def press_en(self):
        """Press the board's reset."""
        self._before("press_en")
        self._board.press_en()

    def soft_reset(self):
        """Ctrl-C, then Ctrl-D."""
        self._before("soft_reset")
        self._write(b"\x03\x03\x04")

    def power(self, on):
        """Switch the board on or off."""
        self._before("power")
        self._close()
        self._board.stop()
        if on:
            self._board.start(self.limit_s, repl=False)
            self._console = Console(self._board.console)
        self._state.powered("on" if on else "off")

    def goes_on(self, for_s):
        """Let the board run for so long; fail if it crashes."""
        end = time.monotonic() + for_s
        while (left := end - time.monotonic()) > 0:
            self._look(min(left, _STEP_S))

    # -- what is seen

    def attempt(self, interface, result):
        """An attempt over this interface has ended with this result, such as "NO_WIFI"."""
        self._wait(Item(0, 0, "attempt", (interface, result)))

    def session(self, interface):
        """The session is over this interface now."""
        self._wait(Item(0, 0, "session", (interface,)))

    def lost(self):
        """There was a session, and is none any more."""
        self._wait(Item(0, 0, "lost"))

    def message(self, topic, payload=None, like=None):
        """A message has come to the broker. payload: bytes, None for any; like: bytes that it is
        equal to but for numbers and IDs."""
        data = payload if like is None else like
        item = self._devices.item(0, None, "message", (topic, data or b""))
        values = (item.values[0], data)
        self._wait(replace(item, values=values, like=like is not None))

    def booted(self):
        """The board has booted, or its Python has begun anew."""
        self._wait(Item(0, 0, "booted"))

    # -- how

    def _before(self, step):
        self._seen.before(Item(0, 0, step))

    def _saw(self, board, what, *values):
        self._seen.add(self._devices.item(0, board, what, values))

    def _wait(self, wanted):
        self._until(lambda: not self._seen.missing([wanted]), wanted.words())

    def _until(self, condition, words):
        deadline = time.monotonic() + self.limit_s
        while not condition():
            if time.monotonic() > deadline:
                events = "\n".join(self._lab.snapshot(time.monotonic()).events)
                output = self._output.decode(errors="replace")
                raise AssertionError(f"{words}: not within {self.limit_s} s\n{events}\n{output}")
            self._look(_STEP_S)

    def _write(self, data):
        for at in range(0, len(data), _PIECE_BYTES):
            self._console.write(data[at : at + _PIECE_BYTES], self.limit_s)
            self._look(0)

    def _close(self):
        if self._console is not None:
            self._console.close()
        self._console = None
        self._splitter.reset()

    def _look(self, wait_s):
        """Take what the board says within `wait_s`, and what has come to the broker."""
        if self._console is None:
            time.sleep(wait_s)
        else:
            self._listen(wait_s)
        messages = self._world.broker.messages
        if len(messages) < self._messages:  # the broker was restored, and forgot them
            self._messages = 0
        for topic, payload, _ in messages[self._messages :]:
            self._messages += 1
            self._lab.message(topic, payload, "")

    def _listen(self, wait_s):
        try:
            text, notes = self._splitter.feed(self._console.read(wait_s))
        except Problem:
            raise AssertionError(f"the board has crashed: {self._board.log}") from None
        self._output = (self._output + text)[-_OUTPUT_KEPT:]
        for note in notes:
            self._state.note(note, time.monotonic())
