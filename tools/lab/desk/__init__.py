# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Carries out what the pages ask for, and tells the model what boards and bench do.

A thread owns each board and its console, and one more the bench, whose faults may take long.
"""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from lab.desk.bench import BenchDesk
from lab.desk.board import BoardDesk
from lab.desk.recorder import Recorder
from lab.desk.script import check
from lab.desk.serial import SerialDesk
from lab.desk.serial_line import SerialLine
from lab.desk.virtual import VirtualDesk
from lab.desk.worker import Order
from lab.model import Lab
from lab.model.board import GONE

if TYPE_CHECKING:
    from bench import Board, World


class Desk:
    """Use as a context manager, while world and boards stand. It begins with a reset of each.

    Each board gets a state in `lab`, and those at serial ports come last. What a method asks for
    is done later; it returns at once.
    """

    def __init__(
        self,
        world: "World",
        boards: Sequence["Board"],
        lab: Lab,
        mpy_cross: Path,
        lines: Sequence[SerialLine] = (),
    ) -> None:
        self._lab, self._mpy_cross = lab, mpy_cross
        self._folder = world.folder
        names = [f"board {number + 1}" if len(boards) > 1 else "board"
                 for number in range(len(boards))]  # fmt: skip
        self._boards: list[BoardDesk] = [
            VirtualDesk(board, lab.add_board(name))
            for board, name in zip(boards, names, strict=True)
        ]
        self._boards += [SerialDesk(line, lab.add_board(line.short, "real")) for line in lines]
        self._bench = BenchDesk(world, boards, lab)
        keys = {name: point.key for name, point in world.wifi.items()}
        self.recorder = Recorder(lab, self, keys)
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "Desk":
        with contextlib.ExitStack() as stack:
            for desk in (*self._boards, self._bench):
                stack.enter_context(desk)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.recorder.close()
        self._stack.__exit__(kind, error, trace)

    # -- a board. What is wrong is not recorded; all else before its effects.

    def type(self, board: int, text: str) -> None:
        """Keys for the board's console."""
        self._boards[board].type(text)
        self.recorder.did(board, "type", text)

    def run_script(self, board: int, code: str) -> None:
        """Interrupts what runs and runs `code`, as if it were pasted."""
        desk = self._boards[board]

        def run() -> None:
            script = check(code, self._mpy_cross, self._folder)
            self.recorder.did(board, "run_script", code)
            desk.run(script)

        desk.order(run)

    def soft_reset(self, board: int) -> None:
        """Interrupts what runs, then Ctrl-D."""
        self._boards[board].type("\x03\x03\x04")
        self.recorder.did(board, "soft_reset")

    def press_en(self, board: int) -> None:
        """Presses the board's reset."""
        self._order(board, self._boards[board].press_en, "press_en")

    def power(self, board: int, on: bool) -> None:
        """Switches the board on or off; on again after a crash, too."""
        desk = self._boards[board]
        self._order(board, desk.power_on if on else desk.power_off, "power", on)

    def _order(self, board: int, order: Order, what: str, *values: object) -> None:
        def carry_out() -> None:
            self.recorder.did(board, what, *values)
            order()

        self._boards[board].order(carry_out)

    # -- the bench

    def fault(self, board: int, text: str) -> None:
        """Makes a fault, as it is typed: "dns-delay=500". One of a modem is of this board's."""

        def make() -> None:
            fault = self._bench.check_fault(board, text)
            self.recorder.did(board, "fault", text)
            self._bench.make(board, fault)

        self._bench.order(make)

    def end_faults(self) -> None:
        """Ends all faults that have been made until this is carried out, of all boards. What has
        ended by itself begins again."""

        def end() -> None:
            view = self._lab.snapshot(time.monotonic())
            faulty = [(board, part) for board, part, _ in view.faults()]
            gone = [n for n, board in enumerate(view.boards) if board.modem.state == GONE]
            for board, part in dict.fromkeys(faulty + [(n, "modem") for n in gone]):
                self.fault(board, f"{part}-restore")

        self._bench.order(end)

    def publish(self, topic: str, payload: str) -> None:
        """Publishes a message at the broker."""

        def publish() -> None:
            self._bench.check_topic(topic)
            self.recorder.did(None, "publish", topic, payload)
            self._bench.publish(topic, payload)

        self._bench.order(publish)
