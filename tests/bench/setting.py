# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The setting of every program of the bench, and the turns of the contenders."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator

from bench import World
from bench.modem.driver import Modem
from figures import Cell, Row
from stand import Kit, Stand

Answers = dict[str, list[dict | None]]


@dataclasses.dataclass
class Setting:
    """A world without boards, the files for boards, and the data of a program for plots."""

    world: World
    kit: Kit
    quick: bool
    plots: dict = dataclasses.field(default_factory=dict)
    modem: Modem | None = None
    at_end: contextlib.ExitStack = dataclasses.field(default_factory=contextlib.ExitStack)

    def repeat(self, whole: int, quick: int) -> int:
        """How often to measure."""
        return quick if self.quick else whole

    @property
    def others(self) -> list[str]:
        """The other contenders that can be measured."""
        return [name for name in self.kit.columns if name != "ours"]

    @contextlib.contextmanager
    def stands(self, heap_kib: int | None = None, *names: str) -> Iterator[list[Stand]]:
        """A board for each contender, or for those named."""
        # Each attempt must ask for the broker's name, as the first one after power-on does.
        self.world.dns.ttl(0)
        chosen = [name for name in self.kit.columns if not names or name in names]
        with contextlib.ExitStack() as stack:
            stands = []
            for name in chosen:
                stand = Stand(self.world, self.kit, name, heap_kib)
                stack.callback(stand.stop)
                stands.append(stand)
            yield stands

    def restore(self) -> None:
        """Ends all faults."""
        self.world.restore()
        self.world.dns.ttl(0)

    def row(self, name: str, unit: str, cells: dict[str, Cell], **fields: object) -> Row:
        """A row with a remark for the contenders that could not be fetched."""
        absent = {c: Cell(text="not to be had here") for c in self.kit.missing}
        return Row(name, unit, {**absent, **cells}, **fields)


def rotated(stands: list[Stand], turn: int) -> list[Stand]:
    """The same stands, with another first one at each turn."""
    first = turn % len(stands)
    return stands[first:] + stands[:first]


def in_turn(
    stands: list[Stand], repeat: int, call: str, limit_s: float = 60.0, report: str = "",
    between: Callable[[Stand], None] = lambda stand: None,
) -> Answers:  # fmt: skip
    """One run of each stand, then the next of each, with another first one. The answers."""
    answers: Answers = {stand.name: [] for stand in stands}
    for turn in range(repeat):
        for stand in rotated(stands, turn):
            between(stand)
            answers[stand.name].append(stand.run(call, limit_s, report))
    return answers


def failure(answer: dict | None, limit_s: float) -> str:
    """In words, why a run did not connect; "" when it did."""
    if answer is None:
        return f"no end within {limit_s:g} s"
    error = answer.get("error")
    return "" if error is None else f"{error[0]}({', '.join(error[1:])})".replace("\n", "")


def cell(answers: list[dict | None], key: str, scale: float, limit_s: float) -> Cell:
    """The values of the runs that connected, with a remark about failures."""
    failures = [text for text in (failure(answer, limit_s) for answer in answers) if text]
    values = [a[key] * scale for a in answers if a is not None and not failure(a, limit_s)]
    if not failures:
        return Cell(values)
    text = f"{len(failures)} of {len(answers)} failed: " if values else "fails: "
    return Cell(values, text + failures[0])
