#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Compares the code size of the C module with firmware/connectwith/size.csv.

The table holds, for each object, the bytes of code and constants on 32-bit RISC-V (MicroPython's
qemu port, -Os) and on x86-64 (the virtual board, -O2). An object may differ by 10 % or 64 bytes,
whichever is more: that much compilers of different years differ. More is a change that somebody
should see. After looking at it, run the same command with --update and commit the table.

Exit 0: within the tolerance, or updated; 1: not; 2: there is nothing to compare.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent.parent / "firmware/connectwith/size.csv"
TOLERANCE_RATIO = 0.10
TOLERANCE_BYTES = 64
TARGETS = ("rv32imac", "x86_64")

Sizes = dict[str, dict[str, int]]  # object -> target -> bytes


def measure(build: Path) -> dict[str, int]:
    """Sizes in bytes of the module's objects below a build directory, by "core/attempt".

    Raises FileNotFoundError if there are none, CalledProcessError if binutils cannot read them.
    """
    objects = sorted((build / "connectwith").glob("*/*.o"))
    if not objects:
        raise FileNotFoundError(f"{build}/connectwith has no objects: build it first")
    done = subprocess.run(["size", *map(str, objects)], check=True, capture_output=True, text=True)
    lines = done.stdout.splitlines()[1:]
    texts = [int(line.split()[0]) for line in lines]
    return {f"{o.parent.name}/{o.stem}": n for o, n in zip(objects, texts, strict=True)}


def read_table() -> Sizes:
    if not TABLE.exists():
        return {}
    with TABLE.open(newline="") as file:
        return {
            row["object"]: {t: int(row[t]) for t in TARGETS if row[t]}
            for row in csv.DictReader(file)
        }


def write_table(table: Sizes) -> None:
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["object", *TARGETS])
        for name in sorted(table):
            writer.writerow([name, *(table[name].get(t, "") for t in TARGETS)])


def compare(table: Sizes, target: str, measured: dict[str, int]) -> list[str]:
    """What is wrong, one line each."""
    known = {name: sizes[target] for name, sizes in table.items() if target in sizes}
    problems = [f"{target} {name}: is gone" for name in sorted(known.keys() - measured.keys())]
    for name, size in measured.items():
        if name not in known:
            problems.append(f"{target} {name}: is new, {size} bytes")
        elif abs(size - known[name]) > max(TOLERANCE_RATIO * known[name], TOLERANCE_BYTES):
            problems.append(f"{target} {name}: {size} bytes, not about {known[name]}")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rv32imac", type=Path, metavar="BUILD", help="build of the qemu port")
    parser.add_argument("--x86_64", type=Path, metavar="BUILD", help="build of the virtual board")
    parser.add_argument("--update", action="store_true", help="write what was measured")
    args = parser.parse_args()
    builds = {t: getattr(args, t) for t in TARGETS if getattr(args, t)}
    if not builds:
        parser.error("give one build directory at least")
    try:
        measured = {t: measure(build) for t, build in builds.items()}
    except (OSError, subprocess.CalledProcessError) as e:
        print(f"check_size: {e}", file=sys.stderr)
        return 2
    table = read_table()
    if args.update:
        for sizes in table.values():
            for target in measured:
                sizes.pop(target, None)
        for target, sizes in measured.items():
            for name, size in sizes.items():
                table.setdefault(name, {})[target] = size
        write_table({name: sizes for name, sizes in table.items() if sizes})
        print(f"check_size: wrote {TABLE.name}")
        return 0
    problems = [p for t, sizes in measured.items() for p in compare(table, t, sizes)]
    for problem in problems:
        print(f"check_size: {problem}")
    if problems:
        print("check_size: if this is meant, run again with --update and commit size.csv")
        return 1
    totals = ", ".join(f"{t} {sum(sizes.values())} bytes" for t, sizes in measured.items())
    print(f"check_size: {totals}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
