# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Power cuts during a write to NVS leave the old value or the new one."""

import powercut
import pytest

pytestmark = pytest.mark.virtual("it cuts the power")

_CUTS = 50

# Runs on the board: prints the stored value, then writes the next number for each received byte.
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


def _whole(words):
    number, state = words
    assert state == "whole", f"{number} is {state}"
    return int(number)


@pytest.fixture
def cut_board(request, world):
    """A board whose main.py writes to its storage on request; switched off."""
    board = powercut.prepare(world, request.config.getoption("--board-binary"), _MAIN)
    yield board
    board.stop()


def test_power_cut_while_a_value_is_written(cut_board):
    line, words = powercut.boot(cut_board)
    assert words == ["0", "none"]
    duration_s, words = powercut.write_time(line, 10)
    seen = powercut.cuts(cut_board, int(words[0]), _CUTS, _whole, line, duration_s)
    # Cuts on both sides of the change prove that some cuts came in between.
    assert seen == {0, 1}
