#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Has a compiler see each branch of firmware/connectwith/port that a chip or a configuration of
ESP-IDF takes, without ESP-IDF: over the headers of the virtual board's stand-in, which
signatures.c holds to Espressif's documentation.

A setting that no file asks for is a mistake here, too, and so is a function of ESP-IDF that
signatures.c does not declare. Prints what fails and, last, "N passed, N failed".
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIRMWARE = HERE.parent.parent / "firmware"
PORT = FIRMWARE / "connectwith" / "port"
_TLS13 = ("-DMBEDTLS_USER_CONFIG_FILE=<mbedtls_tls13.h>",)

# What is compiled and with which settings: sdkconfig's, or soc_caps.h's of the chip.
CONFIGURATIONS = {
    "S2, S3, C3, C6: an HMAC unit": (),
    "ESP32, C2: no HMAC unit": ("-DSOC_HMAC_SUPPORTED=0",),
    "S2, C2, C3, C6: one core": ("-DCONFIG_FREERTOS_UNICORE=1",),
    "NVS encrypted, its keys in encrypted flash": ("-DCONFIG_NVS_ENCRYPTION=1",),
    "NVS encrypted, its keys in encrypted flash, no HMAC unit": (
        "-DCONFIG_NVS_ENCRYPTION=1", "-DSOC_HMAC_SUPPORTED=0",
    ),
    "NVS encrypted, its keys from the HMAC unit": (
        "-DCONFIG_NVS_ENCRYPTION=1", "-DCONFIG_NVS_SEC_KEY_PROTECT_USING_HMAC=1",
    ),
    "ESP-IDF 5.2": ("-DESP_IDF_VERSION_MINOR=2",),
    "TLS 1.3 without threads": _TLS13,
    "TLS 1.3 with threads": (*_TLS13, "-DCHECK_WITH_THREADS=1"),
}  # fmt: skip
# Settings of which a branch in port/ must depend, or the line above tests nothing.
_ASKED_FOR = re.compile(r"-D((?:SOC|CONFIG)_\w+)")
# In the stand-in, too, but no part of ESP-IDF.
_NOT_IDF = re.compile(r"board_|mp_")


def flags(micropython: Path, build: Path) -> list[str]:
    """What a file of the module is compiled with on the virtual board; warnings are errors."""
    own = [HERE / "include", FIRMWARE, FIRMWARE / "virtual/idf/include", FIRMWARE / "virtual/lwip",
           FIRMWARE / "virtual", FIRMWARE.parent / "boards/VIRTUAL", build]  # fmt: skip
    libraries = ("lwip/src/include", "lwip/contrib/ports/unix/port/include", "mbedtls/include")
    theirs = [micropython, *(micropython / "lib" / part for part in libraries)]
    return [
        "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-DESP_PLATFORM",
        *(f"-I{path}" for path in own), *(f"-isystem{path}" for path in theirs),
        "-DMBEDTLS_CONFIG_FILE=<mbedtls/mbedtls_config_port.h>",
    ]  # fmt: skip


def compile_one(source: Path, settings: list[str]) -> bool:
    """Whether the compiler takes the file; what it says is printed."""
    compiler = os.environ.get("CC", "cc")
    return subprocess.run([compiler, "-fsyntax-only", *settings, str(source)]).returncode == 0


def symbols(files: list[Path], *, wanted: bool) -> set[str]:
    """The functions that objects define, or those that they want from elsewhere."""
    done = subprocess.run(
        ["nm", "-P", *map(str, files)], check=True, capture_output=True, text=True
    )
    kind = "U" if wanted else "T"
    return {line.split()[0] for line in done.stdout.splitlines() if f" {kind}" in line}


def undeclared(build: Path) -> list[str]:
    """Functions of ESP-IDF that the port calls on the virtual board and signatures.c lacks."""
    used = symbols(sorted((build / "connectwith/port").glob("*.o")), wanted=True)
    idf = symbols(sorted((build / "idf").glob("*.o")), wanted=False)
    declared = set(re.findall(r"\b(\w+)\(", (HERE / "signatures.c").read_text()))
    return sorted(name for name in used & idf - declared if not _NOT_IDF.match(name))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--micropython", type=Path, required=True, help="its source tree")
    parser.add_argument("--build", type=Path, required=True, help="build of the virtual board")
    args = parser.parse_args()
    common = flags(args.micropython.resolve(), args.build.resolve())
    sources = sorted(p for p in PORT.glob("*.c") if not p.stem.endswith("_bare"))
    text = "".join(source.read_text() for source in sources)
    passed = 0
    failed = []
    for name, settings in CONFIGURATIONS.items():
        failed += [
            f"{name}: nothing depends on {setting}"
            for setting in _ASKED_FOR.findall(" ".join(settings))
            if not re.search(rf"^\s*#\s*(if|elif)\b.*\b{setting}\b", text, re.MULTILINE)
        ]
        for source in [*sources, HERE / "signatures.c"]:
            if compile_one(source, [*common, *settings]):
                passed += 1
            else:
                failed.append(f"{name}: {source.name}")
    failed += [f"signatures.c: lacks {name}()" for name in undeclared(args.build)]
    for line in failed:
        print(f"check_syntax: {line}")
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
