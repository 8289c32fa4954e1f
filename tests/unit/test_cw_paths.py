# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Files and folders that appear complete or not at all, locks, and errors of the system."""

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from setup import paths
from setup.problem import Problem, from_oserror

HOLDER = """
import sys, time
sys.path.insert(0, {tools!r})
from pathlib import Path
from setup import paths
with paths.locked("x", Path({folder!r})):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock "x" of tmp_path."""
    code = HOLDER.format(tools=str(paths.ROOT / "tools"), folder=str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_folder_appears_whole(tmp_path):
    with paths.whole_directory(tmp_path / "a" / "final") as work:
        (work / "file").write_text("x")
        assert not (tmp_path / "a" / "final").exists()
    assert (tmp_path / "a" / "final" / "file").read_text() == "x"
    assert os.listdir(tmp_path / "a") == ["final"]


def test_folder_does_not_appear_after_an_exception(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        with paths.whole_directory(tmp_path / "final") as work:
            (work / "file").write_text("x")
            raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


def test_file_replaces_the_old_one_only_when_whole(tmp_path):
    final = tmp_path / "final"
    final.write_text("old")
    with pytest.raises(OSError):
        with paths.whole_file(final) as work:
            work.write_text("ne")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert final.read_text() == "old" and os.listdir(tmp_path) == ["final"]
    with paths.whole_file(final) as work:
        work.write_text("new")
    assert final.read_text() == "new"


USER = """
import sys, time
sys.path.insert(0, {tools!r})
from pathlib import Path
from setup import paths
paths.use(Path({folder!r}))
print("used", flush=True)
time.sleep(60)
"""


def test_folder_in_use_is_not_removed(tmp_path):
    folder = tmp_path / "build"
    code = USER.format(tools=str(paths.ROOT / "tools"), folder=str(folder))
    users = []
    for _ in range(2):  # two may use it at once
        users.append(subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE))
        assert users[-1].stdout.readline() == b"used\n"
    (folder / "netsim").write_text("a program that runs")
    for user in users:
        with pytest.raises(Problem, match="was not removed") as caught:
            paths.remove_unused(folder)
        assert str(users[-1].pid) in caught.value.why and (folder / "netsim").exists()
        user.kill()
        user.wait()
        user.stdout.close()
    assert paths.remove_unused(folder) and not folder.exists()
    assert not paths.remove_unused(folder)


def test_folder_that_is_removed_in_between_is_made_again_and_used(tmp_path, monkeypatch):
    folder = tmp_path / "build"
    asked = []

    def flock(file, how):
        if not asked:
            asked.append(how)
            shutil.rmtree(folder)

    monkeypatch.setattr(paths.fcntl, "flock", flock)
    paths.use(folder)
    assert os.listdir(folder) == [".used.lock"] and asked == [fcntl.LOCK_SH]


@pytest.mark.parametrize("place", ["ROOT", "CONNECTWITH_CACHE", "HOME"])
@pytest.mark.parametrize(
    ("name", "unfit"),
    [("my projects", " "), ("a\tb", "\t"), ("c$HOME", "$"), ("d(1)", "()"), ("it's", "'")],
)
def test_path_that_make_cannot_take_is_told_at_once(monkeypatch, place, name, unfit):
    monkeypatch.delenv("CONNECTWITH_CACHE", raising=False)
    if place == "ROOT":
        monkeypatch.setattr(paths, "ROOT", Path("/home/me") / name / "connectwith")
    else:
        monkeypatch.setenv(place, f"/home/{name}")
    with pytest.raises(Problem) as caught:
        paths.check_makeable()
    assert name in caught.value.what
    assert all(repr(character) in caught.value.why for character in unfit)
    if place != "ROOT":
        assert "CONNECTWITH_CACHE=" in caught.value.next_step


def test_path_that_make_can_take(monkeypatch):
    monkeypatch.setattr(paths, "ROOT", Path("/home/m\u00fcller/a-b_c.d+e,f=g@h/connectwith"))
    monkeypatch.setenv("CONNECTWITH_CACHE", "/tmp/cache")
    paths.check_makeable()


def test_sweep_takes_the_unfinished_only(tmp_path):
    (tmp_path / ".unfinished-a-1").mkdir()
    (tmp_path / ".unfinished-b-2").write_text("half")
    (tmp_path / "c").mkdir()
    assert paths.sweep(tmp_path) == 2
    assert os.listdir(tmp_path) == ["c"]


def test_lock_file_of_a_dead_process_is_not_in_the_way(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / ".x.lock").read_text().strip() == str(holder.pid)
    said = []
    began = time.monotonic()
    with paths.locked("x", tmp_path, said.append, wait_s=5):
        assert (tmp_path / ".x.lock").read_text().strip() == str(os.getpid())
    assert said == [] and time.monotonic() - began < 2


def test_lock_of_a_living_process_is_waited_for_and_named(tmp_path, holder):
    said = []
    with pytest.raises(Problem) as caught:
        with paths.locked("x", tmp_path, said.append, wait_s=0.3):
            pytest.fail("two hold the lock")
    assert str(holder.pid) in caught.value.what and str(holder.pid) in caught.value.next_step
    assert len(said) == 1 and str(holder.pid) in said[0]


def test_locks_of_different_names_do_not_meet(tmp_path, holder):
    with paths.locked("y", tmp_path, wait_s=0.3):
        pass


@pytest.mark.parametrize(
    ("number", "what", "next_step"),
    [
        (errno.ENOSPC, "No space left on the disk", "CONNECTWITH_CACHE"),
        (errno.EDQUOT, "No space left on the disk", "CONNECTWITH_CACHE"),
        (errno.EACCES, "May not use", "readable and writable"),
        (errno.EROFS, "May not write", "writable"),
        (errno.EIO, "/a/file: Input/output error", "--debug"),
    ],
)
def test_errors_of_the_system_in_three_lines(number, what, next_step):
    problem = from_oserror(OSError(number, os.strerror(number), "/a/file"))
    assert what in problem.what and "/a/file" in problem.what
    assert next_step in problem.next_step
    lines = str(problem).splitlines()
    assert [line.split(":")[0].strip() for line in lines] == ["cw", "why", "next"]


def test_cache_is_where_the_user_says(monkeypatch, tmp_path):
    monkeypatch.setenv("CONNECTWITH_CACHE", str(tmp_path))
    assert paths.cache() == tmp_path
    monkeypatch.delenv("CONNECTWITH_CACHE")
    monkeypatch.setenv("HOME", "/somewhere")
    assert str(paths.cache()) == "/somewhere/.cache/connectwith"
