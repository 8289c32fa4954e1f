# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Firmware for ESP32 boards: ESP-IDF, MicroPython with its submodules, and the build of a board.

Everything is built by MicroPython's own ports/esp32/Makefile, out of tree.
"""

import hashlib
import json
import os
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from setup import build, paths, sources
from setup.lock import read_lock
from setup.problem import Problem
from setup.report import Report
from setup.shell import capture, disk_full, run_logged, tail

# From this MicroPython on, the oldest and the newest ESP-IDF that it names (ports/esp32/README.md;
# 1.28's stands for what is newer), each as (major, minor). None names v6, whose mbedTLS 4 has no
# place any more for what port/tls_handshake.c and port/aead_mbedtls.c call.
IDF_RANGES = (
    ((1, 28), (5, 3), (5, 5)),
    ((1, 27), (5, 2), (5, 5)),
    ((1, 25), (5, 2), (5, 4)),
)
MICROPYTHON_OLDEST = IDF_RANGES[-1][0]
# Set in the environment, modules/manifest.py freezes what ./tools/cw release gives away.
RELEASE = "CONNECTWITH_RELEASE"
LIMIT_S = 3600.0  # a first build takes 5 to 10 minutes on two cores

_INSTALL = (
    "install ESP-IDF v5.4 (docs.espressif.com, 'Get Started'), then: export IDF_PATH=<its folder>"
)
_TOO_LARGE = re.compile(
    r"app partition is too small for binary.*?\(overflow (0x[0-9a-f]+)\)"
    r"|application overflows allocated space of \d+ bytes by (\d+) bytes",
    re.DOTALL,
)


@dataclass(frozen=True)
class Idf:
    """An ESP-IDF; `active` says that its tools are on the PATH already."""

    path: Path
    version: tuple[int, int, int]
    active: bool

    @property
    def text(self) -> str:
        """The version as Espressif writes it."""
        return "v" + ".".join(str(part) for part in self.version)

    def command(self, command: list[str]) -> list[str]:
        """`command`, run with ESP-IDF's tools on the PATH."""
        if self.active:
            return command
        export = shlex.quote(str(self.path / "export.sh"))
        return ["bash", "-c", f'. {export} >&2 && exec "$@"', "bash", *command]


def idf_version(path: Path) -> tuple[int, int, int]:
    """The version of the ESP-IDF at `path`. Raises Problem."""
    file = path / "tools" / "cmake" / "version.cmake"
    try:
        text = file.read_text(encoding="utf-8")
        found = [re.search(rf"set\(IDF_VERSION_{part} (\d+)\)", text)
                 for part in ("MAJOR", "MINOR", "PATCH")]  # fmt: skip
        major, minor, patch = (int(match[1]) for match in found if match)
    except (OSError, ValueError) as error:
        raise Problem(
            f"IDF_PATH={path} is not an ESP-IDF.", f"{file} cannot be read as one's.", _INSTALL
        ) from error
    return major, minor, patch


def find_idf() -> Idf:
    """The ESP-IDF at IDF_PATH, if its version will do. Raises Problem."""
    given = os.environ.get("IDF_PATH")
    if not given:
        raise Problem(
            "ESP-IDF is needed to build for a board, and was not found.",
            "the environment variable IDF_PATH is not set.",
            _INSTALL,
        )
    path = Path(given).expanduser().absolute()
    version = idf_version(path)
    micropython, oldest, newest = idf_range()
    if not oldest <= version[:2] <= newest:
        first, last, name = (".".join(map(str, v)) for v in (oldest, newest, micropython))
        raise Problem(
            f"ESP-IDF v{'.'.join(map(str, version))} does not fit.",
            f"MicroPython {name} is made for v{first} to v{last}; IDF_PATH is {path}.",
            f"install v{last} beside it, and let IDF_PATH name that; or let MICROPYTHON_DIR name "
            "a MicroPython for this one (v5.5: 1.27 or newer; v6: none yet).",
        )
    return Idf(path, version, shutil.which("idf.py") is not None)


def check_tools(idf: Idf, log: Path) -> None:
    """Raises Problem unless ESP-IDF's tools can be run."""
    if idf.active:
        return
    log.unlink(missing_ok=True)
    if run_logged(idf.command(["idf.py", "--version"]), log, timeout_s=120) != 0:
        raise Problem(
            f"The tools of the ESP-IDF at {idf.path} cannot be run.",
            f"its export.sh failed; the end of {log}:\n{tail(log, 4)}",
            f"install them: {idf.path}/install.sh esp32,esp32s3,esp32c3",
        )


def idf_range() -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """The MicroPython in use, and the oldest and newest ESP-IDF for it. Raises Problem."""
    given = os.environ.get("MICROPYTHON_DIR")
    # The one of sources.lock is the oldest that will do.
    version = micropython_version(sources.user_checkout(given)) if given else MICROPYTHON_OLDEST
    oldest, newest = next(r[1:] for r in IDF_RANGES if version >= r[0])
    return version, oldest, newest


def micropython_version(checkout: Path) -> tuple[int, int]:
    """Major and minor version of a MicroPython tree. Raises Problem."""
    text = (checkout / "py" / "mpconfig.h").read_text(encoding="utf-8", errors="replace")
    found = [re.search(rf"#define MICROPY_VERSION_{p} (\d+)", text) for p in ("MAJOR", "MINOR")]
    major, minor = (int(match[1]) if match else 0 for match in found)
    if (major, minor) < MICROPYTHON_OLDEST:
        raise Problem(
            f"The MicroPython at {checkout} is too old.",
            f"it is {major}.{minor}; {'.'.join(map(str, MICROPYTHON_OLDEST))} or newer is needed.",
            "check out a newer one, or leave MICROPYTHON_DIR unset.",
        )
    return major, minor


def ensure_micropython(report: Report) -> sources.Tree:
    """MICROPYTHON_DIR, or a clone at the pinned tag. Raises Problem.

    Debian's source package will not do: the ESP32 port builds from submodules, too.
    """
    given = os.environ.get("MICROPYTHON_DIR")
    if given:
        checkout = sources.user_checkout(given)
        micropython_version(checkout)
        ident = hashlib.sha256(str(checkout).encode()).hexdigest()[:8]
        if sources.empty(checkout / "lib" / "micropython-lib"):
            raise Problem(
                f"The submodules of {checkout} are not there.",
                "lib/micropython-lib is empty, and a checkout of yours is only read.",
                f"make -C {checkout}/ports/esp32 submodules",
            )
        return sources.Tree(checkout, ident, checkout, None)
    source = read_lock(paths.LOCK_FILE).sources[0]
    final = paths.cache() / "src" / f"{source.name}-esp32-{source.git_commit[:8]}"
    with paths.locked("sources", paths.cache(), report.line):
        if not final.is_dir():
            paths.sweep(final.parent)
            with report.step("sources", f"{source.name} {source.version} by git, for ESP32"):
                sources.clone(source, final, paths.cache() / "logs" / "sources.log")
    return sources.Tree(final, source.git_commit[:8], final, source.git_tag)


def folder_of(board: Path) -> Path:
    """Where a board is built."""
    return paths.BUILD / board.name


def _digest(files: list[Path]) -> str:
    together = hashlib.sha256()
    for file in files:
        together.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return together.hexdigest()


def prepare_folder(board: Path, tree: sources.Tree, idf: Idf, folder: Path) -> bool:
    """Takes out of a build folder what would overrule a change. Returns whether it is new.

    An sdkconfig that is there wins over changed fragments; ESP-IDF refuses a folder that another
    ESP-IDF has made; and objects of two MicroPythons must not be mixed.
    """
    ours = [board / "sdkconfig.board", board / "mpconfigboard.cmake"]
    ours += sorted(p for p in board.parent.iterdir() if p.is_file())
    theirs = sorted((tree.path / "ports" / "esp32" / "boards").glob("sdkconfig*"))
    manifests = [board / "manifest.py", paths.ROOT / "modules" / "manifest.py"]
    inputs = {
        "idf": f"{idf.path} {idf.text}",
        "micropython": str(tree.path),
        "fragments": _digest([*ours, *theirs]),
        "frozen": os.environ.get(RELEASE, "") + _digest(manifests),
    }
    record = folder / "connectwith-inputs.json"
    try:
        before = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = {}
    if any(before.get(key) != inputs[key] for key in ("idf", "micropython")):
        shutil.rmtree(folder, ignore_errors=True)
    elif before.get("fragments") != inputs["fragments"]:
        (folder / "sdkconfig").unlink(missing_ok=True)
    if before.get("frozen") != inputs["frozen"]:
        # MicroPython compiles a file again only when it is newer than what it made of it, and does
        # not see that one is left out.
        shutil.rmtree(folder / "frozen_mpy", ignore_errors=True)
    new = not (folder / "CMakeCache.txt").is_file()
    folder.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(inputs, indent=2) + "\n", encoding="utf-8")
    # A failed build must not leave the image of an earlier one to be flashed.
    (folder / "firmware.bin").unlink(missing_ok=True)
    return new


def _port_make(
    idf: Idf, tree: sources.Tree, board: Path, folder: Path, mpy_cross: Path, target: str
) -> list[str]:
    modules = paths.ROOT / "firmware" / "connectwith" / "micropython.cmake"
    # BUILD would leak into the make of mpy-cross, which the port would start without its path.
    variables = {
        "BOARD": board.name,
        "BOARD_DIR": board,
        "USER_C_MODULES": modules,
        "BUILD": folder,
        "MICROPY_MPYCROSS": mpy_cross,
    }
    port = str(tree.path / "ports" / "esp32")
    settings = [f"{name}={value}" for name, value in variables.items()]
    return idf.command(["make", "-C", port, *settings, target])


def _failed(board: Path, log: Path) -> Problem:
    text = log.read_text(encoding="utf-8", errors="replace")
    large = _TOO_LARGE.search(text)
    if large is not None:
        over = int(large[1], 16) if large[1] else int(large[2])
        return Problem(
            f"The firmware of {board.name} is larger than its partition.",
            f"by {over} bytes.",
            f"leave modules out of boards/{board.name}/manifest.py, or enlarge the application in "
            f"boards/{board.name}/partitions.csv.",
        )
    if disk_full(log, log.parent):
        return Problem(
            f"{board.name} could not be built.",
            "there is no space left on the disk (a board takes about 300 MB).",
            "free some space, then run the same command again.",
        )
    errors = re.findall(r"^.*\b(?:error|Error|undefined reference)\b.*$", text, re.MULTILINE)[:5]
    excerpt = "\n".join(f"      {line}" for line in errors) or tail(log)
    return Problem(
        f"{board.name} could not be built.",
        f"make failed:\n{excerpt}",
        f"read all of it in {log}; ./tools/cw clean, then again, rules out leftovers.",
    )


def build_board(board: Path, idf: Idf, tree: sources.Tree, report: Report) -> Path:
    """Builds the board whose folder is `board`; the folder with its firmware.bin. Raises Problem.

    tree: from ensure_micropython().
    """
    folder = folder_of(board)
    log = paths.LOGS / f"{folder.name}.log"
    env = {"IDF_PATH": str(idf.path), **build.environment(tree)}
    with paths.locked("build", paths.BUILD, report.line):
        mpy_cross = build.ensure_mpy_cross(tree, report)
        new = prepare_folder(board, tree, idf, folder)
        targets = ["all"]
        # A user's checkout is only read.
        lacking = sources.empty(tree.path / "lib" / "micropython-lib")
        if tree.git_tag and (new or lacking):
            targets.insert(0, "submodules")
        with report.step("build", f"{board.name} with ESP-IDF {idf.text}"):
            for target in targets:
                log.unlink(missing_ok=True)
                command = _port_make(idf, tree, board, folder, mpy_cross, target)
                if run_logged(command, log, env=env, timeout_s=LIMIT_S) != 0:
                    raise _failed(board, log)
    for name in ("firmware.bin", "micropython.bin"):
        if not (folder / name).is_file():
            raise Problem(
                f"{board.name} was built, but {folder / name} is not there.",
                "this MicroPython puts it elsewhere.",
                f"read {log}.",
            )
    return folder


def describe_source() -> str:
    """Which state of this project it is: tag or commit, "unknown" without git."""
    described = capture(["git", "-C", str(paths.ROOT), "describe", "--always", "--dirty"])
    return (described or "unknown").strip()
