# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""ESP-IDF: the user's at IDF_PATH, or a clone in the cache with the tools of some chips.

The clone is made in another folder and renamed when it is complete. Parts that are added later
(submodules and tools for another chip) are recorded when they are complete. A part without a
record is made anew.
"""

import json
import re
import shlex
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from setup import build_log, paths, sources
from setup.lock import Pin
from setup.problem import Problem
from setup.report import Report, fancy
from setup.shell import capture, require_space, run_logged, run_shown, tail

LIMIT_S = 7200.0  # a slow line needs an hour for a compiler
# Nothing can be linked without them, and ESP-IDF reports that late and at length.
_ESSENTIAL = ("lwip/lwip", "mbedtls/mbedtls", "esp_wifi/lib", "esp_phy/lib")
# Bluetooth controllers are one library for each family of chips. All other submodules are needed,
# because ESP-IDF configures each component, even if it is not used.
_BLUETOOTH = "components/bt/controller/"
_CONTROLLERS = {
    "esp32": "lib_esp32",
    "esp32s3": "lib_esp32c3_family",
    "esp32c3": "lib_esp32c3_family",
}
# In MB: of ESP-IDF v5.5.1's tools.json, the archives that install.sh gets for linux-amd64.
_ARCHIVES_MB = {"esp32": 226, "esp32s3": 524, "esp32c3": 339}
_CLONE_MB = 400  # to be fetched; its working tree alone is 211 MB
# An archive and its unpacked files. This is an estimate, like the sizes of unpacked compilers.
_ON_DISK = 6
_CLONE_ON_DISK = 3
_MB_PER_S = 6  # 50 Mbit/s
_INSTALL = "let IDF_PATH name a whole one; or unset it, and ./tools/cw build gets one itself."


@dataclass(frozen=True)
class Idf:
    """An ESP-IDF; `active`: its tools are on the PATH already.

    `tools`: the folder of the tools of the clone in the cache; None for a user's ESP-IDF.
    """

    path: Path
    version: tuple[int, int, int]
    active: bool
    tools: Path | None = None
    env: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        env = {"IDF_PATH": str(self.path)}
        if self.tools is not None:
            env["IDF_TOOLS_PATH"] = str(self.tools)
            # Otherwise ESP-IDF silently fetches the parts that were left out.
            env["IDF_SKIP_CHECK_SUBMODULES"] = "1"
        object.__setattr__(self, "env", env)

    @property
    def text(self) -> str:
        """The version as Espressif writes it."""
        return "v" + ".".join(str(part) for part in self.version)

    def command(self, command: list[str]) -> list[str]:
        """`command`, run with ESP-IDF's tools on the PATH; its environment is `env`."""
        if self.active:
            return command
        export = shlex.quote(str(self.path / "export.sh"))
        return ["bash", "-c", f'. {export} >&2 && exec "$@"', "bash", *command]


def version_of(path: Path) -> tuple[int, int, int]:
    """The version of the ESP-IDF at `path`. Raises Problem."""
    file = path / "tools" / "cmake" / "version.cmake"
    try:
        text = file.read_text(encoding="utf-8")
        found = [re.search(rf"set\(IDF_VERSION_{part} (\d+)\)", text)
                 for part in ("MAJOR", "MINOR", "PATCH")]  # fmt: skip
        major, minor, patch = (int(match[1]) for match in found if match)
    except (OSError, ValueError) as error:
        raise Problem(
            f"IDF_PATH={path} is not an ESP-IDF.", f"{file} is not a version file.", _INSTALL
        ) from error
    return major, minor, patch


def of_user(given: str) -> Idf:
    """The ESP-IDF at IDF_PATH. Raises Problem if it is no ESP-IDF, or not complete."""
    path = Path(given).expanduser().absolute()
    version = version_of(path)
    for name in ("export.sh", "tools/idf.py"):
        if not (path / name).is_file():
            raise Problem(f"The ESP-IDF at {path} is half-made.", f"it has no {name}.", _INSTALL)
    for name in _ESSENTIAL:
        folder = path / "components" / name
        if folder.is_dir() and sources.empty(folder):
            raise Problem(
                f"The ESP-IDF at {path} is half-made.",
                f"its submodule components/{name} is empty.",
                f"git -C {path} submodule update --init --recursive",
            )
    return Idf(path, version, shutil.which("idf.py") is not None)


def check_tools(idf: Idf, log: Path) -> None:
    """Raises Problem unless ESP-IDF's tools can be run."""
    if idf.active:
        return
    log.unlink(missing_ok=True)
    if run_logged(idf.command(["idf.py", "--version"]), log, env=idf.env, timeout_s=120) != 0:
        next_step = f"install them: {idf.path}/install.sh esp32,esp32s3,esp32c3"
        if idf.tools is not None:
            next_step = f"have them made anew: rm -r '{idf.path.parent}' '{idf.tools}'"
        raise Problem(
            f"The tools of the ESP-IDF at {idf.path} cannot be run.",
            f"its export.sh failed; the end of {log}:\n{tail(log, 4)}",
            next_step,
        )


class Clone:
    """Our own ESP-IDF at a pinned tag."""

    def __init__(self, pin: Pin, report: Report) -> None:
        self.pin = pin
        self.folder = paths.cache() / "esp-idf" / pin.tag
        self.tools = paths.cache() / "espressif"
        self._report = report
        self._log = paths.cache() / "logs" / "esp-idf.log"

    @property
    def idf(self) -> Idf:
        """The same as an Idf, for a build."""
        version = (*self.pin.version, 0, 0)[:3]
        return Idf(self.folder, version, False, self.tools)

    @property
    def _record(self) -> Path:
        return self.folder / ".git" / "connectwith.json"

    def done(self) -> dict[str, list[str]]:
        """The complete parts: names by kind (chips, submodules, tools)."""
        try:
            found = json.loads(self._record.read_text(encoding="utf-8"))
            return {kind: list(found[kind]) for kind in ("chips", "submodules", "tools")}
        except (OSError, ValueError, KeyError, TypeError):
            return {"chips": [], "submodules": [], "tools": []}

    def _note(self, kind: str, name: str, folder: Path | None = None) -> None:
        done = self.done() if folder is None else {"chips": [], "submodules": [], "tools": []}
        file = (folder or self.folder) / ".git" / "connectwith.json"
        if folder is not None and file.is_file():
            done = json.loads(file.read_text(encoding="utf-8"))
        done[kind] = sorted({*done[kind], name})
        with paths.whole_file(file) as work:
            work.write_text(json.dumps(done, indent=2) + "\n", encoding="utf-8")

    def lacking(self, chips: Iterable[str]) -> list[str]:
        """The chips, of these, for which parts are missing."""
        done = self.done()["chips"] if self.folder.is_dir() else []
        return sorted(set(chips) - set(done))

    def needs_mb(self, chips: Iterable[str]) -> tuple[int, int]:
        """The MB to fetch, and the MB needed on the disk. Both are estimates."""
        archives = sum(_ARCHIVES_MB.get(chip, max(_ARCHIVES_MB.values())) for chip in chips)
        clone = 0 if self.folder.is_dir() else _CLONE_MB
        return archives + clone, archives * _ON_DISK + clone * _CLONE_ON_DISK

    def announcement(self, chips: list[str]) -> str:
        """The announcement of the download, in one line."""
        fetched, disk = self.needs_mb(chips)
        what = "tools" if self.folder.is_dir() else "a clone and the tools"
        minutes = max(1, round(2 * fetched / _MB_PER_S / 60))
        return (
            f"ESP-IDF {self.pin.tag} for {', '.join(chips)}: {what}, about {fetched} MB to fetch "
            f"and {disk} MB on the disk in {paths.cache()}; some {minutes} minutes at 50 Mbit/s "
            "(estimates, from the sizes of the archives)"
        )

    def check_space(self, chips: list[str]) -> None:
        """Raises Problem when the disk has no room for it."""
        _, needed = self.needs_mb(chips)
        place = paths.cache()
        while not place.is_dir():
            place = place.parent
        free = shutil.disk_usage(place).free >> 20
        if free < needed:
            raise Problem(
                f"There is no room for ESP-IDF {self.pin.tag} in {paths.cache()}.",
                f"it needs about {needed} MB (an estimate), and {free} MB are free.",
                "free some space, or put the cache elsewhere with CONNECTWITH_CACHE=<folder>.",
            )

    def ensure(self, chips: Iterable[str]) -> Idf:
        """The clone with all parts for these chips; fetches missing parts. Raises Problem."""
        chips = sorted(set(chips))
        if not self.lacking(chips):
            return self.idf
        with paths.locked("esp-idf", paths.cache(), self._report.line, wait_s=LIMIT_S):
            paths.sweep(self.folder.parent)
            self._log.unlink(missing_ok=True)
            if not (self.folder / ".git").is_dir():
                shutil.rmtree(self.folder, ignore_errors=True)
                with paths.whole_directory(self.folder) as work:
                    with self._report.step("esp-idf", f"git clone of {self.pin.tag}"):
                        sources.clone_into(self.pin, work, self._log)
                    self._submodules(work, chips[:1])
            for chip in self.lacking(chips):
                self._submodules(self.folder, [chip])
                self._install(chip)
                self._note("chips", chip)
        return self.idf

    def ensure_tool(self, name: str) -> None:
        """A tool that install.sh leaves out, such as an emulator. Raises Problem."""
        if name in self.done()["tools"]:
            return
        with paths.locked("esp-idf", paths.cache(), self._report.line, wait_s=LIMIT_S):
            self._run(["python3", "tools/idf_tools.py", "install", name], f"tool {name}")
            self._note("tools", name)

    def _submodules(self, folder: Path, chips: list[str]) -> None:
        """Checks out the parts without a record, after removing the rest of an earlier try."""
        record = folder / ".git" / "connectwith.json"
        whole = json.loads(record.read_text())["submodules"] if record.is_file() else []
        wanted = [name for name in submodules(folder, chips) if name not in whole]
        for number, name in enumerate(wanted, 1):
            for left in (folder / name, folder / ".git" / "modules" / name):
                shutil.rmtree(left, ignore_errors=True)
            # Espressif's own container image is made in the same way.
            command = ["git", "-C", str(folder), "submodule", "update", "--init", "--recursive",
                       "--depth", "1", "--", name]  # fmt: skip
            with self._report.step("esp-idf", f"submodule {number} of {len(wanted)}: {name}"):
                status = run_logged(command, self._log, env=sources.NO_PROMPT, timeout_s=LIMIT_S)
            if status != 0:
                raise self._failed(f"its submodule {name}")
            self._note("submodules", name, folder)

    def _install(self, chip: str) -> None:
        unfinished = self.tools / ".unfinished-install"
        if unfinished.exists():
            # ESP-IDF checks its tools itself, but not whether its Python environment is complete.
            shutil.rmtree(self.tools / "python_env", ignore_errors=True)
        self.tools.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
        self._run(["bash", "install.sh", chip], f"tools for {chip}")
        for tool in ("cmake", "ninja"):
            # install.sh does not install them; they come from the system.
            if shutil.which(tool) is None:
                self._run(["python3", "tools/idf_tools.py", "install", tool], f"tool {tool}")
        unfinished.unlink()

    def _run(self, command: list[str], what: str) -> None:
        """Runs one of ESP-IDF's own programs in the clone; on a terminal its progress is shown."""
        place = {"cwd": self.folder, "env": self.idf.env, "timeout_s": LIMIT_S}
        if fancy(self._report.stream):
            status, _ = run_shown(command, self._log, **place)
        else:
            with self._report.step("esp-idf", what):
                status = run_logged(command, self._log, **place)
        if status != 0:
            raise self._failed(what)

    def _failed(self, what: str) -> Problem:
        require_space(self._log, paths.cache())
        text = self._log.read_text(encoding="utf-8", errors="replace")
        next_step = "run the same command again: what is whole by now is kept."
        if "libusb" in text:
            next_step = (
                "on Debian: sudo apt-get install libusb-1.0-0; then the same command again."
            )
        elif build_log.no_network(text):
            next_step = f"connect to a network; {next_step}"
        return Problem(
            f"ESP-IDF {self.pin.tag} could not be set up: {what}.",
            f"{build_log.first_error(text)} (all of it: {self._log})",
            next_step,
        )


def submodules(folder: Path, chips: Iterable[str]) -> list[str]:
    """Of the submodules of an ESP-IDF, those that these chips need: paths in their order."""
    listing = capture(
        ["git", "config", "-f", str(folder / ".gitmodules"), "--get-regexp", r"\.path$"]
    )
    names = [line.split(maxsplit=1)[1] for line in (listing or "").splitlines()]
    chips = list(chips)
    if not all(chip in _CONTROLLERS for chip in chips):
        return names
    kept = {_CONTROLLERS[chip] for chip in chips}
    return [
        name
        for name in names
        if not name.startswith(_BLUETOOTH) or name.removeprefix(_BLUETOOTH).split("/")[0] in kept
    ]
