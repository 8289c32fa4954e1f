# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's drawings of a snapshot."""

import re
from pathlib import Path

import lab
import pytest
from lab.drawing import attempts, lines, style
from lab.model import Lab

from commands import typed_faults


class Drawn:
    """A lab with one board, and its drawings."""

    def __init__(self):
        self.lab = Lab(typed_faults.PARTS)
        self.board = self.lab.add_board("board")
        self.board.powered("on")

    def attempt(self, number=1, stages=(), interface="wl0", **more):
        note = {"number": number, "interface": interface, "stages": stages, **more}
        self.board.note({"attempt": note}, 1.0)

    def attempts(self):
        return attempts.html(self.lab.snapshot(1.0).boards[0].attempts)


@pytest.fixture
def drawn():
    return Drawn()


def test_text_of_the_board_is_no_html(drawn):
    bad = "<img src=x onerror=alert(1)>"
    drawn.attempt(1, [[bad, 5]], bad[:20], name=bad, cause=bad)
    for text in (drawn.attempts(), lines.html([bad])):
        assert "<img" not in text


def test_longest_attempt_fills_the_axis(drawn):
    for number, ms in ((1, 100), (2, 400)):
        drawn.attempt(number, [["LINK", ms]], name="NO_WIFI", cause="x")
    html = drawn.attempts()
    assert "width:100.00%" in html and "width:25.00%" in html and "400 ms long" in html


def test_no_attempt_and_one_without_stages(drawn):
    assert "No attempt" in drawn.attempts()
    drawn.attempt(name="NO_WIFI")
    assert "NO_WIFI" in drawn.attempts()


def luminance(colour):
    """Of #rrggbb, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


PAGE = Path(lab.__file__).with_name("page") / "page.css"
GROUNDS = ("page", "paper", "inset")


def colours(dark):
    """By name: the variables of CSS for light or dark. Dark takes the place of light."""
    found = {}
    text = PAGE.read_text() + style.CSS
    for body in (r"body", r"body\.body--dark")[: 1 + dark]:
        for rules in re.findall(body + r" \{([^}]*)\}", text):
            found |= dict(re.findall(r"--lab-(\w+): (#[0-9a-f]{6});", rules))
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_can_be_read_on_the_paper_and_on_the_page(dark):
    shown = colours(dark)
    words = shown.keys() - {*GROUNDS, "line"}
    assert {"ink", "soft", "good", "warn", "bad", "faulty", "accent"} <= words
    low = {(word, ground): contrast(shown[word], shown[ground])
           for word in words for ground in GROUNDS}  # fmt: skip
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}
