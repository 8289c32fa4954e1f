#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Compiles the user module for each board against the configuration of MicroPython's own ESP32
port (ports/esp32/mpconfigport.h and mphalport.h), without ESP-IDF: its headers are those of the
virtual board's stand-in.

Each file is compiled as often as ESP-IDF's build compiles it, with the definitions that CMake
gives it there: in the main component, and in micropython.elf, which has of ESP-IDF's what
micropython.cmake takes. Then once more with less: what ESP-IDF's options may leave out.
configuration.c beside this holds that a board's mpconfigboard.h and its fragments of sdkconfig
belong together.

Each --micropython is one source tree; the supported ones are 1.25 to 1.28. lwIP and mbedTLS come
from the first tree that has them. Prints what fails and, last, "N passed, N failed".
"""

from __future__ import annotations

import argparse
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from build_system import Compilation, Configuration, compilations, configuration

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COMPONENT, PROGRAM = "__idf_main", "micropython.elf"
# In ESP-IDF's definitions by an option, or not in those of all versions.
_MAY_LACK = ("NDEBUG", "_GNU_SOURCE")
# Of components/soc/<chip>/include/soc/soc_caps.h what MicroPython's port or the module asks for.
SOC_CAPS = {
    "esp32": {"CPU_CORES_NUM": 2, "DAC_SUPPORTED": 1, "I2S_SUPPORTED": 1, "PCNT_SUPPORTED": 1,
              "I2C_SUPPORT_SLAVE": 1, "HMAC_SUPPORTED": 0},
    "esp32s3": {"CPU_CORES_NUM": 2, "I2S_SUPPORTED": 1, "PCNT_SUPPORTED": 1, "HMAC_SUPPORTED": 1,
                "I2C_SUPPORT_SLAVE": 1, "USB_OTG_SUPPORTED": 1, "USB_OTG_PERIPH_NUM": 1,
                "USB_SERIAL_JTAG_SUPPORTED": 1},
    "esp32c3": {"CPU_CORES_NUM": 1, "I2S_SUPPORTED": 1, "HMAC_SUPPORTED": 1,
                "I2C_SUPPORT_SLAVE": 1, "USB_SERIAL_JTAG_SUPPORTED": 1},
}  # fmt: skip
RISCV = frozenset({"esp32c3"})
# Words of 32 bits, as on each chip: formats and mp_int_t are another thing on a 64-bit host.
_RV32 = ("riscv64-unknown-elf-gcc", "-march=rv32imc_zicsr_zifencei", "-mabi=ilp32",
         "--specs=picolibc.specs")  # fmt: skip
# There, MicroPython's own headers put 64-bit pointers into the port's 32-bit mp_int_t.
_HOST = (os.environ.get("CC", "cc"), "-Wno-pointer-to-int-cast", "-Wno-int-to-pointer-cast")


@dataclass(frozen=True)
class Project:
    """The two folders that are checked; tests give copies."""

    boards: Path = ROOT / "boards"
    module: Path = ROOT / "firmware" / "connectwith"

    def folders(self) -> list[Path]:
        """The boards that ESP-IDF builds."""
        return sorted(path.parent for path in self.boards.glob("*/mpconfigboard.cmake"))


@functools.cache
def compiler() -> tuple[str, ...]:
    """The command: for a chip's word size, if there is one and its C library."""
    whole = shutil.which(_RV32[0]) and not compile_with(
        _RV32, ["-include", "stdio.h"], "/dev/null"
    )
    return _RV32 if whole else _HOST


def compile_with(command: tuple[str, ...], settings: list[str], source: Path | str) -> str:
    """What a compiler says of a file; nothing, if it takes it."""
    done = subprocess.run(
        [*command, "-xc", "-c", "-o", "/dev/null", *settings, str(source)],
        capture_output=True, text=True, errors="replace",
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stderr or "compiler failed"


def write_generated(project: Project, settings: list[str], folder: Path) -> None:
    """Writes what MicroPython's build generates from all sources, as far as the module needs it.

    As there, names come from what the preprocessor makes of the sources.
    """
    (folder / "genhdr").mkdir(parents=True, exist_ok=True)
    sources = sorted(map(str, project.module.glob("bind/*.c")))
    # MicroPython's own switch: without the headers that are still to come.
    command = [*compiler(), *settings, "-E", "-DNO_QSTR", "-DESP_PLATFORM"]
    text = subprocess.run([*command, *sources], capture_output=True, text=True).stdout
    names = sorted(set(re.findall(r"\bMP_QSTR_(\w+)", text)))
    pool = ['QDEF0(MP_QSTRnull, 0, 0, "")', *(f'QDEF0(MP_QSTR_{n}, 0, 0, "{n}")' for n in names)]
    ours = "".join(Path(source).read_text(encoding="utf-8") for source in sources)
    roots = re.findall(r"^MP_REGISTER_ROOT_POINTER\((.+)\);", ours, re.MULTILINE)
    files = {"qstrdefs.generated.h": pool, "root_pointers.h": [f"{root};" for root in roots],
             "compressed.data.h": [], "moduledefs.h": [], "mpversion.h": []}  # fmt: skip
    for name, lines in files.items():
        (folder / "genhdr" / name).write_text("".join(f"{x}\n" for x in lines), encoding="utf-8")


def write_chip(chosen: Configuration, folder: Path) -> list[str]:
    """Writes the options and the abilities of a board's chip; the flags that name the files."""
    arch = "RISCV" if chosen.chip in RISCV else "XTENSA"
    options = [f"CONFIG_IDF_TARGET_{chosen.chip.upper()} 1", f"CONFIG_IDF_TARGET_ARCH_{arch} 1",
               f'CONFIG_IDF_TARGET "{chosen.chip}"']  # fmt: skip
    caps = SOC_CAPS[chosen.chip]
    if caps["CPU_CORES_NUM"] == 1:
        options.append("CONFIG_FREERTOS_UNICORE 1")
    texts = {
        "SDKCONFIG_FILE": chosen.header() + "".join(f"#define {x}\n" for x in options),
        "SOC_CAPS_FILE": "".join(f"#define SOC_{name} {n}\n" for name, n in caps.items()),
    }
    for name, text in texts.items():
        (folder / f"{name}.h").write_text(text, encoding="utf-8")
    return [f'-D{name}="{folder / name}.h"' for name in texts]


def flags(micropython: Path, libraries: Path, project: Project, board: Path) -> list[str]:
    """Where the compiler looks, and what it complains of. Nothing comes from the virtual board but
    the stand-in for ESP-IDF, and the settings of lwIP and mbedTLS, which are ESP-IDF's there.
    """
    virtual = ROOT / "firmware" / "virtual"
    own = [project.module.parent, board, virtual / "idf/include", virtual / "lwip"]
    theirs = [micropython, micropython / "ports/esp32", libraries / "lib/lwip/src/include",
              libraries / "lib/lwip/contrib/ports/unix/port/include",
              libraries / "lib/mbedtls/include"]  # fmt: skip
    return [
        "-std=gnu17", "-Wall", "-Wextra", "-Werror",
        *(f"-I{path}" for path in own), *(f"-isystem{path}" for path in theirs),
        f'-DMBEDTLS_CONFIG_FILE="{virtual}/mbedtls/mbedtls_config_port.h"',
    ]  # fmt: skip


def variants(module: Path, work: Path) -> dict[str, list[Compilation]]:
    """The ways in which the build compiles the module's files, by name."""
    own = [
        c for c in compilations(module / "micropython.cmake", work) if module in c.source.parents
    ]
    found = {target: [c for c in own if c.target == target] for target in (COMPONENT, PROGRAM)}
    if not all(found.values()):
        raise RuntimeError(f"{module} gives a target no source")
    less = [
        Compilation(
            c.target,
            c.source,
            tuple(d for d in c.definitions if d not in _MAY_LACK),
            ("-fsyntax-only",),
        )
        for c in found[PROGRAM]
    ]
    return {"the main component": found[COMPONENT], "micropython.elf": found[PROGRAM],
            f"micropython.elf without {' and '.join(_MAY_LACK)}": less}  # fmt: skip


def abilities(board: Path) -> list[str]:
    """The links of a board, as its manifest has them (lint holds that to its pins)."""
    manifest = (board / "manifest.py").read_text(encoding="utf-8")
    links = {"ETHERNET": "w5500=False", "MODEM": "sim7600=False"}
    return [f"-DBOARD_HAS_{name}={int(text not in manifest)}" for name, text in links.items()]


class Checker:
    """Compiles, counts, and keeps what failed as (where, what the compiler says)."""

    def __init__(self, project: Project, work: Path, only: tuple[str, ...] = ("",)) -> None:
        """only: beginnings of the names of the files to compile."""
        self.only = only
        self.project = project
        self.work = work
        self.ways = variants(project.module, work / "cmake")
        self.passed = 0
        self.failed: list[tuple[str, str]] = []

    def _take(self, where: str, said: str) -> None:
        if said:
            self.failed.append((where, said))
        else:
            self.passed += 1

    def board(self, micropython: Path, libraries: Path, board: Path) -> None:
        """All files, in all ways, of one board with one MicroPython."""
        name = f"{board.name}, MicroPython {version(micropython)}"
        folder = self.work / version(micropython) / board.name
        try:
            chosen = configuration(micropython, board, folder)
        except (OSError, RuntimeError) as error:
            self.failed.append((name, str(error)))
            return
        common = [*flags(micropython, libraries, self.project, board), f"-I{folder}",
                  *write_chip(chosen, folder)]  # fmt: skip
        write_generated(self.project, common, folder)
        said = compile_with(compiler(), [*common, *abilities(board)], HERE / "configuration.c")
        self._take(f"{name}: configuration.c", said)
        # The main component's are those of micropython.elf, as long as it takes what it must.
        done: dict[tuple[Path, tuple[str, ...]], str] = {}
        for way, files in self.ways.items():
            signatures = Compilation(way, HERE / "signatures.c", files[0].definitions, ())
            for file in [*files, signatures]:
                key = (file.source, (*file.definitions, *file.options))
                if key not in done and file.source.name.startswith(self.only):
                    given = [*file.options, *(f"-D{text}" for text in file.definitions)]
                    done[key] = compile_with(compiler(), [*common, *given], file.source)
                    self._take(f"{name}, {way}: {file.source.name}", done[key])


def version(micropython: Path) -> str:
    """A tree's "1.25.0", from py/mpconfig.h."""
    text = (micropython / "py/mpconfig.h").read_text(encoding="utf-8")
    return ".".join(re.findall(r"#define MICROPY_VERSION_(?:MAJOR|MINOR|MICRO) (\d+)", text))


def check(trees: list[Path], project: Project, work: Path) -> Checker:
    """The whole check. Raises RuntimeError when the module's CMake file cannot be evaluated."""
    libraries = next(tree for tree in trees if (tree / "lib/mbedtls/include").is_dir())
    checker = Checker(project, work)
    pairs = [(tree, board) for tree in trees for board in project.folders()]
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda pair: checker.board(pair[0], libraries, pair[1]), pairs))
    return checker


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--micropython", type=Path, required=True, action="append",
                        help="a source tree; may be given more than once")  # fmt: skip
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="check-port-") as work:
        checker = check([tree.resolve() for tree in args.micropython], Project(), Path(work))
    for where, said in checker.failed:
        print(f"check_port: {where}:\n{said}")
    print(f"{checker.passed} passed, {len(checker.failed)} failed")
    return 1 if checker.failed else 0


if __name__ == "__main__":
    sys.exit(main())
