# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A test is written whole or not at all, and never over another file."""

import os
import subprocess
import sys

import pytest
from lab.recording import command, save
from lab.recording.saving import FOLDER

from setup.problem import Problem


def test_it_is_written_and_found_by_its_name(tmp_path):
    path = save("def test_x(): pass  # é\n", "ap_off", tmp_path)
    assert path == tmp_path / "pytest_recorded_ap_off.py"
    assert path.read_text(encoding="utf-8") == "def test_x(): pass  # é\n"
    assert os.listdir(tmp_path) == [path.name]
    save("def test_ap(): pass\n", "ap", tmp_path)
    words = command("ap").split()
    assert words[:5] == ["./tools/cw", "test", "--only", "system", "-k"]
    chosen = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-o",
              "python_files=pytest_*.py", "--co", "-q", "-k", words[5], str(tmp_path)]  # fmt: skip
    done = subprocess.run(chosen, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "1/2 tests collected" in done.stdout and "test_ap" in done.stdout, done.stdout


def test_tests_go_to_the_system_tests():
    assert (FOLDER / "conftest.py").is_file() and FOLDER.parts[-2:] == ("tests", "system")


@pytest.mark.parametrize("what", ["file", "folder", "link"])
def test_what_is_there_stays(tmp_path, what):
    final = tmp_path / "pytest_recorded_x.py"
    if what == "file":
        final.write_text("mine")
    elif what == "folder":
        final.mkdir()
    else:
        final.symlink_to("/nonexistent")
    with pytest.raises(Problem, match="There is a pytest_recorded_x.py already") as refused:
        save("text", "x", tmp_path)
    assert "another name" in refused.value.next_step
    assert os.listdir(tmp_path) == [final.name]
    assert what != "file" or final.read_text() == "mine"


@pytest.mark.parametrize("name", ["", "../x", "x/y", "X", "x" * 41, "x.py", "x\0"])
def test_a_name_that_is_none_writes_nothing(tmp_path, name):
    with pytest.raises(Problem, match="is no name for a test"):
        save("text", name, tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(Problem) as refused:
        save("text", "x", tmp_path / "no")
    assert refused.value.next_step


def test_a_disk_that_is_full_leaves_nothing(tmp_path, monkeypatch):
    def link(*_):
        raise OSError(28, "No space left on device", str(tmp_path))

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(Problem, match="No space left"):
        save("text", "x", tmp_path)
    assert os.listdir(tmp_path) == []
