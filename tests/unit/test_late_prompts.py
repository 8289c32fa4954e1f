# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board that answers a request for its raw REPL when the next one has been made already."""

import time
from pathlib import Path

import pytest
from bench.repl import Repl
from lab.desk.serial_line import SerialLine
from uart_board import UartBoard

from commands.console import Console
from commands.remote import Remote
from setup.problem import Problem


class BusyBoard(UartBoard):
    """Reads nothing until `count` bytes wait for it, Ctrl-C not counted."""

    def __init__(self, count):
        self._count = count
        super().__init__(pause_s=0)

    def key(self):
        deadline = time.monotonic() + 30
        while self.waiting < self._count and not self._ends.is_set():
            assert time.monotonic() < deadline
            time.sleep(0.005)
        if self._count:
            self._count = 0
            self._interrupted.clear()  # it has heard them all, whenever they came
        return super().key()


TWICE = len(b"\r\r\x01" * 2)  # as mpremote asks


def test_the_bench_takes_no_late_prompt_for_an_answer():
    with BusyBoard(TWICE) as board:
        repl = Repl(Path(board.port), timeout=20)
        assert repl.exec("print('one')", 10) == "one\n"
        assert repl.exec("print('two')", 10) == "two\n"
        repl.close()


def test_commands_take_no_late_prompt_for_an_answer():
    with BusyBoard(TWICE) as board, Remote(board.port, 20) as remote:
        assert remote.run("print('one')") == "one\n"


@pytest.mark.parametrize("kind", [Console, SerialLine])
def test_a_console_takes_no_late_prompt_for_an_answer(kind):
    with BusyBoard(len(b"\r\r\x01\x02\r\r\x01")) as board:
        line = kind(board.port)
        try:
            with pytest.raises(Problem, match="did not answer within 0 s"):
                line.enter(0.1)
            line.leave()
            line.enter(20)
            execution = line.start("print('one')")
            assert "".join(execution.follow(10)) == "one\n" and execution.traceback == ""
        finally:
            line.close()
