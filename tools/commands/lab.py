# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw lab: a page on this machine with a virtual board in its bench."""

import argparse
import contextlib
import os
import webbrowser
from pathlib import Path

from commands import values
from commands.console import Console
from commands.session import boards_in_bench, hand_over, prepare
from setup import paths, venv
from setup.problem import Problem
from setup.report import Report

SUMMARY = "show a virtual board and its networks in a browser, and make faults there"
EXAMPLES = """\
./tools/cw lab
./tools/cw lab --boards 3            three boards in one bench
./tools/cw lab --port /dev/ttyUSB0   your board's REPL, stages and results, beside a virtual one
./tools/cw lab my_script.py          your script in the page's editor; Run runs it
./tools/cw lab --no-browser --page-port 8765

The page has the map, each attempt with its stages, the board's REPL, the broker's messages and all
faults of ./tools/cw board. Only a browser of this machine with the printed link is let in. Ctrl-C
ends it, and everything that it has started. docs/lab.md has the details."""
IN_ENVIRONMENT = True

_FIRST_SCRIPT = paths.ROOT / "tools" / "lab" / "on_board" / "first_script.py"
_LONGEST_BYTES = 100000
_MEASURING = 4  # boards; each takes a tenth of a processor for its 1 ms timer


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument(
        "script", nargs="?", type=values.file, metavar="SCRIPT.py", help="for the page's editor"
    )
    parser.add_argument(
        "--boards", type=values.count(0, 8), default=1, metavar="N",
        help="how many virtual boards, 1 to 8 (default: %(default)s); 0 with --port",
    )  # fmt: skip
    parser.add_argument(
        "--port", metavar="P",
        help="a real board's serial port, or rfc2217://HOST:PORT, to be shown beside them",
    )  # fmt: skip
    parser.add_argument(
        "--page-port", type=values.count(1, 65535), default=0, metavar="N",
        help="of the loopback interface, for the page (default: a free one)",
    )  # fmt: skip
    parser.add_argument(
        "--no-browser", action="store_true", help="print the link, and open no browser"
    )
    # For who works on the page: CONTRIBUTING.md has them.
    parser.add_argument("--screenshots", metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)


def script_text(file: Path | None) -> str:
    """What the editor shows first. Raises Problem."""
    try:
        if file is not None and file.stat().st_size > _LONGEST_BYTES:
            raise Problem(f"{file} is too long.", f"the limit is {_LONGEST_BYTES} bytes.",
                          "run it with: ./tools/cw run FILE.py", 2)  # fmt: skip
        text = (file or _FIRST_SCRIPT).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(f"{file} is not text.", "it is not in UTF-8.", "save it so.", 2) from error
    if file is not None:
        return text
    lines = text.splitlines(keepends=True)
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        del lines[0]
    return "".join(lines)


def _open(url: str, report: Report) -> None:
    # Without a desktop, webbrowser would start a browser in this terminal.
    if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        report.line("There is no desktop here: open the link in a browser of this machine.")
        return
    try:
        opened = webbrowser.open(url)
    except webbrowser.Error:
        opened = False
    if not opened:
        report.line("No browser could be started: open the link in one.")


def _in_chromium(report: Report, program: str, *arguments: str) -> int:
    """Runs a program of tests/lab, in an environment that has the driver of a browser."""
    python = venv.interpreter(venv.ensure(report, paths.LAB_BROWSER_REQUIREMENTS))
    return hand_over([str(python), str(paths.ROOT / "tests" / "lab" / program), *arguments])


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 after Ctrl-C or SIGTERM."""
    if options.screenshots:
        return _in_chromium(report, "screenshots.py", options.screenshots)
    if options.measure:
        return _in_chromium(report, "measure.py")
    script = script_text(options.script)
    if options.port is None and not options.boards:
        raise Problem("There is no board.", "--boards 0 leaves none.", "name one with --port.", 2)
    try:
        import nicegui  # noqa: F401
    except ImportError as error:
        raise Problem(
            "The lab's packages are not there.",
            f"{error}.",
            f"rm -r '{venv.location(paths.LAB_REQUIREMENTS)}', then run the same command again.",
        ) from error
    from lab.desk import Desk
    from lab.desk.serial_line import SerialLine
    from lab.desk.virtual import equip
    from lab.model import Lab
    from lab.server.server import Server, listen

    from commands.typed_faults import PARTS

    with contextlib.ExitStack() as stack:
        # Before anything else starts, so that a bad port is told at once.
        lines = [stack.enter_context(SerialLine(options.port))] if options.port is not None else []
        listener = stack.enter_context(listen(options.page_port))
        built = prepare(report)
        server = Server(listener)
        with boards_in_bench(built, options.boards) as (world, boards):
            for board in boards:
                with Console(board.console) as console:
                    equip(world, console, pauses=options.boards <= _MEASURING)
            lab = Lab(PARTS, script)
            with Desk(world, boards, lab, built.mpy_cross, lines) as desk:
                report.line(f"lab       {server.url}")
                report.line("Ctrl-C ends it.")
                if not options.no_browser:
                    _open(server.url, report)
                server.serve(lab, desk)
        report.line("The boards and their networks end.")
    return 0
