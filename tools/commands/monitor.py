# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw monitor: mpremote's REPL on a board."""

import argparse
import sys

from commands import serial_port
from commands.terminal import open_repl
from setup.problem import Problem
from setup.report import Report

SUMMARY = "open the REPL of a board"
EXAMPLES = """\
./tools/cw monitor --port /dev/ttyUSB0

It presses Enter once, so that the prompt shows. Ctrl-] leaves it, Ctrl-C stops the board's
program, Ctrl-D starts it again."""
IN_ENVIRONMENT = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument("--port", required=True, metavar="P", help="the board's serial port")


def run(options: argparse.Namespace, report: Report) -> int:
    """Hands the terminal to mpremote; its exit status."""
    if not sys.stdin.isatty():
        raise Problem(
            "There is no terminal to open a REPL on.",
            "standard input is not a terminal.",
            "run it from a terminal; ./tools/cw doctor --port P needs none.",
        )
    serial_port.check(options.port)
    serial_port.check_server(options.port)  # mpremote would say that it may be in use
    return open_repl(options.port)
