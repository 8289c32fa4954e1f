# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw build: the firmware of an ESP32 board."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from commands import boards
from commands.boards import Board
from setup import build, esp32, paths, sources
from setup.idf import Idf, check_tools
from setup.problem import Problem
from setup.report import Report

SUMMARY = "build the firmware of an ESP32 board (gets ESP-IDF, if there is none)"
EXAMPLES = """\
./tools/cw build --board LILYGO_T_SIM7600 --yes      with an ESP-IDF of its own, fetched if needed
IDF_PATH=~/esp/esp-idf ./tools/cw build --board LILYGO_T_SIM7600         with yours
./tools/cw build --board ESP32_C3_QEMU --micropython v1.25.0 --idf v5.3.1
./tools/cw build --list          the boards, as the table of docs/boards.md"""
# Its tools come from ESP-IDF and from the system.
IN_ENVIRONMENT = False


@dataclass(frozen=True)
class Made:
    """A board that was built; sizes in bytes."""

    board: Board
    folder: Path
    application: int

    @property
    def line(self) -> str:
        """The application's size against its partition."""
        room = self.board.application.size
        return (
            f"application {self.application} of {room} bytes in partition "
            f"'{self.board.application.name}' ({100 * self.application // room} %), "
            f"{room - self.application} free"
        )


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--board", metavar="B", help="a folder of boards/")
    which.add_argument("--list", action="store_true", help="list the boards, and build nothing")
    version_arguments(parser)


def version_arguments(parser: argparse.ArgumentParser) -> None:
    """The options about ESP-IDF and MicroPython, of build and release."""
    parser.add_argument("--yes", action="store_true", help="fetch ESP-IDF without asking")
    parser.add_argument(
        "--micropython", metavar="TAG", help="another one of tools/sources.lock, as v1.25.0"
    )
    parser.add_argument("--idf", metavar="TAG", help="another ESP-IDF of it, fetched: as v5.3.1")


def prepare(
    chosen: Sequence[Board], options: argparse.Namespace, report: Report, again: str
) -> tuple[Idf, sources.Tree]:
    """ESP-IDF and MicroPython for these boards. The cheap checks come first. Raises Problem.

    again: the command that was typed, for an error that tells what to type next.
    """
    build.clean_environment()
    tags = esp32.Tags(options.micropython, options.idf)
    chips = sorted({board.mcu for board in chosen})
    idf = esp32.find_idf(chips, report, tags=tags, yes=options.yes, again=again)
    check_tools(idf, paths.LOGS / "esp-idf.log")
    return idf, esp32.ensure_micropython(report, options.micropython)


def make(board: Board, idf: Idf, tree: sources.Tree, report: Report) -> Made:
    """Builds one board. Raises Problem, also when its image is too large for its partition."""
    folder = esp32.build_board(board.folder, idf, tree, report)
    made = Made(board, folder, (folder / "micropython.bin").stat().st_size)
    over = made.application - board.application.size
    if over > 0:
        (folder / "firmware.bin").unlink()
        raise Problem(
            f"The firmware of {board.name} is larger than its partition.",
            f"by {over} bytes: {made.application} of {board.application.size}.",
            f"leave modules out of boards/{board.name}/manifest.py, or enlarge the application in "
            f"boards/{board.name}/partitions.csv.",
        )
    return made


def run(options: argparse.Namespace, report: Report) -> int:
    """Builds, and shows how much room is left."""
    if options.list:
        print(boards.table(boards.every()), end="")
        return 0
    board = boards.find(options.board)
    again = f"./tools/cw build --board {board.name}"
    idf, tree = prepare([board], options, report, again)
    made = make(board, idf, tree, report)
    report.line(f"[build  ] {made.line}")
    report.line(f"[build  ] {made.folder / 'firmware.bin'}")
    report.line(f"next: ./tools/cw flash --port P --board {board.name}")
    return 0
