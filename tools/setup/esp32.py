# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Firmware for ESP32 boards: ESP-IDF, MicroPython with its submodules, and the build of a board.

Everything is built by MicroPython's own ports/esp32/Makefile, out of tree.
"""

import hashlib
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from setup import build, build_log, paths, sources
from setup.idf import Clone, Idf, of_user
from setup.lock import Pin, read_lock
from setup.problem import Problem
from setup.report import Report
from setup.shell import capture, disk_full, run_logged

# By the first MicroPython version: the oldest and the newest ESP-IDF that it names, as (major,
# minor), from ports/esp32/README.md. The entry of 1.28 is also for newer ones. None of them names
# v6, whose mbedTLS 4 lacks functions that port/tls_handshake.c and port/aead_mbedtls.c call.
IDF_RANGES = (
    ((1, 28), (5, 3), (5, 5)),
    ((1, 27), (5, 2), (5, 5)),
    ((1, 25), (5, 2), (5, 4)),
)
MICROPYTHON_OLDEST = IDF_RANGES[-1][0]
# With this variable modules/manifest.py freezes the code as for ./tools/cw release.
RELEASE = "CONNECTWITH_RELEASE"
LIMIT_S = 3600.0  # a first build takes 5 to 10 minutes on two cores


@dataclass(frozen=True)
class Tags:
    """The versions of sources.lock that were asked for in place of the default ones."""

    micropython: str | None = None
    esp_idf: str | None = None


_TOO_LARGE = re.compile(
    r"app partition is too small for binary.*?\(overflow (0x[0-9a-f]+)\)"
    r"|application overflows allocated space of \d+ bytes by (\d+) bytes",
    re.DOTALL,
)


def find_idf(
    chips: list[str], report: Report, *, tags: Tags = Tags(), yes: bool = False, again: str = ""
) -> Idf:
    """The ESP-IDF at IDF_PATH, if its version fits; without IDF_PATH, a clone in the cache.

    The clone is made after a question, or at once with `yes` and in CI. `again`: the command that
    the user typed, without --yes. Raises Problem.
    """
    given = os.environ.get("IDF_PATH")
    if given and not tags.esp_idf:
        found = of_user(given)
        _check_range(found.text, found.version, f"IDF_PATH is {found.path}", tags)
        return found
    pin = _pinned_idf(tags)
    _check_range(pin.tag, pin.version, "that one was asked for", tags)
    # These variables belong to another ESP-IDF that the caller's shell has activated.
    os.environ.pop("IDF_PYTHON_ENV_PATH", None)
    clone = Clone(pin, report)
    lacking = clone.lacking(chips)
    if lacking:
        clone.check_space(lacking)
        announcement = clone.announcement(lacking)
        if yes or os.environ.get("CI") == "true":
            report.line(f"[esp-idf] {announcement}")
        else:
            _ask(announcement, again)
    return clone.ensure(chips)


def _pinned_idf(tags: Tags) -> Pin:
    """The version asked for, or the pinned one, or the newest that fits an older MicroPython."""
    repository = read_lock(paths.LOCK_FILE).esp_idf
    _, oldest, newest = idf_range(tags)
    pins = [repository.pin(tags.esp_idf)]
    if not tags.esp_idf:
        pins += sorted(map(repository.pin, repository.commits), key=lambda p: p.version)[::-1]
    return next((pin for pin in pins if oldest <= pin.version[:2] <= newest), pins[0])


def _ask(announcement: str, again: str) -> None:
    next_step = f"{again} --yes does that; or let IDF_PATH name an ESP-IDF of yours."
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Problem(
            "ESP-IDF is needed to build for a board, and IDF_PATH is not set.",
            f"it can be fetched, but there is no terminal to ask at. {announcement}.",
            next_step,
        )
    if input(f"{announcement}.\nFetch it? [y/N] ").strip().lower() not in ("y", "yes"):
        raise Problem("ESP-IDF is needed to build for a board.", "the answer was no.", next_step)


def _check_range(name: str, version: tuple[int, ...], where: str, tags: Tags) -> None:
    micropython, oldest, newest = idf_range(tags)
    if oldest <= version[:2] <= newest:
        return
    first, last, needs = (".".join(map(str, v)) for v in (oldest, newest, micropython))
    raise Problem(
        f"ESP-IDF {name} does not fit.",
        f"MicroPython {needs} is made for v{first} to v{last}; {where}.",
        "without IDF_PATH and --idf one that fits is fetched; or let MICROPYTHON_DIR name "
        "a MicroPython for this one (v5.2: 1.25 to 1.27; v5.5: 1.27 or newer; v6: none yet).",
    )


def idf_range(tags: Tags = Tags()) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """The MicroPython in use, and the oldest and newest ESP-IDF for it. Raises Problem."""
    given = os.environ.get("MICROPYTHON_DIR")
    if given and not tags.micropython:
        version = micropython_version(sources.user_checkout(given))
    else:
        pin = read_lock(paths.LOCK_FILE).micropython.pin(tags.micropython)
        version = (pin.version[0], pin.version[1])
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


def ensure_micropython(report: Report, tag: str | None = None) -> sources.Tree:
    """MICROPYTHON_DIR, or a clone at the tag that was asked for or is pinned. Raises Problem.

    Debian's source package lacks the submodules that the ESP32 port needs.
    """
    given = os.environ.get("MICROPYTHON_DIR")
    if given and not tag:
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
    pin = read_lock(paths.LOCK_FILE).micropython.pin(tag)
    final = paths.cache() / "src" / f"{pin.name}-esp32-{pin.commit[:8]}"
    with paths.locked("sources", paths.cache(), report.line):
        if not final.is_dir():
            paths.sweep(final.parent)
            log = paths.cache() / "logs" / "sources.log"
            with report.step("sources", f"{pin.name} {pin.tag} by git, for ESP32"):
                by_hand = "name a checkout with MICROPYTHON_DIR="
                sources.clone(pin, final, log, by_hand=by_hand)
    return sources.Tree(final, pin.commit[:8], final, pin.tag)


def folder_of(board: Path) -> Path:
    """Where a board is built."""
    return paths.BUILD / board.name


def _digest(files: list[Path]) -> str:
    together = hashlib.sha256()
    for file in files:
        together.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return together.hexdigest()


def prepare_folder(board: Path, tree: sources.Tree, idf: Idf, folder: Path) -> bool:
    """Removes files of a build folder that would hide a change. Returns whether the folder is new.

    An existing sdkconfig overrules changed fragments. ESP-IDF refuses a folder of another ESP-IDF.
    Objects of two versions of MicroPython must not be mixed.
    """
    ours = [board / "sdkconfig.board", board / "mpconfigboard.cmake"]
    ours += sorted(p for p in board.parent.iterdir() if p.is_file())
    ours.append(paths.ROOT / "VERSION")
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
    # After a failed build, the image of an earlier build must not be flashed.
    (folder / "firmware.bin").unlink(missing_ok=True)
    return new


def _port_make(
    idf: Idf, tree: sources.Tree, board: Path, folder: Path, mpy_cross: Path, target: str
) -> list[str]:
    modules = paths.ROOT / "firmware" / "connectwith" / "micropython.cmake"
    # BUILD would go to the make of mpy-cross, which the port would then start without its path.
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
    next_step = "repair that; ./tools/cw clean, then the same command, rules out leftovers."
    if build_log.no_network(text):
        next_step = (
            "connect to a network, then run the same command again: git and ESP-IDF's component "
            "manager fetch parts of it."
        )
    return Problem(
        f"{board.name} could not be built: {build_log.first_error(text)}",
        f"that is the first of {max(1, sum(1 for _ in build_log.errors(text)))} error(s); all of "
        f"the log is in {log}",
        next_step,
    )


def build_board(board: Path, idf: Idf, tree: sources.Tree, report: Report) -> Path:
    """Builds the board whose folder is `board`; the folder with its firmware.bin. Raises Problem.

    tree: from ensure_micropython().
    """
    folder = folder_of(board)
    log = paths.LOGS / f"{folder.name}.log"
    env = {**idf.env, **build.environment(tree)}
    paths.use(paths.BUILD)
    mpy_cross = build.ensure_mpy_cross(tree, report)
    with paths.locked(folder.name, paths.BUILD, report.line):
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
    """The state of this project: tag or commit, "unknown" without git."""
    described = capture(["git", "-C", str(paths.ROOT), "describe", "--always", "--dirty"])
    return (described or "unknown").strip()
