# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw soak: virtual boards through random faults, for minutes or hours."""

import argparse
import sys

from commands import values
from commands.session import hand_over, prepare
from setup import paths
from setup.report import Report

SUMMARY = "run boards through random faults for hours and check that everything holds"
EXAMPLES = """\
./tools/cw soak                          one minute
./tools/cw soak --hours 8 --seed 7
./tools/cw soak --seed 7 --first-round 31    as a violation tells you, to try it again
./tools/cw soak --minutes 30 --output docs/figures"""
IN_ENVIRONMENT = True

PROGRAM = paths.ROOT / "tests" / "soak" / "run.py"
_NUMBERS = {
    "hours": (values.amount("hours", 0, 1000), "how long"),
    "minutes": (values.amount("minutes", 0, 60_000), "the same"),
    "seconds": (values.seconds(0, 3_600_000), "the same; default: one minute"),
    "seed": (values.count(0, 2**31 - 1), "of faults and calls (default: 1)"),
    "first-round": (values.count(1, 10**6), "leave out what the seed gives for earlier rounds"),
    "boards": (values.count(1, 100), "how many (default: 2); the first is never reset"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command, which are those of tests/soak/run.py."""
    for name, (kind, text) in _NUMBERS.items():
        parser.add_argument(f"--{name}", type=kind, metavar="N", help=text)
    parser.add_argument(
        "--sanitizer", choices=("asan", "tsan"), help="a board built with this one"
    )
    parser.add_argument(
        "--output", type=values.output_folder, metavar="DIR", help="for soak.json and soak.svg"
    )
    parser.add_argument("--json", action="store_true", help="print the whole record")


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 when everything held, 1 on a violation, 130 after Ctrl-C."""
    built = prepare(report, (options.sanitizer or "",))
    command = [sys.executable, str(PROGRAM), "--board-binary", str(built.board)]
    for name in (*_NUMBERS, "output", "sanitizer"):
        value = getattr(options, name.replace("-", "_"))
        command += [f"--{name}", str(value)] if value is not None else []
    command += ["--json"] if options.json else []
    return hand_over(command)
