# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The estimate of the time that a run of the tests still takes."""

import pytest

from commands.layers import LAYERS
from commands.progress import USUAL_S, Progress, about


def test_each_layer_has_a_usual_time():
    assert set(USUAL_S) == set(LAYERS)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "5 s"), (58, "60 s"), (119, "120 s"), (121, "2 min"), (912, "15 min")],
)
def test_durations_to_read(seconds, text):
    assert about(seconds) == text


def test_one_layer():
    progress = Progress(["demo"])
    assert progress.heading("demo") == "== demo: layer 1 of 1, about 15 s left"


def test_slow_machine_is_noticed_by_long_layers():
    progress = Progress(["unit", "system"])
    assert progress.left_s() == 270 + 900
    progress.ended("unit", 540)
    assert progress.left_s() == 900 * 1.5
    assert progress.heading("system") == "== system: layer 2 of 2, 9 min so far, about 22 min left"
    progress.ended("system", 1)
    assert progress.left_s() == 0


def test_short_layer_says_little_about_the_others():
    progress = Progress(["lint", "system"])
    progress.ended("lint", 50)
    assert 900 < progress.left_s() < 1100
