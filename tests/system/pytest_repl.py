# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""How these tests send code to a board: code of each length arrives whole."""

import pytest
from repl import BoardError


@pytest.mark.parametrize("size", [20, 255, 256, 257, 512, 513, 5000])
def test_code_of_each_length_arrives_whole(repl, size):
    text = "".join(chr(97 + at % 26) for at in range(size - len("x=''")))
    repl.run(f"x='{text}'")
    assert repl.value("(len(x), sum(x.encode()))") == (len(text), sum(text.encode()))


@pytest.mark.parametrize("place", [0, 100, 300, 4900])
def test_an_error_in_long_code_is_reported_and_the_board_goes_on(repl, place):
    lines = "x = 1\n" * 900
    with pytest.raises(BoardError, match="SyntaxError"):
        repl.run(lines[: place // 6 * 6] + "def def\n" + lines[place // 6 * 6 :])
    assert repl.value("1 + 1") == 2
