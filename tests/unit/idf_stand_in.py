# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Stands for ESP-IDF's idf.py, as MicroPython's Makefile for ESP32 calls it.

It keeps an sdkconfig that is there, refuses the build folder of another ESP-IDF, needs the
submodules and mpy-cross, and checks the size, as the real one does. $IDF_PATH/config.json says
what goes wrong; $IDF_PATH/calls.json gets what it was asked for.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path


def die(text: str, status: int = 2) -> None:
    """Ends as ninja and idf.py do."""
    print(text, flush=True)
    sys.exit(status)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options that MicroPython's Makefile gives, and no others."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("-D", dest="defines", action="append", default=[])
    parser.add_argument("-B", dest="build", type=Path)
    parser.add_argument("--version", action="store_true")
    parser.add_argument("action", nargs="?", choices=["build", "reconfigure"])
    options = parser.parse_args(arguments)
    options.defines = dict(text.split("=", 1) for text in options.defines)
    return options


def configure(idf: Path, options: argparse.Namespace) -> Path:
    """Makes the build folder and its sdkconfig; the board's folder."""
    board = Path(options.defines["MICROPY_BOARD_DIR"].strip('"'))
    modules = Path(options.defines["USER_C_MODULES"])
    for path in (board, modules, options.build):
        if not path.is_absolute():
            die(f"CMake Error: {path} is not absolute")
    if not (board / "mpconfigboard.cmake").is_file() or not modules.is_file():
        die("CMake Error: no such board or module")
    if board.name != options.defines["MICROPY_BOARD"]:
        die("CMake Error: BOARD and BOARD_DIR differ")
    options.build.mkdir(parents=True, exist_ok=True)
    cache = options.build / "CMakeCache.txt"
    if cache.exists() and cache.read_text() != str(idf):
        die(f"'{options.build}' was made by another ESP-IDF; run fullclean")
    cache.write_text(str(idf))
    sdkconfig = options.build / "sdkconfig"
    if not sdkconfig.exists():
        sdkconfig.write_text((board / "sdkconfig.board").read_text())
    return board


def build(config: dict, board: Path, options: argparse.Namespace) -> None:
    """Compiles (not really), links, and checks the size."""
    if not any(Path("../../lib/micropython-lib").iterdir()):
        die("CMake Error: lib/micropython-lib is empty: submodules are not there")
    if not os.access(os.environ.get("MICROPY_MPYCROSS", ""), os.X_OK):
        die("make[1]: mpy-cross would be built with BUILD= of the board")
    if board.name in config["broken"]:
        die(
            "[2/9] Building C object main/error.c.obj\nFAILED: main.c.obj\n"
            "/opt/bin/gcc -Wno-error=unused -c main.c\n"
            "main.c:12:5: error: unknown type name 'flaot'\n"
            "ninja: build stopped: subcommand failed."
        )
    if config["fault"] == "network":
        die(
            "ERROR: Cannot establish a connection to the component registry. "
            "Are you connected to the internet?"
        )
    if config["fault"] == "full":
        die("fatal error: cannot write main.c.obj: No space left on device")
    # As makemanifest.py: what was compiled once is not compiled again.
    compiled = options.build / "frozen_mpy" / "imp.mpy"
    compiled.parent.mkdir(exist_ok=True)
    if not compiled.exists():
        compiled.write_text(os.environ.get("CONNECTWITH_RELEASE", ""))
    (options.build / "micropython.bin").write_bytes(b"\xe9" + bytes(config["size"] - 1))
    over = config["size"] - 0x1F0000
    if over > 0 and config["fault"] != "unchecked":
        die(
            "Error: app partition is too small for binary micropython.bin size "
            f"{config['size']:#x}:\n  - Part 'factory' 0/0 @ 0x10000 size 0x1f0000 "
            f"(overflow {over:#x})"
        )


def main(arguments: list[str]) -> None:
    """One call."""
    idf = Path(os.environ["IDF_PATH"])
    config = json.loads((idf / "config.json").read_text())
    record = idf / "calls.json"
    options = parse(arguments)
    if options.version:
        print("ESP-IDF")
        return
    calls = json.loads(record.read_text()) if record.exists() else []
    record.write_text(json.dumps([*calls, [options.defines.get("MICROPY_BOARD"), options.action]]))
    board = configure(idf, options)
    if options.action == "reconfigure":
        if options.defines.get("UPDATE_SUBMODULES") != "1":
            die("nothing to reconfigure for")
        shutil.copy("Makefile", "../../lib/micropython-lib/README.md")
    else:
        build(config, board, options)


if __name__ == "__main__":
    main(sys.argv[1:])
