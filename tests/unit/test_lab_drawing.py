# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's drawings of a snapshot."""

import pytest
from lab.drawing import attempts, lines
from lab.drawing.map import svg
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

    def map(self):
        view = self.lab.snapshot(1.0)
        return svg(view, view.boards[0])

    def attempts(self):
        return attempts.html(self.lab.snapshot(1.0).boards[0].attempts)


@pytest.fixture
def drawn():
    return Drawn()


def test_map_tells_each_line_in_words(drawn):
    drawn.lab.fault("ap", "off", "ap-off", ())
    drawn.lab.fault("dns", "delay", "dns-delay=500", ("500",))
    text = drawn.map()
    assert "power on" in text and ">off<" in text and ">delay=500<" in text
    assert 'class="session"' not in text
    drawn.board.note({"session": "eth0"}, 1.0)
    assert drawn.map().count('class="session"') == 2


def test_text_of_the_board_is_no_html(drawn):
    bad = "<img src=x onerror=alert(1)>"
    drawn.attempt(1, [[bad, 5]], bad[:20], name=bad, cause=bad)
    drawn.board.note({"session": bad}, 1.0)
    drawn.lab.fault("ap", "set_key", f"ap-set-key={bad}"[:20], (bad,))
    for text in (drawn.attempts(), drawn.map(), lines.html([bad])):
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
