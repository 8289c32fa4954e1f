# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The other programs of the bench: pinned, fetched once, checked."""

import dataclasses
import subprocess

import pytest
from cw_sources import git_repository

from setup import paths
from setup.contenders import Contender, ensure_contender, read_contenders
from setup.lock import sha256_of
from setup.problem import Problem


@pytest.fixture
def contender(tmp_path, monkeypatch):
    """A pinned file of a repository on this disk."""
    monkeypatch.setenv("CONNECTWITH_CACHE", str(tmp_path / "cache"))
    repository = tmp_path / "repository"
    commit = git_repository(repository, "v1")
    # The pin is not the newest commit.
    (repository / "py" / "mpconfig.h").write_text("newer\n")
    git = ["git", "-C", str(repository), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "commit", "-qam", "two"], check=True)
    file = tmp_path / "as-pinned"
    file.write_text("from git\n")
    url = f"file://{repository}"
    return Contender("tiny", url, commit, "py/mpconfig.h", sha256_of(file), "tiny")


def test_fetched_at_the_pinned_commit_and_kept(contender):
    file = ensure_contender(contender)
    assert file.read_text() == "from git\n"
    gone = dataclasses.replace(contender, url="file:///nowhere")
    assert ensure_contender(gone) == file


def test_another_content_is_refused_each_time(contender):
    other = dataclasses.replace(contender, sha256="0" * 64)
    with pytest.raises(Problem, match="not the pinned file"):
        ensure_contender(other)
    ensure_contender(contender).write_text("changed later\n")
    with pytest.raises(Problem, match="not the pinned file"):
        ensure_contender(contender)


@pytest.mark.parametrize("change", [{"url": "file:///nowhere"}, {"commit": "0" * 40},
                                    {"path": "not/there"}])  # fmt: skip
def test_what_cannot_be_had_is_a_problem_and_leaves_nothing(contender, change):
    with pytest.raises(Problem, match="tiny cannot be fetched"):
        ensure_contender(dataclasses.replace(contender, **change))
    left = [entry.name for entry in (paths.cache() / "src").iterdir()]
    assert [name for name in left if name.startswith("tiny")] == []


def test_the_lock_file_of_the_project_is_whole():
    found = read_contenders(paths.LOCK_FILE)
    assert sorted(found) == ["mqtt_as", "umqtt_simple"]
    for contender in found.values():
        assert contender.url.startswith("https://") and int(contender.commit, 16)
        assert int(contender.sha256, 16) and contender.path.endswith(".py")


@pytest.mark.parametrize(
    "change", [("commit = \"", "commit = \"0"), ("path = \"", "path = \"../"),
               ("target", "purpose"), ("[contenders", "[others")],
)  # fmt: skip
def test_a_damaged_lock_file_is_a_problem(tmp_path, change):
    text = paths.LOCK_FILE.read_text()
    begin = text.index("[contenders")
    (tmp_path / "sources.lock").write_text(text[:begin] + text[begin:].replace(*change))
    with pytest.raises(Problem, match="cannot be used"):
        read_contenders(tmp_path / "sources.lock")
