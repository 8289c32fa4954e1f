# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What CMake makes of the boards' files and of the user module's, without ESP-IDF."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

CMAKE = Path(__file__).resolve().parent / "cmake"
# The options of ESP-IDF for every file: its COMPILE_DEFINITIONS (CMakeLists.txt, build.cmake and
# components/pthread of v5.2 to v5.5) and the relevant part of its COMPILE_OPTIONS.
DEFINITIONS = ("ESP_PLATFORM", 'IDF_VER="v5.4.1"', "_GLIBCXX_USE_POSIX_SEMAPHORE",
               "_GLIBCXX_HAVE_POSIX_SEMAPHORE", "_GNU_SOURCE", "_POSIX_READER_WRITER_LOCKS",
               "SOC_MMU_PAGE_SIZE=0x10000", "SOC_XTAL_FREQ_MHZ=40", "NDEBUG")  # fmt: skip
# Of components/esp_netif/Kconfig of v5.4 and later, what a board's files look for.
_ASKED_FOR = ("ESP_NETIF_SET_DNS_PER_DEFAULT_NETIF",)
OPTIONS = ("-ffunction-sections", "-fdata-sections", "-O2")


@dataclass(frozen=True)
class Compilation:
    """One file that a target of the build compiles, and with what."""

    target: str
    source: Path
    definitions: tuple[str, ...]
    options: tuple[str, ...]


@dataclass(frozen=True)
class Configuration:
    """What a board has chosen: its chip, and options of ESP-IDF by name ("CONFIG_…")."""

    chip: str
    fragments: tuple[Path, ...]
    options: dict[str, str] = field(default_factory=dict)

    def is_set(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.options.get(name) == "y"

    def header(self) -> str:
        """The text of sdkconfig.h, as far as the fragments say it."""
        said = [(n, "1" if v == "y" else v) for n, v in self.options.items() if v != "n"]
        return "".join(f"#define {name} {value}\n" for name, value in said)


def _run(command: list[str], folder: Path, **variables: str) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, **variables}
    )
    if done.returncode != 0:
        raise RuntimeError(f"cmake: {done.stderr.strip()[-2000:]}")


def compilations(module: Path, work: Path) -> list[Compilation]:
    """How each target would compile the files of the user module (a micropython.cmake).

    Raises RuntimeError with what CMake says, FileNotFoundError if there is none.
    """
    work.mkdir(parents=True, exist_ok=True)
    lists = {"COMPILE_DEFINITIONS": DEFINITIONS, "COMPILE_OPTIONS": OPTIONS}
    given = [f"-DIDF_{name}={';'.join(values)}" for name, values in lists.items()]
    _run(["cmake", "-S", str(CMAKE), "-B", str(work), "-G", "Unix Makefiles", "--fresh",
          "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DCMAKE_C_COMPILER=cc",
          "-DCMAKE_C_COMPILER_WORKS=1", f"-DUSER_C_MODULES={module}", *given], work)  # fmt: skip
    found = []
    for entry in json.loads((work / "compile_commands.json").read_text(encoding="utf-8")):
        words = shlex.split(entry["command"])
        target = re.search(r"CMakeFiles/([\w.]+)\.dir/", words[words.index("-o") + 1])
        assert target is not None, words
        found.append(
            Compilation(
                target=target[1],
                source=Path(entry["file"]),
                definitions=tuple(word[2:] for word in words if word.startswith("-D")),
                options=tuple(word for word in words if word.startswith(("-O", "-f"))),
            )
        )
    return found


def _write_idf(folder: Path) -> None:
    """Writes what the boards' files read of ESP-IDF: the options that a version of it has."""
    kconfig = folder / "components" / "esp_netif" / "Kconfig"
    kconfig.parent.mkdir(parents=True, exist_ok=True)
    kconfig.write_text("".join(f"config {name}\n" for name in _ASKED_FOR), encoding="utf-8")


def configuration(micropython: Path, board: Path, work: Path) -> Configuration:
    """What the folder of a board chooses when MicroPython's port includes it.

    Raises RuntimeError with what CMake says, FileNotFoundError for a fragment that is not there.
    """
    work.mkdir(parents=True, exist_ok=True)
    port = micropython / "ports" / "esp32"
    _write_idf(work / "idf")
    _run(["cmake", f"-DMICROPY_BOARD_DIR={board}", f"-DMICROPY_PORT={port}", "-P",
          str(CMAKE / "board.cmake")], work, IDF_PATH=str(work / "idf"))  # fmt: skip
    chip, *names = (work / "chosen").read_text(encoding="utf-8").splitlines()
    fragments = tuple(port / name for name in names)
    options: dict[str, str] = {}
    for fragment in fragments:
        text = fragment.read_text(encoding="utf-8")
        options.update(re.findall(r"^(CONFIG_\w+)=(.*?)\s*$", text, re.MULTILINE))
    return Configuration(chip, fragments, options)
