# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw demo: a board made of software connects over Wi-Fi, Ethernet and a modem, as you watch."""

import argparse
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from commands.console import Console, Lines
from commands.session import BrokerLines, board_in_bench, configure, prepare
from setup.problem import Problem
from setup.report import Report, fancy

if TYPE_CHECKING:
    from bench import World

SUMMARY = "connect over Wi-Fi, Ethernet, cellular and with a wrong key, and show each stage"
EXAMPLES = """\
./tools/cw demo
./tools/cw demo --json | python3 -m json.tool"""
IN_ENVIRONMENT = True

SCRIPT = Path(__file__).with_name("demo_script.py")
# Four attempts of at most 20 s each, with the time between them.
LIMIT_S = 95.0
# How long the last lines may take to the broker after the script has ended.
BROKER_S = 3.0

_COLOURS = {True: "\x1b[32m", False: "\x1b[31m"}


@dataclass
class Attempt:
    """One call of connectwith as the demo saw it."""

    interface: str
    title: str
    expected: str
    lines_expected: int
    result: str | None = None
    ms: int | None = None
    cause: str | None = None
    stages: list[dict[str, str | int]] = field(default_factory=list)
    at_broker: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether it ended as it must, and the broker saw what it must, and nothing else."""
        return self.result == self.expected and len(self.at_broker) == self.lines_expected


def expected_attempts() -> list[Attempt]:
    """The attempts of demo_script.py, each with the result that it must have."""
    return [
        Attempt("wl0", "Wi-Fi", "SERVER_CONNECTED", 2),
        Attempt("eth0", "Ethernet", "SERVER_CONNECTED", 2),
        Attempt("cell0", "cellular", "SERVER_CONNECTED", 2),
        Attempt("wl0", "wrong key", "NO_WIFI", 0),
    ]


class Demo:
    """Reads the board's lines and the broker's, and shows them as they come."""

    def __init__(self, report: Report) -> None:
        self.attempts = expected_attempts()
        self.unexpected: list[str] = []
        self._report = report
        self._index = -1
        self._held: list[tuple[str, ...]] = []
        self._colour = fancy(report.stream)

    def _current(self) -> Attempt | None:
        return self.attempts[self._index] if 0 <= self._index < len(self.attempts) else None

    def _owed(self) -> bool:
        """Whether the broker's lines of the current attempt have not all come."""
        attempt = self._current()
        return attempt is not None and attempt.result == attempt.expected and not attempt.ok

    def board_line(self, line: str) -> None:
        """Takes one line of the script's output. Those of the next attempt wait until the broker's
        lines of this one have come, so that each stands under its own attempt."""
        if self._held or (line.startswith("attempt ") and self._owed()):
            self._held.append((line,))
        else:
            self._board_line(line)

    def broker_line(self, topic: str, text: str) -> None:
        """Takes one message that the broker has received."""
        if self._held and self._owner(text) is not self._current():
            self._held.append((topic, text))
            return
        self._broker_line(topic, text)
        if self._held and not self._owed():
            self.release()

    @property
    def waits(self) -> bool:
        """Whether lines wait for the broker's lines of the current attempt."""
        return bool(self._held)

    def release(self) -> None:
        """Shows the lines that wait, although lines of the broker's may be missing."""
        if not self._held:
            return
        (first,), *rest = self._held
        self._held = []
        self._board_line(first)
        for event in rest:
            if len(event) == 1:
                self.board_line(*event)
            else:
                self.broker_line(*event)

    def _board_line(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "attempt":
            self._index += 1
            interface, _, title = rest.partition(" ")
            self._report.line(f"\n{title} ({interface})")
            attempt = self._current()
            if attempt is None or (attempt.interface, attempt.title) != (interface, title):
                self.unexpected.append(line)
            return
        attempt = self._current()
        fields = rest.split(" ", 3)
        if attempt is not None and word == "stage" and len(fields) == 2 and fields[1].isdigit():
            attempt.stages.append({"stage": fields[0], "ms": int(fields[1])})
            self._report.line(f"  {fields[0]:<10}{int(fields[1]):>7} ms")
        elif attempt is not None and word == "result" and len(fields) == 4:
            self._result(attempt, fields)
        elif line:
            self.unexpected.append(line)
            self._report.line(f"  board: {line}")

    def _result(self, attempt: Attempt, fields: list[str]) -> None:
        if attempt.result is not None:
            self.unexpected.append("a second callback of one attempt")
        attempt.result, attempt.ms = fields[1], int(fields[2])
        attempt.cause = None if fields[3] == "None" else fields[3]
        good = attempt.result == attempt.expected
        text = attempt.result
        if self._colour:
            text = f"{_COLOURS[good]}{text}\x1b[0m"
        because = f": {attempt.cause}" if attempt.cause else ""
        verdict = "as it must" if good else f"but must be {attempt.expected}"
        self._report.line(f"  -> {text} after {attempt.ms} ms, {verdict}{because}")

    def _owner(self, text: str) -> Attempt | None:
        words = text.split()
        found = (a for a in self.attempts if a.lines_expected and a.interface in words)
        return next(found, None)

    def _broker_line(self, topic: str, text: str) -> None:
        if not topic.endswith(("/log", "/error")):
            return
        self._report.line(f"  broker, over TLS: {topic}  {text}")
        owner = self._owner(text)
        if owner is None:
            self.unexpected.append(f"{topic} {text}")
        else:
            owner.at_broker.append(text)

    @property
    def complete(self) -> bool:
        """Whether all results and all lines have come."""
        return all(a.result and len(a.at_broker) >= a.lines_expected for a in self.attempts)

    @property
    def ok(self) -> bool:
        """Whether all four ended as they must and nothing else happened."""
        return all(a.ok for a in self.attempts) and not self.unexpected


class _Wait:
    """How long the next attempt's lines wait for the broker's lines of the one before."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._until: float | None = None

    def look(self) -> None:
        """Releases the lines when the time is over."""
        now = time.monotonic()
        if not self._demo.waits:
            self._until = None
        elif self._until is None:
            self._until = now + BROKER_S
        elif now > self._until:
            self._demo.release()
            self._until = None


def follow(world: "World", console: Console, demo: Demo) -> str:
    """Runs the script to its end and a little longer; returns its traceback, "" for none."""
    broker, lines = BrokerLines(world), Lines()
    execution = console.start(SCRIPT.read_text(encoding="utf-8"))
    deadline = time.monotonic() + LIMIT_S
    wait = _Wait(demo)
    while execution.traceback is None:
        if time.monotonic() > deadline:
            raise Problem(
                f"The demo did not end within {LIMIT_S:.0f} s.",
                "the board's script is still running.",
                "run it again; ./tools/cw test tells which part does not work.",
            )
        for line in lines.feed(execution.poll(0.02)):
            demo.board_line(line)
        for topic, text in broker.new():
            demo.broker_line(topic, text)
        wait.look()
    for line in lines.end():
        demo.board_line(line)
    deadline = time.monotonic() + BROKER_S
    while not demo.complete and time.monotonic() < deadline and not execution.traceback:
        time.sleep(0.02)
        for topic, text in broker.new():
            demo.broker_line(topic, text)
    while demo.waits:
        demo.release()
    return execution.traceback


def _verdict(demo: Demo, traceback: str, seconds: float, report: Report) -> None:
    report.line("")
    if traceback:
        report.line(traceback.rstrip())
    for attempt in demo.attempts:
        missing = attempt.lines_expected - len(attempt.at_broker)
        if attempt.result != attempt.expected:
            ended = attempt.result or "no callback"
            report.line(f"FAILED {attempt.title}: {ended}, must be {attempt.expected}")
        elif missing:
            report.line(f"FAILED {attempt.title}: {missing} log line(s) not seen at the broker")
    for line in demo.unexpected:
        report.line(f"FAILED unexpected: {line}")
    if demo.ok and not traceback:
        report.line(f"All four attempts ended as they must ({seconds:.1f} s).")
    else:
        report.line("Not all attempts ended as they must.")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument("--json", action="store_true", help="print the outcome as one document")
    parser.add_argument(
        "--target", choices=["virtual"], default="virtual", help="which board (default: virtual)"
    )


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 only if all four attempts ended as they must and the broker saw the lines."""
    built = prepare(report)
    began = time.monotonic()
    demo = Demo(report)
    with board_in_bench(built) as (world, board):
        with Console(board.console) as console:
            console.enter()
            configure(world, console)
            report.line(f"virtual board on {board.console.resolve()}, broker {world.broker.url}")
            traceback = follow(world, console, demo)
    seconds = time.monotonic() - began
    _verdict(demo, traceback, seconds, report)
    ok = demo.ok and not traceback
    if options.json:
        document = {
            "ok": ok,
            "target": options.target,
            "seconds": round(seconds, 3),
            "attempts": [{**asdict(a), "ok": a.ok} for a in demo.attempts],
            "unexpected": demo.unexpected,
            "traceback": traceback or None,
        }
        print(json.dumps(document, indent=2))
    return 0 if ok else 1
