#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Measures what connectwith adds to each board's firmware: flash of the frozen modules and of the
C module, and static RAM. The aim for a board is 64 KB and 4 KB.

Measured from objects for 32-bit RISC-V (rv32imc, as the ESP32-C3's core) and, where a compiler is
installed, for Xtensa (lx106 of the ESP8266, whose calls are not windowed as the ESP32's are), with
-Os, as micropython.cmake has it, and with what ./tools/cw release freezes. The headers are those
of the virtual board; what the module calls in lwIP, mbedTLS and ESP-IDF is in every firmware of
MicroPython already, and so is not counted. Names that MicroPython knows anyway are not counted
either.

boards/size.csv holds what was measured last on RISC-V. More static RAM than the aim is an error.
So is more flash than the aim or, for a board that has missed it, than the table says, with 1 % for
compilers of other years. After looking at it, run with --update and commit the table. --parts
measures what the options of modules/manifest.py save.

Exit 0: no error; 1: an error, told; 2: it could not be measured.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import frozen

sys.path.insert(0, str(frozen.ROOT / "tests" / "idf"))
from check_syntax import flags

FLASH_AIM_BYTES = 64 * 1024
RAM_AIM_BYTES = 4 * 1024
TOLERANCE_RATIO = 0.01
TABLE = frozen.BOARDS / "size.csv"
MODULE = frozen.ROOT / "firmware" / "connectwith"
# A name in the pool: a pointer, 2 bytes of hash, 1 of length, and the text with its zero.
NAME_BYTES = 4 + 2 + 1 + 1
# Of modules/manifest.py.
OPTIONS = ("w5500", "sim7600", "aio", "local", "scan", "device", "outbox", "uplink")
COMPILERS = {
    "rv32imc": ["riscv64-unknown-elf-gcc", "-march=rv32imc_zicsr_zifencei", "-mabi=ilp32",
                "--specs=picolibc.specs"],
    # Debian has no C library for it; the headers of the other target have the same declarations.
    "lx106": ["xtensa-lx106-elf-gcc", "-mlongcalls",
              "-isystem/usr/lib/picolibc/riscv64-unknown-elf/include"],
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    """Bytes; `ram` is data and bss."""

    frozen: int
    module: int
    names: int
    ram: int

    @property
    def flash(self) -> int:
        """All that goes into the application's partition."""
        return self.frozen + self.module + self.names


@dataclass(frozen=True)
class Tools:
    """Where things are, and what to compile with."""

    micropython: Path
    virtual: Path  # build of the virtual board
    mpy_cross: Path
    work: Path
    compiler: list[str]

    def objects(self, sources: list[Path]) -> tuple[int, int]:
        """Compiles; bytes of code and constants, and of static RAM, of all objects together."""
        folder = self.work / self.compiler[0]
        folder.mkdir(parents=True, exist_ok=True)
        common = [
            f for f in flags(self.micropython, self.virtual) if f not in ("-Wextra", "-Werror")
        ]
        out = []
        for source in sources:
            out.append(folder / f"{source.parent.name}-{source.stem}.o")
            run([*self.compiler, *common, "-Os", "-ffunction-sections", "-fdata-sections",
                 "-D_GNU_SOURCE", f"-idirafter{self.micropython / 'ports/esp32'}",
                 "-c", str(source), "-o", str(out[-1])])  # fmt: skip
        size = self.compiler[0].replace("gcc", "size")
        text, data, bss = run([size, "-t", *map(str, out)]).splitlines()[-1].split()[:3]
        return int(text), int(data) + int(bss)

    def frozen_source(self, board: Path) -> Path:
        """The C file that MicroPython's tool makes of what a board freezes of ours."""
        folder = self.work / board.name
        shutil.rmtree(folder, ignore_errors=True)
        out = []
        for source, name, level in frozen.resolve(self.micropython, board).ours:
            out.append(folder / Path(name).with_suffix(".mpy"))
            out[-1].parent.mkdir(parents=True, exist_ok=True)
            run([str(self.mpy_cross), f"-O{level}", "-s", name, "-o", str(out[-1]), str(source)])
        known = self.virtual / "genhdr" / "qstrdefs.preprocessed.h"
        text = run([sys.executable, str(self.micropython / "tools/mpy-tool.py"), "-f", "-q",
                    str(known), "-mlongint-impl=mpz", "-mmpz-dig-size=16",
                    *map(str, out)])  # fmt: skip
        file = folder / "frozen_content.c"
        file.write_text(text, encoding="utf-8")
        return file


def run(command: list[str]) -> str:
    """Runs a program and returns what it prints. Raises RuntimeError with its last words."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def names_bytes(virtual: Path) -> int:
    """Bytes of the names that only the C module brings into MicroPython's pool."""
    ours: set[str] = set()
    others: set[str] = set()
    for file in (virtual / "genhdr" / "qstr").glob("*.qstr"):
        names = set(re.findall(r"^Q\((.*)\)$", file.read_text(encoding="utf-8"), re.MULTILINE))
        (ours if "connectwith__bind" in file.name else others).update(names)
    return sum(NAME_BYTES + len(name) for name in ours - others)


def measure(tools: Tools, board: Path) -> Size:
    """What connectwith adds to a board."""
    sources = [
        p for p in sorted(MODULE.glob("*/*.c")) if p.stem not in ("absent", "platform_bare")
    ]
    module, ram = tools.objects(sources)
    modules, more = tools.objects([tools.frozen_source(board)])
    return Size(modules, module, names_bytes(tools.virtual), ram + more)


def show_parts(tools: Tools) -> None:
    """Prints what each option of modules/manifest.py saves on a board that has everything."""
    board = next(b for b in frozen.boards() if (b / "modem_board.py").exists())
    whole = {name: True for name in OPTIONS}
    sizes = {}
    for name in ("", *OPTIONS):
        options = {**whole, name: False} if name else whole
        folder = frozen.with_options(board, tools.work / "parts" / f"without-{name}", **options)
        sizes[name] = tools.objects([tools.frozen_source(folder)])[0]
    for name in OPTIONS:
        print(f"{name}=False saves {sizes[''] - sizes[name]} bytes")


def read_table() -> dict[str, int]:
    """What boards/size.csv says of the flash of each board, in bytes."""
    if not TABLE.exists():
        return {}
    with TABLE.open(newline="") as file:
        return {row["board"]: int(row["flash_bytes"]) for row in csv.DictReader(file)}


def complaints(board: str, size: Size, known: dict[str, int]) -> list[str]:
    """What is wrong with the size of a board."""
    bad = []
    if size.ram > RAM_AIM_BYTES:
        bad.append(f"{board}: {size.ram} bytes of static RAM, at most {RAM_AIM_BYTES}")
    limit = max(FLASH_AIM_BYTES, round(known.get(board, 0) * (1 + TOLERANCE_RATIO)))
    if size.flash > limit:
        bad.append(f"{board}: {size.flash} bytes of flash, at most {limit}")
    return bad


def show(target: str, sizes: dict[str, Size]) -> None:
    """Prints one table."""
    print(f"{target:<30}{'frozen':>8}{'C':>8}{'names':>7}{'flash':>8}{'of aim':>8}{'RAM':>7}")
    for board, size in sizes.items():
        share = f"{100 * size.flash / FLASH_AIM_BYTES:.0f} %"
        print(
            f"{board:<30}{size.frozen:>8}{size.module:>8}{size.names:>7}"
            f"{size.flash:>8}{share:>8}{size.ram:>7}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--micropython", type=Path, required=True, help="its source tree")
    parser.add_argument("--virtual", type=Path, required=True, help="build of the virtual board")
    parser.add_argument("--mpy-cross", type=Path, required=True, help="the program")
    parser.add_argument("--build", type=Path, required=True, help="directory for what is built")
    parser.add_argument("--parts", action="store_true", help="what options of the manifest save")
    parser.add_argument("--update", action="store_true", help="write what was measured")
    args = parser.parse_args()
    paths = [p.resolve() for p in (args.micropython, args.virtual, args.mpy_cross, args.build)]
    os.environ["CONNECTWITH_RELEASE"] = "1"
    measured: dict[str, Size] = {}
    try:
        if args.parts:
            show_parts(Tools(*paths, COMPILERS["rv32imc"]))
            return 0
        for target, compiler in COMPILERS.items():
            if target != "rv32imc" and shutil.which(compiler[0]) is None:
                continue
            tools = Tools(*paths, compiler)
            sizes = {board.name: measure(tools, board) for board in frozen.boards()}
            measured = measured or sizes
            show(target, sizes)
    except (OSError, RuntimeError) as error:
        print(f"check_sizes: {error}", file=sys.stderr)
        return 2
    if args.update:
        rows = [f"{board},{size.flash},{size.ram}\n" for board, size in measured.items()]
        TABLE.write_text("board,flash_bytes,ram_bytes\n" + "".join(rows), encoding="utf-8")
        return 0
    known = read_table()
    bad = [text for board, size in measured.items() for text in complaints(board, size, known)]
    for text in bad:
        print(f"check_sizes: {text}")
    if bad:
        print("check_sizes: if this is meant, run again with --update, and see docs/boards.md")
    over = sum(size.flash > FLASH_AIM_BYTES for size in measured.values())
    print(f"check_sizes: {over} of {len(measured)} boards have missed the aim for flash")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
