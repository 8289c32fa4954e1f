# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The folders of the project, and how to make a folder or file completely or not at all."""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from setup.problem import Problem

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
LOGS = BUILD / "logs"
LOCK_FILE = ROOT / "tools" / "sources.lock"
REQUIREMENTS = ROOT / "requirements.txt"
TEST_REQUIREMENTS = ROOT / "tests" / "requirements.txt"
AGENT_REQUIREMENTS = ROOT / "tools" / "agent" / "requirements.txt"
LAB_REQUIREMENTS = ROOT / "tools" / "lab" / "requirements.txt"
LAB_BROWSER_REQUIREMENTS = ROOT / "tools" / "lab" / "requirements-browser.txt"
MUTATION_REQUIREMENTS = ROOT / "tests" / "mutation.txt"

# How long a cw waits for another cw with the same set-up step: longer than the longest step.
LOCK_WAIT_S = 900.0
_UNFINISHED = ".unfinished-"
# Characters of a path that make or a shell without quotes gives a meaning to.
_UNFIT = frozenset("\"#$%&'()*:;<>?[\\]`{|}~")
_USED = ".used.lock"
# The open files of use(), by folder. The kernel unlocks each when this process ends.
_in_use: dict[Path, TextIO] = {}


def cache() -> Path:
    """The folder of everything fetched: CONNECTWITH_CACHE, or ~/.cache/connectwith."""
    override = os.environ.get("CONNECTWITH_CACHE")
    if override:
        return Path(override).absolute()
    return Path.home() / ".cache" / "connectwith"


def version() -> str:
    """The version of this project, from the file VERSION."""
    return (ROOT / "VERSION").read_text(encoding="ascii").strip()


def cores() -> int:
    """Number of processors that this process may use."""
    return (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )


def check_makeable() -> None:
    """make takes a blank in a name for the end of it, and a shell other characters. Raises Problem
    when the checkout or the cache has one in its path."""
    for what, path, other in (
        ("checkout", ROOT, "move the checkout to a folder without it"),
        ("cache", cache(), "choose another folder for it: CONNECTWITH_CACHE=/path/without/it"),
    ):
        bad = sorted({char for char in str(path) if char.isspace() or char in _UNFIT})
        if bad:
            raise Problem(
                f"Nothing can be built with the {what} in {path}.",
                f"its path has {' and '.join(map(repr, bad))} in it, which make and shells do not "
                "take as a part of a name.",
                f"{other}, then run the same command again.",
                2,
            )


def _unfinished(final: Path) -> Path:
    """The folder where `final` is made. Its name is known before, for the clean-up by Ctrl-C."""
    return final.parent / f"{_UNFINISHED}{final.name}-{os.getpid()}"


@contextlib.contextmanager
def whole_directory(final: Path) -> Iterator[Path]:
    """Gives an empty folder to fill; it becomes `final` only if the block ends without exception.

    So an existing folder is complete. sweep() removes what an interrupted run (a kill, a power
    cut) has left.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    work = _unfinished(final)
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        yield work
        work.chmod(0o755)
        work.rename(final)
    finally:
        # After the rename there is nothing to remove. After a kill, a child that still runs may
        # write here, so one pass may not be enough.
        for _ in range(50):
            shutil.rmtree(work, ignore_errors=True)
            if not work.exists():
                break
            time.sleep(0.02)


@contextlib.contextmanager
def whole_file(final: Path) -> Iterator[Path]:
    """Gives the path of a file to write; it becomes `final` only if the block ends well."""
    final.parent.mkdir(parents=True, exist_ok=True)
    work = _unfinished(final)
    try:
        work.unlink(missing_ok=True)
        work.touch(mode=0o600)
        yield work
        work.chmod(0o644)
        work.replace(final)
    finally:
        work.unlink(missing_ok=True)


def sweep(parent: Path) -> int:
    """Removes what interrupted runs left in `parent`; call it only while holding the lock."""
    swept = 0
    for left in parent.glob(f"{_UNFINISHED}*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
        swept += 1
    return swept


def _holder(lock: Path) -> str:
    try:
        return lock.read_text(encoding="ascii").strip() or "unknown"
    except (OSError, UnicodeDecodeError):
        return "unknown"


@contextlib.contextmanager
def locked(
    name: str,
    folder: Path,
    waiting: Callable[[str], None] = lambda text: None,
    wait_s: float = LOCK_WAIT_S,
) -> Iterator[None]:
    """Holds the lock `name` of `folder`, so that two cw at once do not make the same thing.

    It is the kernel's lock on an open file. It ends with the process that holds it, in whatever
    way that process ends, so a file of a dead process does no harm.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".{name}.lock"
    deadline = time.monotonic() + wait_s
    told = False
    with open(path, "a+", encoding="ascii") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                pid = _holder(path)
                if time.monotonic() >= deadline:
                    raise Problem(
                        f"Another cw (process {pid}) has been busy with '{name}' for too long.",
                        f"it holds {path}, and this one waited {wait_s:.0f} s for it.",
                        f"look at it with: ps -fp {pid}; end it, then run this command again.",
                    ) from None
            if not told:
                waiting(f"waiting for another cw (process {pid}), which is busy with '{name}'")
                told = True
            time.sleep(0.1)
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _is_at(file: TextIO, path: Path) -> bool:
    """Whether `path` is still the name of the open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def use(folder: Path) -> None:
    """Marks `folder` as in use until this process ends: `cw clean` does not remove it then."""
    while folder not in _in_use:
        folder.mkdir(parents=True, exist_ok=True)
        file = open(folder / _USED, "a+", encoding="ascii")
        fcntl.flock(file, fcntl.LOCK_SH)  # it waits for a removal in progress
        if not _is_at(file, folder / _USED):
            file.close()
            continue
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        _in_use[folder] = file


def remove_unused(folder: Path) -> bool:
    """Removes `folder` and all in it; False if it is not there. Raises Problem if it is in use."""
    if not folder.is_dir():
        return False
    with open(folder / _USED, "a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(
                f"{folder} was not removed.",
                f"another cw (process {_holder(folder / _USED)}) is using it.",
                "wait for its end, or end it with Ctrl-C; then run this command again.",
            ) from None
        shutil.rmtree(folder)
    return True
