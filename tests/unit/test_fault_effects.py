# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the list of faults says is in force, beside what the bench's parts do."""

import itertools
import random

import pytest
from bench import BenchError
from bench_in_memory import Bench
from lab.controls import Control, controls

from commands import typed_faults
from target.faults import MOMENT, NONE, after

CONTROLS = controls()
LEAVE = [control for control in CONTROLS if control.entry.leaves not in (MOMENT, NONE)]
_SEQUENCES, _LENGTH = 100, 7


@pytest.fixture
def world(monkeypatch):
    """A bench without programs."""
    made = Bench(monkeypatch)
    yield made
    made.close()


def _values(control: Control) -> list[list[str]]:
    """Some that are no healthy ones."""
    first = next(iter(control.values), None)
    if first is None:
        return [[]]
    if first.choices:
        return [[choice] for choice in first.choices if choice != control.entry.healthy]
    if first.range is not None:
        scale = first.range
        return [[f"{value:g}"] for value in (scale.low, scale.high) if value != scale.start]
    if control.entry.per_name:
        more = ["10.0.0.9"] if control.method == "answer" else []
        return [[name, *more] for name in ("broker.test", "Other.test", "*.test")]
    return [[value.start or "x" for value in control.values if value.required or value.start]]


def typed(control: Control) -> list[str]:
    """A fault with each of these values."""
    return [control.text(values) for values in _values(control)]


EACH = [(control, text) for control in LEAVE for text in typed(control)]


class Course:
    """A part of the bench, and what the list says of it. passes: what waits for bytes gets them
    after each fault."""

    def __init__(self, world: Bench, part: str, passes: bool) -> None:
        self._short, self._part = part, typed_faults.PARTS[part]
        self._world, self._passes = world, passes
        world.restore(self._part)
        self.healthy = world.state(self._part)
        self.active: dict[str, str] = {}

    def make(self, texts: list[str]) -> None:
        """One fault after the other. What the bench refuses is not in the list."""
        for text in texts:
            fault = typed_faults.parse(text)
            try:
                typed_faults.apply(self._world, fault)
            except BenchError:
                continue
            if self._passes:
                self._world.netsim.pass_bytes()
            self.active = after(self._part, self.active, fault.method, fault.text, fault.values)

    @property
    def state(self) -> object:
        """Of the part."""
        return self._world.state(self._part)

    def anew(self, texts: list[str]) -> object:
        """The state of a healthy part after these."""
        again = Course(self._world, self._short, self._passes)
        again.make(texts)
        return again.state


def is_told(world: Bench, part: str, texts: list[str], passes: bool) -> None:
    """What is in force is all that counts, and nothing else."""
    course = Course(world, part, passes)
    course.make(texts)
    state, told = course.state, list(course.active.values())
    assert (not told) == (state == course.healthy), (texts, told)
    assert course.anew(told) == state, (texts, told)
    for one in told:
        assert course.anew([text for text in told if text != one]) != state, (texts, told, one)


@pytest.mark.parametrize("passes", [False, True])
@pytest.mark.parametrize(
    ("control", "text"), EACH, ids=lambda value: getattr(value, "name", value)
)
def test_an_end_ends_its_fault_however_often_either_is_made(world, control, text, passes):
    for texts in ([text, control.end], [text, text, control.end], [text, control.end, control.end],
                  [control.end], [control.end, text, control.end]):  # fmt: skip
        course = Course(world, control.part, passes)
        course.make(texts)
        assert course.state == course.healthy and course.active == {}, texts
    assert course.anew([text]) != course.healthy


@pytest.mark.parametrize("passes", [False, True])
@pytest.mark.parametrize("part", typed_faults.PARTS)
def test_what_is_in_force_after_two_is_told(world, part, passes):
    texts = [text for control in CONTROLS if control.part == part for text in typed(control)]
    texts += [control.end for control in LEAVE if control.part == part]
    for pair in itertools.product(dict.fromkeys(texts), repeat=2):
        is_told(world, part, list(pair), passes)


@pytest.mark.parametrize("passes", [False, True])
@pytest.mark.parametrize("part", typed_faults.PARTS)
def test_what_is_in_force_after_many_is_told(world, part, passes):
    chance = random.Random(7)
    texts = [text for control in CONTROLS if control.part == part for text in typed(control)]
    texts += [control.end for control in LEAVE if control.part == part]
    for _ in range(_SEQUENCES):
        is_told(world, part, chance.choices(texts, k=_LENGTH), passes)
