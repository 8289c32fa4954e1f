#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Resolves each board's manifest with MicroPython's own tool, and looks at what is frozen: the
links that the board has pins for and no other, each file once, and upstream's start of the file
system; and that each option of modules/manifest.py leaves its part out.

What upstream requires of micropython-lib is not looked for: release archives come without it.
Exit 0: all boards are as they must be; 1: not, and why.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tempfile
from collections import Counter
from pathlib import Path

import frozen

# The modules of one link only, by the beginning of their names in the firmware.
LINKS = {
    "W5500_CS": ("connectwith/links/w5500",),
    "MODEM_TX": ("connectwith/links/modem/",),
}  # fmt: skip
OPENETH = "CONFIG_ETH_USE_OPENETH=y"
ALWAYS = (
    "server.py",
    "imp.py",
    "agent.py",
    "connectwith/__init__.py",
    "connectwith/links/wlan.py",
)
UPSTREAM = ("_boot.py", "flashbdev.py", "inisetup.py", "asyncio/__init__.py")
# Options of modules/manifest.py, and a module that goes with each.
OPTIONS = {
    "w5500": "connectwith/links/w5500.py",
    "sim7600": "connectwith/links/modem/sim7600.py",
    "aio": "connectwith/api/aio.py",
    "local": "connectwith/local/interfaces.py",
    "scan": "connectwith/local/scan.py",
    "device": "connectwith/api/imp_device.py",
    "uplink": "connectwith/uplink/keeper.py",
}


def _has_code(file: Path) -> bool:
    """Whether there is more than a docstring, which is not worth its place in flash."""
    return len(ast.parse(file.read_text(encoding="utf-8")).body) > 1


def wanted(board: Path) -> set[str]:
    """What of modules/ must be in the firmware of a board with these pins, and what of its own."""
    modules = frozen.ROOT / "modules"
    names = {p.relative_to(modules).as_posix() for p in modules.rglob("*.py") if _has_code(p)}
    names.discard("manifest.py")
    pins = (board / "pins.csv").read_text(encoding="utf-8")
    # The link of a W5500 serves an emulator's Ethernet, too.
    if OPENETH in (board / "sdkconfig.board").read_text(encoding="utf-8"):
        pins += "W5500_CS,"
    for pin, prefixes in LINKS.items():
        if f"{pin}," not in pins:
            names = {name for name in names if not name.startswith(prefixes)}
    return names | {p.name for p in board.glob("modem_board.py")}


def board_complaints(micropython: Path, board: Path) -> list[str]:
    """What is wrong with what a board freezes and configures."""
    try:
        found = frozen.resolve(micropython, board)
    except Exception as error:  # manifests are programs: whatever they raise is the answer
        return [f"manifest.py: {type(error).__name__}: {error}"]
    names = [name for _, name, _ in found.ours]
    bad = [f"{name} is not frozen" for name in sorted(wanted(board) - set(names))]
    bad += [f"{name} is frozen" for name in sorted(set(names) - wanted(board))]
    bad += [f"{name} is not frozen" for name in ALWAYS if name not in names]
    theirs = [name for _, name, _ in found.theirs]
    bad += [f"upstream's {name} is not frozen" for name in UPSTREAM if name not in theirs]
    bad += [f"{n} is frozen twice" for n, count in Counter(names + theirs).items() if count > 1]
    return bad


def option_complaints(micropython: Path) -> list[str]:
    """What is wrong with the options of modules/manifest.py."""
    bad = []
    with tempfile.TemporaryDirectory(prefix="check-manifests-") as work:
        for name, module in OPTIONS.items():
            folder = frozen.with_options(frozen.boards()[0], Path(work) / name, **{name: False})
            names = {target for _, target, _ in frozen.resolve(micropython, folder).ours}
            left_out = [n for n in (*OPTIONS.values(), *ALWAYS) if n not in names]
            if left_out != [module]:
                bad.append(f"{name}=False leaves out {', '.join(left_out) or 'nothing'}")
    return bad


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--micropython", type=Path, required=True, help="its source tree")
    args = parser.parse_args()
    unwanted = option_complaints(args.micropython.resolve())
    failed = bool(unwanted)
    for text in unwanted:
        print(f"modules/manifest.py: {text}")
    for board in frozen.boards():
        bad = board_complaints(args.micropython.resolve(), board)
        failed = failed or bool(bad)
        for text in bad:
            print(f"boards/{board.name}: {text}")
    print(
        f"check_manifests: {len(frozen.boards())} boards, {'not ' if failed else ''}as they must"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
