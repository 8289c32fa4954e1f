# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""micropython-lib in the tree: all of it, Debian's part, or none; never what is not pinned."""

import dataclasses
import io

import pytest
from cw_sources import Shelf, git_repository, make_lock, pack

from setup import debian, sources
from setup.lock import Source
from setup.problem import Problem
from setup.report import Report

_PATCH = """\
--- /dev/null
+++ b/lib/micropython-lib/micropython/requests/manifest.py
@@ -0,0 +1 @@
+metadata()
"""
_FILE = "lib/micropython-lib/micropython/requests/manifest.py"


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Debian's archive with the tiny sources, an empty cache, and no MICROPYTHON_DIR."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("CONNECTWITH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MICROPYTHON_DIR", raising=False)
    shelf = Shelf(folder)
    monkeypatch.setattr(debian, "SourceArchive", lambda *_: shelf)
    return shelf


@pytest.fixture
def report():
    return Report(io.StringIO())


def lock_with(shelf, url="file:///nowhere", commit="0" * 40, patch=_PATCH):
    """The lock of the tiny sources with a micropython-lib; Debian has it if `patch`."""
    lock = make_lock(shelf.folder)
    packed = pack(shelf.folder, "micropython_1.0-1.debian.tar.xz", "debian",
                  {"patches/mip.patch": patch})  # fmt: skip
    if not patch:
        (shelf.folder / packed.name).unlink()
    library = Source("micropython-lib", "1.0", "1.0-1", True, (packed,), url, "v1.0", commit,
                     "micropython")  # fmt: skip
    return dataclasses.replace(lock, library=library)


def test_git_comes_first(shelf, report, tmp_path):
    commit = git_repository(tmp_path / "repository", "v1.0")
    lock = lock_with(shelf, f"file://{tmp_path / 'repository'}", commit)
    tree = sources.ensure(report, lock=lock)
    assert (tree.path / "lib/micropython-lib/py/mpconfig.h").read_text() == "from git\n"
    assert sources.ensure(report, lock=lock) == tree


def test_what_debian_has_when_there_is_no_git(shelf, report, tmp_path):
    lock = lock_with(shelf)
    tree = sources.ensure(report, lock=lock)
    assert (tree.path / _FILE).read_text() == "metadata()\n"
    assert (tree.path / "lib/micropython-lib/README.md").exists()
    assert "cannot be reached" in report.stream.getvalue()
    shelf.fetched.clear()
    assert sources.ensure(report, lock=lock) == tree and shelf.fetched == []
    assert not [p for p in (tmp_path / "cache").rglob("*") if ".unfinished-" in str(p)]


def test_a_tree_without_it_when_nobody_has_it(shelf, report):
    lock = lock_with(shelf, patch="")
    tree = sources.ensure(report, lock=lock)
    assert not (tree.path / "lib/micropython-lib").exists()
    assert (tree.path / "lib/lwip").exists()
    assert "did not give micropython_1.0-1.debian.tar.xz" in report.stream.getvalue()
    shelf.fetched.clear()
    quiet = Report(io.StringIO())
    assert sources.ensure(quiet, lock=lock) == tree
    assert shelf.fetched == [] and quiet.stream.getvalue() == ""


def test_a_tag_that_is_another_commit_is_refused(shelf, report, tmp_path):
    git_repository(tmp_path / "repository", "v1.0")
    with pytest.raises(Problem, match="not the pinned commit"):
        sources.ensure(report, lock=lock_with(shelf, f"file://{tmp_path / 'repository'}"))


def test_another_file_than_the_pinned_one_is_refused(shelf, report):
    lock = lock_with(shelf)
    (shelf.folder / lock.library.files[0].name).write_bytes(b"altered on its way")
    with pytest.raises(Problem, match="not the pinned file"):
        sources.ensure(report, lock=lock)


def test_a_checkout_with_the_submodule_keeps_its_own(shelf, report, tmp_path, monkeypatch):
    checkout = tmp_path / "checkout"
    for name in ("py/mpconfig.h", "lib/uzlib/a.c", "lib/micropython-lib/README.md"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("mine\n")
    monkeypatch.setenv("MICROPYTHON_DIR", str(checkout))
    lock = lock_with(shelf)
    tree = sources.ensure(report, lock=lock)
    assert (tree.path / "lib/micropython-lib/README.md").read_text() == "mine\n"
    (checkout / "lib/micropython-lib/README.md").unlink()
    tree = sources.ensure(report, lock=lock)
    assert (tree.path / _FILE).read_text() == "metadata()\n"
