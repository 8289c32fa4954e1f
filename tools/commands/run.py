# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw run: a user's script on a virtual board in a bench."""

import argparse
import time
from typing import TYPE_CHECKING

from commands import script_files, typed_faults, values
from commands.console import Console
from commands.follow import BOOT_WRITE_S, Follower, Limits
from commands.session import board_in_bench, configure, prepare
from setup.problem import Problem
from setup.report import Report

if TYPE_CHECKING:
    from bench import World

SUMMARY = "run a script of yours on a virtual board in simulated networks"
EXAMPLES = """\
./tools/cw run my_script.py
./tools/cw run my_script.py lib settings.json      files and folders that go along
./tools/cw run my_project                          a folder with a main.py in it
./tools/cw run my_script.py --interface ethernet   with no Wi-Fi in the air
./tools/cw run my_script.py --fault ap-off@5s,ap-on@20s
./tools/cw run my_script.py --stay 30              30 s from its last line, and then the end

The script finds the networks in a module, and the CA in a file, too:
  from my_network import SSID, KEY, APN, BROKER, PORT, CA, PROXY, PROXY_PORT
  open("ca.pem", "rb")
imp.cloud is configured for the bench's broker already.

After a reset or a deep sleep the script begins again, as a main.py does. After its last line the
board stays on as long as an attempt is under way, a fault is due, or a callback is registered.
Ctrl-C ends it, and --stay, --timeout and --starts are its limits.

Faults are named as in ./tools/cw board; some have values: dns-delay=500@2s. --list-faults shows
all of them."""
IN_ENVIRONMENT = True

_INTERFACES = ("all", "wifi", "ethernet", "cellular")
_MOST_STARTS = 100000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE.py",
        help="MicroPython code, or a folder that has a main.py; then what goes along",
    )
    parser.add_argument(
        "--main", default="main.py", metavar="NAME.py", help="the script in a folder"
    )
    parser.add_argument(
        "--interface", choices=_INTERFACES, default="all", help="what there is to connect to"
    )
    parser.add_argument(
        "--fault",
        action="append",
        type=_faults,
        default=[],
        metavar="NAME@TIME,…",
        help="a fault of the bench, so long after the start: ap-off@5s,ap-on@20s",
    )
    parser.add_argument("--list-faults", action="store_true", help="show the faults, and end")
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
        metavar="S",
        help="end it S seconds after the script's last line, whatever is still to come (default: "
        "when nothing is to come any more)",
    )
    parser.add_argument(
        "--starts",
        type=values.count(1, _MOST_STARTS),
        default=20,
        metavar="N",
        help="how often it may begin, after resets and deep sleep (default: %(default)s)",
    )


def _faults(text: str) -> list[typed_faults.Fault]:
    return typed_faults.parse_all(text)


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
    """Exit status: 0, or sys.exit()'s; 1 when the script ended with an exception, 124 when it took
    too long or began too often."""
    if options.list_faults:
        for line in typed_faults.help_lines():
            report.line(line)
        return 0
    if not options.files:
        raise Problem("There is no script to run.", "none was named.", "./tools/cw run FILE.py", 2)
    script = script_files.collect(options.files, options.main)
    faults = [fault for some in options.fault for fault in some]
    for fault in faults:
        typed_faults.arguments(fault)  # raises before anything is built
    for path in script.left_out:
        report.line(f"{path} does not go along: the board would start it at each boot.")
    built = prepare(report)
    limits = Limits(options.timeout, options.stay, options.starts)
    with board_in_bench(built) as (world, board), Console(board.console) as console:
        _leave_only(world, options.interface)
        console.enter()
        script_files.put(console, script.files)
        configure(world, console)
        # From here on as after power-on, with nothing of the preparation in memory.
        board.press_en()
        time.sleep(BOOT_WRITE_S)
        return Follower(world, board, console, script, limits).run(faults)
