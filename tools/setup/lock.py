# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""tools/sources.lock: which upstream sources, which versions, which hashes."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from setup.problem import Problem

NAMES = ("micropython", "lwip", "mbedtls")


@dataclass(frozen=True)
class LockedFile:
    """A file of a Debian source package and its SHA-256 in hexadecimal."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Source:
    """One upstream source as it is pinned."""

    name: str
    version: str
    debian_version: str
    patched: bool
    files: tuple[LockedFile, ...]
    git_url: str
    git_tag: str
    git_commit: str

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that change with any of the files."""
        joined = "".join(file.sha256 for file in self.files)
        return hashlib.sha256(joined.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Lock:
    """The whole file."""

    suite: str
    sources: tuple[Source, ...]


def _source(name: str, table: dict) -> Source:
    files = tuple(LockedFile(f["name"], f["sha256"]) for f in table["files"])
    for file in files:
        if "/" in file.name or len(file.sha256) != 64:
            raise ValueError(f"{file.name}: not a plain name with a SHA-256")
    git = table["git"]
    return Source(
        name=name,
        version=table["version"],
        debian_version=table["debian_version"],
        patched=table["patched"],
        files=files,
        git_url=git["url"],
        git_tag=git["tag"],
        git_commit=git["commit"],
    )


def read_lock(path: Path) -> Lock:
    """Reads and checks the lock file. Raises Problem."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return Lock(table["debian"]["suite"], tuple(_source(n, table[n]) for n in NAMES))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem(
            f"{path} cannot be used.",
            f"{type(error).__name__}: {error}",
            f"restore it: git checkout -- {path.name} (in {path.parent})",
        ) from error


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(path: Path, expected: LockedFile) -> None:
    """Refuses a file that is not the pinned one. Raises Problem naming both hashes."""
    actual = sha256_of(path)
    if actual != expected.sha256:
        raise Problem(
            f"{path} is not the pinned file; it is not used.",
            f"its SHA-256 is {actual}, tools/sources.lock says {expected.sha256}.",
            f"delete it (rm '{path}') and run the same command again; if it comes back so, "
            "the download is being altered on its way.",
        )
