# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw test --target qemu without an emulator of the user's: builds the image, gets Espressif's."""

import argparse
import os
import subprocess

from commands import boards
from commands.build import make, prepare
from setup import build, esp32, paths, sources
from setup.idf import Clone, Idf
from setup.lock import Pin
from setup.problem import Problem
from setup.report import Report
from target import qemu

BOARD = "ESP32_C3_QEMU"


def find_program(idf: Idf, name: str, mcu: str) -> str | None:
    """The emulator's path; None if it is not installed, or if it is a QEMU without this chip."""
    look = f'p=$(command -v {name}) && "$p" -M help | grep -q "^{mcu} *" && echo "$p"'
    done = subprocess.run(
        idf.command(["sh", "-c", look]),
        env={**os.environ, **idf.env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.stdout.strip() or None


def ensure_program(idf: Idf, machine: qemu.Machine, mcu: str, report: Report) -> str:
    """The emulator's program. Installs it into the ESP-IDF of cw if needed. Raises Problem."""
    program = find_program(idf, machine.program, mcu)
    if program is None and idf.tools is not None:
        pin = Pin("esp-idf", "", idf.path.name, "")
        Clone(pin, report).ensure_tool(machine.tool)
        program = find_program(idf, machine.program, mcu)
    if program is None:
        raise Problem(
            f"Espressif's {machine.program} is not among the tools of the ESP-IDF at {idf.path}.",
            f"install.sh leaves emulators out, and a system's own QEMU has no machine '{mcu}'.",
            f"python3 {idf.path}/tools/idf_tools.py install {machine.tool}; or unset IDF_PATH.",
        )
    return program


def _prepare_bench(report: Report) -> None:
    """The bench's networks and its PPP server, for the modem at UART 1. Raises Problem."""
    tree = sources.ensure(report)
    programs = build.ensure_bench(report, tree)
    assert programs is not None
    for name, program in zip(("NETSIM", "PPP_SERVER"), programs, strict=True):
        os.environ[f"CONNECTWITH_{name}"] = str(program)


def settle(options: argparse.Namespace, report: Report) -> None:
    """Fills in --board, --emulator, --bench and --erase-settings. Raises Problem."""
    board = boards.find(options.board or BOARD)
    machine = qemu.machine_of(board.name, board.mcu)
    again = "./tools/cw test --target qemu"
    idf, tree = prepare([board], options, report, again)
    program = ensure_program(idf, machine, board.mcu, report)
    made = make(board, idf, tree, report)
    report.line(f"[build  ] {made.line}")
    folder = paths.BUILD / "qemu" / board.name
    flash, efuses, bench = (folder / name for name in ("flash.bin", "efuses.bin", "bench.toml"))
    qemu.write_flash(made.folder / "firmware.bin", board.flash_offset, flash)
    qemu.write_efuses(machine, efuses)
    _prepare_bench(report)
    options.board = board.name
    options.emulator = qemu.command(machine, board.mcu, program, flash, efuses)
    if options.bench is None:
        with paths.whole_file(bench) as work:
            work.write_text(qemu.bench_text(esp32.micropython_version(tree.path)))
        options.bench = bench
    # Its flash has just been made, so there is nothing to keep.
    options.erase_settings = True
    report.line(f"[qemu   ] {machine.program}, {board.name}, bench {options.bench}")
