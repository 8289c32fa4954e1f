# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw handshake: a resumed TLS handshake beside a full one."""

import argparse
import shutil
import subprocess
import sys

from commands.session import prepare
from setup import paths
from setup.problem import Problem
from setup.report import Report

SUMMARY = "measure a resumed TLS handshake beside a full one (valgrind, minutes)"
EXAMPLES = """\
./tools/cw handshake   writes docs/figures/handshake.json"""
IN_ENVIRONMENT = True

PROGRAM = paths.ROOT / "tests" / "bench" / "handshake.py"


def arguments(parser: argparse.ArgumentParser) -> None:
    """This command has no options."""


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 if everything was measured and each bar holds."""
    for program, what in (("valgrind", "its tool callgrind counts the instructions"),
                          ("mosquitto", "the broker makes the sessions")):  # fmt: skip
        if shutil.which(program) is None and shutil.which(program, path="/usr/sbin") is None:
            raise Problem(
                f"{program} is not installed.",
                f"{what}.",
                f"sudo apt-get install {program}, then run the same command again.",
            )
    built = prepare(report)
    report.line("[handsh.] handshakes with four kinds of keys, eight boards under valgrind ...")
    command = [sys.executable, str(PROGRAM), "--board-binary", str(built.board)]
    return subprocess.run(command, check=False, cwd=paths.ROOT).returncode
