# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The other programs of the bench: single files of other repositories, pinned and checked."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from setup import paths
from setup.lock import MALFORMED, LockedFile, check, unusable
from setup.problem import Problem
from setup.shell import run_logged
from setup.sources import NO_PROMPT

_FETCH_S = 120.0


@dataclass(frozen=True)
class Contender:
    """A file `path` of the repository `url` at `commit`; `target` is its name on the board,
    without a suffix."""

    name: str
    url: str
    commit: str
    path: str
    sha256: str
    target: str


def read_contenders(lock_file: Path) -> dict[str, Contender]:
    """The contenders of the lock file, by name. Raises Problem."""
    try:
        tables = tomllib.loads(lock_file.read_text(encoding="utf-8"))["contenders"]
        found = {name: Contender(name, **table) for name, table in tables.items()}
        for contender in found.values():
            if len(contender.commit) != 40 or len(contender.sha256) != 64:
                raise ValueError(f"{contender.name}: no whole commit id or SHA-256")
            if ".." in Path(contender.path).parts or Path(contender.path).is_absolute():
                raise ValueError(f"{contender.name}: {contender.path} leads out of its repository")
    except MALFORMED as error:
        raise unusable(lock_file, error) from error
    return found


def _git(folder: Path, arguments: list[str], log: Path) -> bool:
    command = ["git", "-C", str(folder), *arguments]
    return run_logged(command, log, env=NO_PROMPT, timeout_s=_FETCH_S) == 0


def _fetch(contender: Contender, work: Path, log: Path) -> None:
    steps = (
        ["init", "-q"],
        # An end-of-line conversion would change the hash.
        ["config", "core.autocrlf", "false"],
        ["fetch", "-q", "--depth", "1", contender.url, contender.commit],
        ["checkout", "-q", contender.commit, "--", contender.path],
    )
    for step in steps:
        if not _git(work, step, log):
            raise Problem(
                f"{contender.name} cannot be fetched.",
                f"git {step[0]} failed for {contender.url}.",
                f"read {log}; connect to a network, then run the same command again.",
            )


def ensure_contender(contender: Contender) -> Path:
    """The contender's file in the cache; fetches it if it is missing. Raises Problem."""
    final = paths.cache() / "src" / f"{contender.name}-{contender.commit[:8]}"
    log = paths.cache() / "logs" / "contenders.log"
    with paths.locked("sources", paths.cache()):
        if not final.is_dir():
            log.unlink(missing_ok=True)
            with paths.whole_directory(final) as work:
                _fetch(contender, work, log)
                check(work / contender.path, LockedFile(contender.name, contender.sha256))
        file = final / contender.path
        check(file, LockedFile(contender.name, contender.sha256))
        return file
