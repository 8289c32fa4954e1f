# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw fleet: many virtual boards at one broker, and how they come back after a power cut."""

import argparse
import sys

from commands import values
from commands.session import hand_over, prepare
from setup import paths
from setup.report import Report

SUMMARY = "connect many boards to one broker and measure how they come back"
EXAMPLES = """\
./tools/cw fleet --boards 20
./tools/cw fleet --boards 100 --output docs/figures
./tools/cw fleet --boards 50 --mode fixed        only without jitter"""
IN_ENVIRONMENT = True

PROGRAM = paths.ROOT / "tests" / "fleet" / "run.py"
_NUMBERS = {
    "boards": (values.count(1, 1000), "how many (default: 100)"),
    "outage": (values.seconds(), "seconds without broker and access points (default: 30)"),
    "spread": (values.seconds(), "seconds over which boots are spread with jitter (default: 10)"),
    "limit": (
        values.seconds(1),
        "seconds that all may take to come back from one storm (default: 180)",
    ),
    "seed": (
        values.count(0, 2**31 - 1),
        "of the bench (default: 1); the boards have random numbers of their own",
    ),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command, which are those of tests/fleet/run.py."""
    for name, (kind, text) in _NUMBERS.items():
        parser.add_argument(f"--{name}", type=kind, metavar="N", help=text)
    parser.add_argument(
        "--mode", choices=("jitter", "fixed"), action="append", help="only this (default: both)"
    )
    parser.add_argument(
        "--output", type=values.output_folder, metavar="DIR", help="for fleet.json and fleet.svg"
    )
    parser.add_argument("--json", action="store_true", help="print the whole record")


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 when all boards came back in time, 130 after Ctrl-C."""
    built = prepare(report)
    command = [sys.executable, str(PROGRAM), "--board-binary", str(built.board)]
    for name in (*_NUMBERS, "output"):
        value = getattr(options, name)
        command += [f"--{name}", str(value)] if value is not None else []
    for mode in options.mode or ():
        command += ["--mode", mode]
    command += ["--json"] if options.json else []
    return hand_over(command)
