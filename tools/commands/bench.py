# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw bench: measures what the project promises, beside other MQTT clients for MicroPython."""

import argparse
import subprocess
import sys

from commands.session import prepare
from setup import paths
from setup.report import Report

SUMMARY = "measure pauses, times, memory against umqtt.simple, mqtt_as and a blocking script"
EXAMPLES = """\
./tools/cw bench                         everything, 20 minutes
./tools/cw bench --page                  the same, and write docs/figures.md of it
./tools/cw bench --page --resume         only what is missing since it was interrupted
./tools/cw bench --kept                  write docs/figures.md again, without a run
./tools/cw bench --only memory --json    one program of it
./tools/cw bench --quick                 a few repetitions: does it work?

Results go to build/bench, one file for each program, as soon as it has finished. --page keeps
their summary in docs/figures/bench.json."""
IN_ENVIRONMENT = True

NAMES = ("pause", "time", "deadline", "switching", "uplink", "rate", "memory", "size", "idle",
         "causes", "cellular", "endurance")  # fmt: skip
PROGRAM = paths.ROOT / "tests" / "bench" / "run.py"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command, which are those of tests/bench/run.py."""
    parser.add_argument("--quick", action="store_true", help="a few repetitions, no verdict")
    parser.add_argument(
        "--only",
        choices=NAMES,
        action="append",
        metavar="NAME",
        help=f"only this, may be repeated: {', '.join(NAMES)}",
    )
    parser.add_argument("--resume", action="store_true", help="keep what was measured already")
    parser.add_argument("--page", action="store_true", help="write docs/figures.md and its plots")
    parser.add_argument(
        "--kept", action="store_true",
        help="write docs/figures.md again, of the results that are kept; measures nothing",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 when every bar holds."""
    if options.kept:
        return subprocess.run([sys.executable, str(PROGRAM), "--kept"], check=False).returncode
    built = prepare(report)
    command = [sys.executable, str(PROGRAM), "--board-binary", str(built.board)]
    command += ["--mpy-cross", str(built.mpy_cross)]
    for name in ("quick", "resume", "page", "json"):
        command += [f"--{name}"] if getattr(options, name) else []
    for name in options.only or ():
        command += ["--only", name]
    return subprocess.run(command, check=False, cwd=paths.ROOT).returncode
