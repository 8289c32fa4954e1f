# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw bench: measures what the project promises."""

import argparse
import subprocess
import sys

from commands.session import prepare
from setup import paths
from setup.report import Report

SUMMARY = "measure what is promised: pauses, times, memory, endurance"
EXAMPLES = """\
./tools/cw bench
./tools/cw bench --quick                 a tenth of the repetitions
./tools/cw bench --only heap --json"""
IN_ENVIRONMENT = True

PROGRAM = paths.ROOT / "tests" / "bench" / "run.py"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command, which are those of tests/bench/run.py."""
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions")
    parser.add_argument("--only", action="append", metavar="NAME", help="measure only this")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 when every bar holds."""
    built = prepare(report)
    command = [sys.executable, str(PROGRAM), "--board-binary", str(built.board)]
    command += ["--quick"] if options.quick else []
    command += ["--json"] if options.json else []
    for name in options.only or ():
        command += ["--only", name]
    return subprocess.run(command, check=False, cwd=paths.ROOT).returncode
