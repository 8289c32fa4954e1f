# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Small source packages for the tests of the set-up, and an archive that serves them."""

import subprocess
import tarfile
from pathlib import Path

from setup.lock import Lock, LockedFile, Repository, Source, sha256_of
from setup.problem import Problem

PATCH = """\
--- a/src/file.c
+++ b/src/file.c
@@ -1 +1 @@
-int old;
+int patched;
"""


class Shelf:
    """A stand-in for Debian's archive: gives its files, and fails like apt."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fetched: list[str] = []

    def fetch(self, name: str, version: str, tar_only: bool, into: Path) -> None:
        self.fetched.append(name)
        files = list(self.folder.glob(f"{name}_*"))
        if not files:
            raise Problem(f"Debian no longer has {name} {version}.", "gone.", "git is tried.")
        for file in files:
            (into / file.name).write_bytes(file.read_bytes())


def pack(shelf: Path, archive: str, top: str, files: dict[str, str]) -> LockedFile:
    """Packs files below one folder into an archive on the shelf."""
    tree = shelf / "making" / top
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    with tarfile.open(shelf / archive, "w:xz") as tar:
        tar.add(tree, arcname=top)
    return LockedFile(archive, sha256_of(shelf / archive))


def git_repository(folder: Path, tag: str) -> str:
    """A repository with one tagged commit; the commit's id."""
    folder.mkdir(parents=True)
    (folder / "py").mkdir()
    (folder / "py" / "mpconfig.h").write_text("from git\n")
    (folder / "lib" / "uzlib").mkdir(parents=True)
    (folder / "lib" / "uzlib" / "a.c").write_text("a\n")
    git = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"], ["tag", tag]):
        subprocess.run([*git, *command], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def make_lock(shelf: Path, git_url: str = "file:///nowhere", commit: str = "0" * 40) -> Lock:
    """Packs three tiny sources onto `shelf`; the lock that fits them."""

    def source(name: str, patched: bool, *files: LockedFile) -> Source:
        return Source(name, "1.0", "1.0-1", patched, files, git_url, "v1.0", commit, name)

    micropython = pack(
        shelf,
        "micropython_1.0.orig.tar.xz",
        "micropython-1.0",
        {"py/mpconfig.h": "pinned\n", "lib/uzlib/a.c": "a\n", "mpy-cross/Makefile": "all:\n"},
    )
    lwip = pack(shelf, "lwip_1.0.orig.tar.xz", "lwip-1.0", {"src/file.c": "int old;\n"})
    packaging = {"patches/series": "# first\nfix.patch\n", "patches/fix.patch": PATCH}
    lwip_patches = pack(shelf, "lwip_1.0-1.debian.tar.xz", "debian", packaging)
    mbedtls = pack(shelf, "mbedtls_1.0.orig.tar.xz", "mbedtls-1.0", {"library/aes.c": "int a;\n"})
    return Lock(
        "trixie",
        (
            source("micropython", False, micropython),
            source("lwip", True, lwip, lwip_patches),
            source("mbedtls", False, mbedtls),
        ),
        None,
        Repository("micropython", git_url, "v1.28.0", {"v1.28.0": commit, "v1.25.0": commit}),
        Repository("esp-idf", "file:///nowhere", "v5.5.1", {"v5.5.1": "0" * 40}),
    )
