# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board whose main.py writes to its storage on request, and power cuts in the middle of it."""

import os
import random
import select
import signal
import time

from bench import Board

_LIMIT_S = 10


class Silence(AssertionError):
    """The board has no power any more."""


class Line:
    """The far end of the board's UART 1."""

    def __init__(self, board):
        self._fd = os.open(board.dir / "uart1", os.O_RDWR | os.O_NOCTTY)

    def close(self):
        os.close(self._fd)

    def go(self):
        os.write(self._fd, b".")

    def ask(self, text):
        os.write(self._fd, text.encode() + b"\n")

    def report(self, has_power=lambda: True):
        """The board's next line, as words. Raises Silence once it has no power."""
        text = b""
        deadline = time.monotonic() + _LIMIT_S
        while not text.endswith(b"\n"):
            powered = has_power()
            ready, _, _ = select.select([self._fd], [], [], 0.05)
            byte = os.read(self._fd, 1) if ready else b""
            if not byte and (ready or not powered):
                raise Silence
            text += byte
            assert time.monotonic() < deadline, f"no report from the board after {text!r}"
        return text.decode().split()


def prepare(world, binary, main):
    """A board, switched off, that runs `main` (MicroPython) when it boots."""
    board = Board(world, binary=binary)
    with board:
        board.exec(f"with open('main.py', 'w') as f: f.write({main!r})\nimport os\nos.sync()")
    return board


def boot(board):
    """Switch on and read what is stored: the line, then the words of the report."""
    board.start(repl=False)
    line = Line(board)
    return line, line.report()


def cut(board, line, chance, duration_s):
    """Start a write and cut the power at a random moment of the next `duration_s` seconds."""
    line.go()
    time.sleep(chance.uniform(0, duration_s))
    os.kill(board.pid, signal.SIGKILL)
    line.close()
    board.stop()


def write_time(line, writes):
    """The longest time in s that one write takes, of so many; the last report."""
    durations_s = []
    for _ in range(writes):
        began = time.monotonic()
        line.go()
        words = line.report()
        durations_s.append(time.monotonic() - began)
    return max(durations_s), words


def cuts(board, number, count, check, line, duration_s, seed=1):
    """Cut the power `count` times during a write that turns what is stored from `number` to the
    next one. `check(words)` gives the number that a report tells. Which of both was found."""
    chance = random.Random(seed)
    seen = set()
    for _ in range(count):
        cut(board, line, chance, duration_s)
        line, words = boot(board)
        found = check(words)
        assert found in (number, number + 1), f"{words} after {number}"
        seen.add(found - number)
        # A staircase: too early means later, too late sooner, so the cuts gather around the moment
        # of the change, however long a write takes on this machine.
        duration_s *= 1.2 if found == number else 1 / 1.2
        number = found
    line.close()
    return seen
