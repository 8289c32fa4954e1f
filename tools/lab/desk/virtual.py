# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board of the bench: a process, whose console is a terminal."""

import contextlib
import os
import select
from typing import TYPE_CHECKING

from commands.console import Console
from commands.session import BOOT_LIMIT_S, configure
from lab.desk.board import BoardDesk
from lab.desk.notes import board_files
from lab.model import BoardState
from setup.problem import Problem

if TYPE_CHECKING:
    from bench import Board, World

_EN_LIMIT_S = 10.0
_PIECE_BYTES = 64  # the board's answer is read between two pieces


def equip(world: "World", console: Console, pauses: bool = True) -> None:
    """Settings and the lab's code go to the board's flash. Leaves it at the raw REPL. pauses: the
    board measures them."""
    console.enter()
    configure(world, console)
    for name, text in board_files(pauses).items():
        console.run(f"with open({name!r}, 'w') as file: file.write({text!r})")


class _Terminal(Console):
    """See board.Line."""

    def exchange(self, data: bytes, wake: int, wait_s: float) -> tuple[bytes, int]:
        """See board.Line."""
        writers = [self._fd] if data else []
        readable, writable, _ = select.select([self._fd, wake], writers, [], wait_s)
        came = self.read(0) if self._fd in readable else b""
        written = 0
        if writable:
            with contextlib.suppress(BlockingIOError):
                written = os.write(self._fd, data[:_PIECE_BYTES])
        return came, written


class VirtualDesk(BoardDesk):
    """Begins with a reset, so that nothing of the preparation is in the board's memory."""

    def __init__(self, board: "Board", state: BoardState) -> None:
        super().__init__(state)
        self._board = board

    def __enter__(self) -> "VirtualDesk":
        # A console that is opened forgets what has come, so it is opened before.
        self.attach()
        self.state.powered("on")
        self._board.press_en()
        super().__enter__()
        return self

    def open_line(self) -> _Terminal:
        """See BoardDesk."""
        return _Terminal(self._board.console)

    def press_en(self) -> None:
        """See BoardDesk. A board that has switched interrupts off does not hear EN."""
        from bench import BenchError

        try:
            self._board.press_en(_EN_LIMIT_S)
        except BenchError as error:
            raise Problem("The board does not hear EN.", str(error),
                          "switch it off, and on again.") from error  # fmt: skip

    def power_off(self) -> None:
        """See BoardDesk."""
        self.close_line()
        self._board.stop()
        self.state.powered("off")

    def power_on(self) -> None:
        """See BoardDesk."""
        self.close_line()
        self._board.stop()  # a crashed one is off only after this
        self._board.start(BOOT_LIMIT_S, repl=False)
        self.attach(b"\r")  # the prompt has come before the console was open
        self.state.problem("")
        self.state.powered("on")

    def gone(self) -> None:
        """See BoardDesk."""
        words = (self._board.log.strip().splitlines() or ["it said nothing"])[-1]
        self.state.powered("crashed")
        self.state.problem(f"The board has crashed: {words[:300]} Switch it on again.")
