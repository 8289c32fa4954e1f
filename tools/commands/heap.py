# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw heap: the C heap that a TLS handshake takes, by valgrind."""

import argparse
import shutil
import subprocess
import sys

from commands.session import prepare
from setup import paths
from setup.problem import Problem
from setup.report import Report

SUMMARY = "measure the C heap of a TLS handshake (valgrind, minutes)"
EXAMPLES = """\
./tools/cw heap      writes docs/figures/c_heap.json"""
IN_ENVIRONMENT = True

PROGRAM = paths.ROOT / "tests" / "bench" / "c_heap.py"


def arguments(parser: argparse.ArgumentParser) -> None:
    """This command has no options."""


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 if everything was measured."""
    if shutil.which("valgrind") is None:
        raise Problem(
            "valgrind is not installed.",
            "its tool massif makes the measurement.",
            "sudo apt-get install valgrind, then run the same command again.",
        )
    built = prepare(report)
    report.line("[heap   ] two handshakes under valgrind, a minute or more each ...")
    command = [sys.executable, str(PROGRAM), "--board-binary", str(built.board)]
    return subprocess.run(command, check=False, cwd=paths.ROOT).returncode
