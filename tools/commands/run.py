# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw run: a user's script on a virtual board in a bench."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from commands import values
from commands.console import Console, Execution
from commands.session import BrokerLines, board_in_bench, configure, prepare
from setup.problem import Problem
from setup.report import Report

if TYPE_CHECKING:
    from bench import World

SUMMARY = "run a script of yours on a virtual board in simulated networks"
EXAMPLES = """\
./tools/cw run my_script.py
./tools/cw run my_script.py --interface ethernet   with no Wi-Fi in the air
./tools/cw run my_script.py --stay 30              go on for 30 s after its last line

The script finds the networks in a module: from my_network import SSID, KEY, APN
imp.cloud is configured for the bench's broker already."""
IN_ENVIRONMENT = True

_INTERFACES = ("all", "wifi", "ethernet", "cellular")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument("file", metavar="FILE.py", help="MicroPython code")
    parser.add_argument(
        "--interface", choices=_INTERFACES, default="all", help="what there is to connect to"
    )
    parser.add_argument(
        "--timeout",
        type=values.seconds(),
        default=600.0,
        metavar="S",
        help="end it after S seconds",
    )
    parser.add_argument(
        "--stay",
        type=values.seconds(),
        default=2.0,
        metavar="S",
        help="keep the board on for S seconds after the script's last line, for callbacks that "
        "are still to come (default: %(default)s)",
    )


def read_script(name: str) -> str:
    """The script's text. Raises Problem."""
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError as error:
        why = f"{error.strerror}."
    except UnicodeDecodeError as error:
        why = f"it is not UTF-8 text: {error.reason} at byte {error.start}."
    raise Problem(f"{name} cannot be read.", why, "give the path of a MicroPython script.", 2)


def _show(world_lines: BrokerLines, text: str) -> None:
    sys.stdout.write(text)
    for topic, message in world_lines.new():
        sys.stdout.write(f"broker: {topic}  {message}\n")
    sys.stdout.flush()


def follow(world: "World", console: Console, code: str, limit_s: float, stay_s: float) -> int:
    """Runs the code, shows what it prints and what the broker receives; its exit status."""
    broker = BrokerLines(world)
    execution: Execution = console.start(code)
    deadline = time.monotonic() + limit_s
    while execution.traceback is None:
        if time.monotonic() > deadline:
            raise Problem(
                f"The script was still running after {limit_s:.0f} s and was stopped.",
                "that is the limit of --timeout.",
                "give it more: --timeout S",
                124,
            )
        _show(broker, execution.poll(0.05))
    if execution.traceback:
        _show(broker, "")
        print(execution.traceback.rstrip(), file=sys.stderr)
        return 1
    deadline = time.monotonic() + stay_s
    while time.monotonic() < deadline:
        late = console.take(0.05).decode("utf-8", "replace").replace("\r\n", "\n")
        _show(broker, late)
    return 0


def _leave_only(world: "World", interface: str) -> None:
    if interface == "all":
        return
    if interface != "wifi":
        for access_point in world.wifi.values():
            access_point.off()
    if interface != "ethernet":
        world.ethernet.unplug()
    if interface != "cellular":
        for modem in world.modems:
            modem.pull()


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status: 0, 1 when the script ended with an exception, 124 when it took too long."""
    code = read_script(options.file)
    built = prepare(report)
    with board_in_bench(built) as (world, board):
        _leave_only(world, options.interface)
        with Console(board.console) as console:
            console.enter()
            configure(world, console)
            return follow(world, console, code, options.timeout, options.stay)
