# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The newest supported MicroPython, which the tests compile against beside the pinned one.

It comes by git, at the tag that chips are built from. If git cannot reach it, the version of
Debian's unstable suite is taken. apt checks the archive's signature; the version depends on the
day. If both fail, the tests are skipped with the reason.
"""

import dataclasses
import re
import tempfile
from pathlib import Path

from setup import debian, paths, sources
from setup.lock import Lock, LockedFile, Pin, Source, sha256_of
from setup.problem import Problem

SUITE = "sid"
_ARCHIVE = re.compile(r"micropython_(\d+)\.(\d+)\.(\d+)\D.*orig\.tar\.\w+$")


def _folder(version: tuple[int, ...]) -> Path:
    return paths.cache() / "src" / f"micropython-{_text(version)}-newest"


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _in_cache() -> Path | None:
    found = (paths.cache() / "src").glob("micropython-*.*.*-newest")
    return max(found, key=lambda path: _numbers(path.name.split("-")[1]), default=None)


def _by_git(pin: Pin, log: Path) -> Path | None:
    """A clone at the tag; None when the repository cannot be reached. Raises Problem."""
    if not sources.answers(pin):
        return None
    sources.clone(pin, _folder(pin.version), log)
    return _folder(pin.version)


def _by_apt(pinned: Source, most: tuple[int, ...], log: Path) -> Path:
    """Debian's version, if it is newer than `pinned` and at most `most`. Raises Problem."""
    archives = paths.cache() / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unfinished-newest-", dir=archives) as name:
        work = Path(name)
        into = work / "files"
        into.mkdir()
        debian.SourceArchive(work, SUITE, log).fetch(pinned.name, "", True, into)
        found = [(m, p) for p in into.iterdir() if (m := _ARCHIVE.match(p.name))]
        if len(found) != 1:
            raise Problem(f"Debian {SUITE} gave no archive of MicroPython.", "", "")
        match, file = found[0]
        version = tuple(int(part) for part in match.groups())
        if not _numbers(pinned.version) < version <= most:
            raise Problem(
                f"Debian {SUITE} has MicroPython {_text(version)}.",
                f"supported are {pinned.version} to {_text(most)}.",
                "",
            )
        file = file.replace(archives / file.name)
    source = dataclasses.replace(
        pinned, version=_text(version), patched=False,
        files=(LockedFile(file.name, sha256_of(file)),),
    )  # fmt: skip
    sources.unpack(source, _folder(version), log)
    return _folder(version)


def ensure(lock: Lock) -> tuple[Path | None, str]:
    """The tree, or None and the reason."""
    pinned = lock.sources[0]
    pin = lock.micropython.pin()
    log = paths.cache() / "logs" / "newest.log"
    with paths.locked("sources", paths.cache(), print):
        ready = _in_cache()
        if ready is not None:
            return ready, ""
        try:
            return _by_git(pin, log) or _by_apt(pinned, pin.version, log), ""
        except (Problem, OSError) as error:
            why = error.what if isinstance(error, Problem) else str(error)
            return None, f"no MicroPython newer than {pinned.version}: {why}"
