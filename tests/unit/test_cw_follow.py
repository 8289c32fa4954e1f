# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw run without a board: what it says of a board that sleeps and boots."""

import io
import types

import pytest
from bench.inbox import Inbox

from commands import follow
from commands.follow import Follower, Limits
from commands.script_output import Output

_SLEEPS = "board: in deep sleep\n"


@pytest.fixture
def scene(monkeypatch):
    """A board that a test plays; `now` is the time in s."""
    now = types.SimpleNamespace(s=100.0)
    clock = types.SimpleNamespace(monotonic=lambda: now.s, sleep=lambda s: None)
    monkeypatch.setattr(follow, "time", clock)
    board = types.SimpleNamespace(boot_mark=1, has_pins=True)
    world = types.SimpleNamespace(broker=Inbox())
    follower = Follower(world, board, None, None, Limits(60.0, None, 3))
    follower._deadline = 1000.0
    said = io.StringIO()
    follower._output = Output(said)
    return now, board, follower, said


def test_a_board_without_pins_for_half_a_second_is_asleep(scene):
    now, board, follower, said = scene
    follower._tick()
    board.has_pins = False
    now.s = 100.5
    follower._tick()
    assert said.getvalue() == ""
    now.s = 100.501
    follower._tick()
    follower._tick()
    assert said.getvalue() == _SLEEPS


def test_a_board_that_has_woken_and_drives_no_pins_yet_is_awake(scene):
    now, board, follower, said = scene
    follower._tick()
    board.has_pins = False
    now.s = 110.0
    follower._tick()
    assert said.getvalue() == _SLEEPS
    board.boot_mark, now.s = 2, 120.0
    assert follower._rebooted()
    now.s = 120.5
    follower._tick()
    assert said.getvalue() == _SLEEPS
    now.s = 120.501  # it has gone to sleep again at once
    follower._tick()
    assert said.getvalue() == _SLEEPS * 2
