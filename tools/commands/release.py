# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw release: images and checksums of every board."""

import argparse
import os
import shutil
from pathlib import Path

from commands import boards
from commands.boards import Board
from commands.build import Made, make, prepare
from setup import esp32, paths
from setup.lock import sha256_of
from setup.problem import Problem
from setup.report import Report

SUMMARY = "build every board into build/release, with checksums"
EXAMPLES = """\
./tools/cw release
./tools/cw release --board WAVESHARE_ESP32_S3_ETH    only this one (may be repeated)

In each folder: firmware.bin (for cw flash --image), micropython.bin (the application alone, for
an update over the air), VERSION, SHA256SUMS (sha256sum -c checks it)."""
IN_ENVIRONMENT = False

IMAGES = ("firmware.bin", "micropython.bin")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of this command."""
    parser.add_argument("--board", action="append", metavar="B", help="only this board")


def folder_of(board: Board) -> Path:
    """Where a board's images go."""
    return paths.BUILD / "release" / board.name


def pack(made: Made, version: str) -> None:
    """Puts a board's images and their checksums into its folder, whole or not at all."""
    with paths.whole_directory(folder_of(made.board)) as work:
        for name in IMAGES:
            shutil.copyfile(made.folder / name, work / name)
        (work / "VERSION").write_text(f"{made.board.name} {version}\n", encoding="ascii")
        sums = [f"{sha256_of(work / name)}  {name}\n" for name in (*IMAGES, "VERSION")]
        (work / "SHA256SUMS").write_text("".join(sums), encoding="ascii")


def run(options: argparse.Namespace, report: Report) -> int:
    """Exit status 0 when every board was built."""
    os.environ[esp32.RELEASE] = "1"
    chosen = [boards.find(name) for name in options.board or ()] or boards.every()
    idf, tree = prepare(report)
    version = f"{esp32.describe_source()}, MicroPython {tree.git_tag or tree.path}, {idf.text}"
    failed: list[tuple[Board, Problem]] = []
    for board in chosen:
        # What an earlier version left must not pass for this one's.
        shutil.rmtree(folder_of(board), ignore_errors=True)
        try:
            made = make(board, idf, tree, report)
            pack(made, version)
        except Problem as problem:
            failed.append((board, problem))
            report.line(f"[release] {board.name}: FAILED: {problem.what}")
            continue
        report.line(f"[release] {board.name}: {made.line}")
    report.line("")
    report.line(
        f"{len(chosen) - len(failed)} of {len(chosen)} boards in {paths.BUILD / 'release'}"
    )
    for board, problem in failed:
        report.line(f"FAILED {board.name}: {problem.what}")
        report.line(f"    why: {problem.why}")
        report.line(f"    next: {problem.next_step}")
    return 1 if failed else 0
