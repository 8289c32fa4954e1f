# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""tools/sources.lock: the upstream sources with their versions and hashes."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from setup.problem import Problem

NAMES = ("micropython", "lwip", "mbedtls")
# What reading a lock file raises if it is not there, is no TOML, or lacks something.
MALFORMED = (OSError, ValueError, KeyError, TypeError)


@dataclass(frozen=True)
class LockedFile:
    """A file of a Debian source package and its SHA-256 in hexadecimal."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Pin:
    """A tag of a git repository, and the commit that it must name."""

    name: str
    url: str
    tag: str
    commit: str

    @property
    def version(self) -> tuple[int, ...]:
        """The tag's numbers: (5, 5, 1) of v5.5.1."""
        return tuple(int(part) for part in re.findall(r"\d+", self.tag))


@dataclass(frozen=True)
class Repository:
    """A source of the chips' firmware: the default tag, and other tags that can be chosen."""

    name: str
    url: str
    tag: str
    commits: dict[str, str]

    def pin(self, tag: str | None = None) -> Pin:
        """The pin of `tag`, or of the tag that is built by default. Raises Problem."""
        tag = tag or self.tag
        if tag not in self.commits:
            raise Problem(
                f"There is no pinned {self.name} {tag}.",
                f"tools/sources.lock has: {', '.join(self.commits)}.",
                "take one of these, or name a checkout with MICROPYTHON_DIR= and IDF_PATH=.",
                2,
            )
        return Pin(self.name, self.url, tag, self.commits[tag])


@dataclass(frozen=True)
class Source:
    """One upstream source as it is pinned. `package`: Debian's name of its source package."""

    name: str
    version: str
    debian_version: str
    patched: bool
    files: tuple[LockedFile, ...]
    git_url: str
    git_tag: str
    git_commit: str
    package: str

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that change with any of the files."""
        joined = "".join(file.sha256 for file in self.files)
        return hashlib.sha256(joined.encode()).hexdigest()[:8]

    @property
    def pin(self) -> Pin:
        """Where git has it."""
        return Pin(self.name, self.git_url, self.git_tag, self.git_commit)


@dataclass(frozen=True)
class Lock:
    """The whole file. `library`: micropython-lib."""

    suite: str
    sources: tuple[Source, ...]
    library: Source | None
    micropython: Repository
    esp_idf: Repository


def _repository(name: str, table: dict) -> Repository:
    commits = dict(table["commits"])
    for tag, commit in commits.items():
        if not re.fullmatch(r"v\d+(\.\d+)+", tag) or not re.fullmatch("[0-9a-f]{40}", commit):
            raise ValueError(f"{name} {tag}: not the tag of a version with a commit id")
    if table["tag"] not in commits:
        raise ValueError(f"{name} {table['tag']}: without its commit id")
    return Repository(name, table["url"], table["tag"], commits)


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
        package=table.get("package", name),
    )


def unusable(path: Path, error: Exception) -> Problem:
    """The problem of a lock file that cannot be read, or in which something is missing."""
    return Problem(
        f"{path} cannot be used.",
        f"{type(error).__name__}: {error}",
        f"restore it: git checkout -- {path.name} (in {path.parent})",
    )


def read_lock(path: Path) -> Lock:
    """Reads and checks the lock file. Raises Problem."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        chips = (_repository(n, table["chips"][n]) for n in ("micropython", "esp-idf"))
        library = _source("micropython-lib", table["micropython-lib"])
        sources = tuple(_source(n, table[n]) for n in NAMES)
        return Lock(table["debian"]["suite"], sources, library, *chips)
    except MALFORMED as error:
        raise unusable(path, error) from error


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(path: Path, expected: LockedFile) -> None:
    """Raises Problem with both hashes if a file is not the pinned one."""
    actual = sha256_of(path)
    if actual != expected.sha256:
        raise Problem(
            f"{path} is not the pinned file; it is not used.",
            f"its SHA-256 is {actual}, tools/sources.lock says {expected.sha256}.",
            f"delete it (rm '{path}') and run the same command again; if it comes back so, "
            "the download is being altered on its way.",
        )
