# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw repl: mpremote's REPL on a running virtual board."""

import argparse
import sys
from typing import TYPE_CHECKING

from commands.console import Console
from commands.session import APN, board_in_bench, configure, prepare
from commands.terminal import open_repl
from setup.problem import Problem
from setup.report import Report

if TYPE_CHECKING:
    from bench import World

SUMMARY = "open a REPL on a virtual board in simulated networks"
EXAMPLES = """\
./tools/cw repl

Ctrl-] leaves it; the board and its networks end with it."""
IN_ENVIRONMENT = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command (none)."""


def _introduce(world: "World", report: Report) -> None:
    for access_point in world.wifi.values():
        key = f"key {access_point.key!r}" if access_point.key else "open"
        report.line(f"Wi-Fi     SSID {access_point.ssid!r}, {key}")
    report.line("Ethernet  W5500, cable plugged in")
    report.line(f"cellular  SIM7600, switched off, SIM without a PIN, APN {APN!r}")
    report.line(f"broker    {world.broker.url} (imp.cloud is configured for it)")
    report.line(f"CA        {world.certificates.ca_file}")
    home = world.wifi["home"]
    nic = {"interface": "wl0", "wificonfig": {"ssid": home.ssid, "key": home.key}}
    report.line("try:")
    report.line("  import server")
    report.line("  server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)")
    report.line(f"  server.connectwith({nic}, print)")
    report.line("")


def run(options: argparse.Namespace, report: Report) -> int:
    """Hands the terminal to mpremote; its exit status."""
    if not sys.stdin.isatty():
        raise Problem(
            "There is no terminal to open a REPL on.",
            "standard input is not a terminal.",
            "run a script instead: ./tools/cw run FILE.py",
        )
    built = prepare(report)
    with board_in_bench(built) as (world, board):
        with Console(board.console) as console:
            console.enter()
            configure(world, console)
            console.leave()
        _introduce(world, report)
        return open_repl(str(board.console.resolve()))
