# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A recording is played again: in its order, on a machine that is as slow as it likes."""

import pytest
from bench import BenchError
from lab.recording import Devices, Player, play
from lab.recording.items import STEPS, Orders
from lab.recording.moves import LIMIT_S
from recordings import ID, LOG, connected, outage, recording

from setup.problem import Problem


class Bench:
    """Carries the steps out, and answers some of them after a while, by its own clock."""

    def __init__(self, made, answers=None, refused=()):
        self.devices = Devices()
        self.devices.name(0, ID)
        self.said = []
        self.player = Player(made.items, self.devices, self.said.append)
        self.now_s = 0.0
        self.done = []  # (time, method, values)
        self.pending = []  # (time, board, what, values)
        self._answers, self._refused = answers or {}, dict(refused)
        self.end_s = float("inf")
        for name in STEPS:
            setattr(self, name, lambda *values, name=name: self._do(name, *values))

    def _do(self, name, *values):
        self.done.append((round(self.now_s, 2), name, *values))
        if values[-1:] and values[-1] in self._refused:
            raise self._refused[values[-1]]
        for after_s, *seen in self._answers.get(values[-1], ()):
            self.pending.append((self.now_s + after_s, *seen))

    def sleep(self, for_s):
        self.now_s += for_s
        for one in [one for one in self.pending if one[0] <= self.now_s]:
            self.pending.remove(one)
            self.player.saw(*one[1:])

    def play(self):
        play(self.player, self, lambda: self.now_s, self.sleep,
             lambda: self.now_s >= self.end_s, self.said.append)  # fmt: skip
        return self


def seen(after_s, *lines):
    return [(after_s, board, *what) for _, board, *what in lines]


def answers(slow):
    """What the bench of outage() does; slow: how many times as slow as it was recorded."""
    return {
        "import imp\n": [*seen(1.0 * slow, *connected(0)),
                         (1.1 * slow, None, "message", LOG, b'"connected over wl0"')],
        "ap-off": [(0.2 * slow, 0, "lost"), (3.0 * slow, 0, "attempt", "wl0", "NO_WIFI")],
        "ap-on": seen(8.0 * slow, *connected(0)),
    }  # fmt: skip


@pytest.mark.parametrize("slow", [0.1, 1, 7])
def test_steps_wait_for_what_they_waited_for(slow):
    bench = Bench(recording(*outage()), answers(slow)).play()
    (run, off, on) = bench.done
    assert [one[1:] for one in (run, off, on)] == [
        ("run_script", 0, "import imp\n"), ("fault", 0, "ap-off"), ("fault", 0, "ap-on"),
    ]  # fmt: skip
    # As long after the message, and after the failed attempt, as in the recording.
    assert off[0] - run[0] == pytest.approx(1.1 * slow + 17.9, abs=0.2)
    assert on[0] - off[0] == pytest.approx(3.0 * slow + 2.0, abs=0.2)
    assert bench.now_s - on[0] == pytest.approx(8.0 * slow, abs=0.2)
    assert bench.said == ["The recording was played to its end."]


def test_what_does_not_come_is_said_and_the_play_goes_on():
    given = answers(1)
    given["ap-off"] = given["ap-off"][:1]
    bench = Bench(recording(*outage()), given).play()
    assert bench.said == [
        "The recording has 'attempt over wl0: NO_WIFI' here. It has not come within 60 s.",
        "The recording was played to its end.",
    ]
    assert bench.done[2][0] - bench.done[1][0] == pytest.approx(LIMIT_S + 2.0, abs=0.2)


@pytest.mark.parametrize(
    "error, words",
    [
        (Problem("The board is off.", "", "switch it on."), "The board is off. switch it on."),
        (BenchError("netsim has ended"), "refused: netsim has ended"),
        (OSError("gone"), "refused: gone"),
        (ValueError("no"), "refused: no"),
    ],
)
def test_a_step_that_is_refused_is_said_and_the_play_goes_on(error, words):
    made = recording((1, 0, "fault", "ap-off"), (2, 0, "fault", "ap-on"), (3, 0, "press_en"))
    bench = Bench(made, refused=[("ap-off", error)]).play()
    assert [one[1] for one in bench.done] == ["fault", "fault", "press_en"]
    assert bench.said == [f"ap-off: {words}", "The recording was played to its end."]


@pytest.mark.parametrize("end_s, done", [(0.0, 0), (1.5, 1), (2.5, 2)])
def test_it_can_be_stopped(end_s, done):
    made = recording((1, 0, "fault", "ap-off"), (2, 0, "fault", "ap-on"), (9, 0, "press_en"))
    bench = Bench(made)
    bench.end_s = end_s
    bench.play()
    assert len(bench.done) == done and bench.said == []
    assert bench.now_s < end_s + 0.1


def test_it_can_be_stopped_while_it_waits():
    bench = Bench(recording(*outage()))
    bench.end_s = 10.0
    bench.play()
    assert [one[1] for one in bench.done] == ["run_script"] and bench.said == []


def test_what_took_long_may_take_longer():
    made = recording((1, 0, "run_script", "x"), *connected(101), (102, 0, "press_en"))
    bench = Bench(made, {"x": seen(250.0, *connected(0))}).play()
    assert bench.said == ["The recording was played to its end."]
    assert bench.done[1][0] == pytest.approx(252.0, abs=0.2)


def test_every_step_reaches_its_order():
    lines = [("run_script", "x"), ("type", "x\r"), ("fault", "ap-off"), ("press_en",),
             ("soft_reset",), ("power", False)]  # fmt: skip
    made = recording(*[(n, 2, *line) for n, line in enumerate(lines)],
                     (9, None, "publish", f"imp/{ID}/device/x", "hi"))  # fmt: skip
    bench = Bench(made)
    bench.devices.name(0, "another")  # the board of today
    bench.play()
    assert [one[1:] for one in bench.done] == [
        *[(line[0], 2, *line[1:]) for line in lines], ("publish", "imp/another/device/x", "hi"),
    ]  # fmt: skip
    assert {one[1] for one in bench.done} == set(STEPS)
    assert all(callable(getattr(Orders, name)) for name in STEPS)


def test_what_was_seen_before_a_second_run_is_not_of_it():
    made = recording(
        (1, 0, "run_script", "import imp\n"), *connected(2), (3, 0, "fault", "ap-off"),
        (3.2, 0, "lost"), (4, 0, "fault", "ap-on"), *connected(6),
        (7, 0, "run_script", "again"), *connected(8), (9, 0, "press_en"),
    )  # fmt: skip
    given = {**answers(1), "again": seen(30.0, *connected(0)), "ap-off": [(0.2, 0, "lost")]}
    bench = Bench(made, given).play()
    assert bench.done[-1][0] - bench.done[-2][0] == pytest.approx(31.0, abs=0.2)


def test_an_empty_recording():
    assert Bench(recording()).play().said == ["The recording was played to its end."]


def test_what_was_seen_before_the_first_run_is_not_waited_for():
    tick = (0.1, None, "message", f"imp/{ID}/agent/number", b"7")
    bench = Bench(recording(tick, *outage()), answers(1.0)).play()
    assert bench.said == ["The recording was played to its end."]
    assert bench.done[0][0] < LIMIT_S
