# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The newest MicroPython: by git, by Debian, or a reason; never one that is not supported."""

import dataclasses

import pytest
from cw_sources import Shelf, git_repository, make_lock, pack

from setup import debian, newest
from setup.lock import Repository


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Debian's archive, empty, and an empty cache."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("CONNECTWITH_CACHE", str(tmp_path / "cache"))
    shelf = Shelf(folder)
    monkeypatch.setattr(debian, "SourceArchive", lambda *_: shelf)
    return shelf


def pinned(shelf, url="file:///nowhere", commit="0" * 40):
    repository = Repository("micropython", url, "v1.28.0", {"v1.28.0": commit})
    lock = dataclasses.replace(make_lock(shelf.folder, url, commit), micropython=repository)
    for file in shelf.folder.glob("micropython_*"):
        file.unlink()
    return lock


def put(shelf, version):
    pack(shelf.folder, f"micropython_{version}+ds.orig.tar.xz", "m", {"py/mpconfig.h": version})


def test_what_debian_has_when_there_is_no_git(shelf):
    lock = pinned(shelf)
    put(shelf, "1.26.1")
    tree, reason = newest.ensure(lock)
    assert (tree / "py/mpconfig.h").read_text() == "1.26.1" and reason == ""
    shelf.fetched.clear()
    assert newest.ensure(lock) == (tree, "") and shelf.fetched == []


@pytest.mark.parametrize("version", ["1.30.0", "1.0.0"])
def test_a_version_that_is_not_supported_is_a_reason(shelf, monkeypatch, version):
    lock = pinned(shelf)
    object.__setattr__(lock.sources[0], "version", "1.25.0")
    put(shelf, version)
    tree, reason = newest.ensure(lock)
    assert tree is None and f"Debian sid has MicroPython {version}" in reason


def test_nothing_to_be_had_is_a_reason(shelf):
    tree, reason = newest.ensure(pinned(shelf))
    assert tree is None and "Debian no longer has micropython" in reason


def test_git_comes_first(shelf, tmp_path):
    commit = git_repository(tmp_path / "repository", "v1.28.0")
    lock = pinned(shelf, f"file://{tmp_path / 'repository'}", commit)
    put(shelf, "1.26.1")
    tree, _ = newest.ensure(lock)
    assert tree.name == "micropython-1.28.0-newest" and shelf.fetched == []


def test_a_tag_that_is_another_commit_is_not_used(shelf, tmp_path):
    git_repository(tmp_path / "repository", "v1.28.0")
    tree, reason = newest.ensure(pinned(shelf, f"file://{tmp_path / 'repository'}"))
    assert tree is None and "not the pinned commit" in reason


def test_no_security_archive_is_asked_for_sid(tmp_path):
    archives = {
        "main": debian.Archive("http://deb.example/debian", "trixie", ""),
        "security": debian.Archive("http://sec.example/debian", "trixie-security", ""),
    }
    for suite, count in (("sid", 1), ("trixie", 2)):
        debian.write_configuration(tmp_path / suite, archives, suite)
        text = (tmp_path / suite / "etc/parts/debian.sources").read_text()
        assert text.count("URIs:") == count
