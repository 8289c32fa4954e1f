# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Power cuts while non-volatile storage is being written: old value or new, never neither."""

import os
import random
import select
import signal
import time

import pytest
from bench import Board

_CUTS = 50
_LIMIT_S = 10

# Runs on the board: says what is stored, then writes the next number at each byte it is sent.
# The value is long enough that half of one would show.
_MAIN = """
import esp32, machine
uart = machine.UART(1, 5000000)
nvs = esp32.NVS("cut")
value = bytearray(400)
try:
    nvs.get_blob("number", value)
    numbers = {value[i] << 8 | value[i + 1] for i in range(0, 400, 2)}
    number = numbers.pop()
    state = "torn" if numbers else "whole"
except OSError:
    number, state = 0, "none"
uart.write("%d %s\\n" % (number, state))
while True:
    while not uart.any():
        pass
    uart.read(1)
    number += 1
    nvs.set_blob("number", number.to_bytes(2, "big") * 200)
    nvs.commit()
    uart.write("%d written\\n" % number)
"""


class _Line:
    """The far end of the board's UART 1."""

    def __init__(self, board):
        self._fd = os.open(board.dir / "uart1", os.O_RDWR | os.O_NOCTTY)

    def close(self):
        os.close(self._fd)

    def go(self):
        os.write(self._fd, b".")

    def report(self):
        """The board's next line, as words."""
        text = b""
        while not text.endswith(b"\n"):
            ready, _, _ = select.select([self._fd], [], [], _LIMIT_S)
            assert ready, f"no report from the board after {text!r}"
            text += os.read(self._fd, 1)
        return text.decode().split()


def _boot(board):
    """Switch on and read what is stored: the line, the number, its state."""
    board.start(repl=False)
    line = _Line(board)
    number, state = line.report()
    return line, int(number), state


@pytest.fixture
def cut_board(request, world):
    """A board whose main.py writes to its storage on request; switched off."""
    board = Board(world, binary=request.config.getoption("--board-binary"))
    with board:
        board.exec(f"with open('main.py', 'w') as f: f.write({_MAIN!r})\nimport os\nos.sync()")
    yield board
    board.stop()


def test_power_cut_while_a_value_is_written(cut_board):
    line, number, state = _boot(cut_board)
    assert (number, state) == (0, "none")
    duration_s = 0.0
    for _ in range(10):
        began = time.monotonic()
        line.go()
        number = int(line.report()[0])
        duration_s = max(duration_s, time.monotonic() - began)
    chance = random.Random(1)
    seen = set()
    for _ in range(_CUTS):
        line.go()
        time.sleep(chance.uniform(0, duration_s))
        os.kill(cut_board.pid, signal.SIGKILL)
        line.close()
        cut_board.stop()
        line, found, state = _boot(cut_board)
        assert state == "whole", f"{found} after {number} is {state}"
        assert found in (number, number + 1)
        seen.add(found - number)
        number = found
    line.close()
    # Only cuts on both sides of the change show that some came in between.
    assert seen == {0, 1}
