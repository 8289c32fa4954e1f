# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What is said when a disk is full, and the program that failed could not say it."""

import errno
import shutil
import sys
from types import SimpleNamespace

import pytest
from bench.child import Child

from setup import venv


def test_a_program_of_the_bench_without_room_for_its_log(tmp_path, monkeypatch):
    guard = SimpleNamespace(watch=lambda _: None)
    child = Child([sys.executable, "-c", "import sys; sys.exit(1)"], tmp_path / "log", guard)
    child.wait(30)
    assert "no space" not in str(child.failure("no console"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))
    said = str(child.failure("no console"))
    child.stop()
    assert "no console (ended with code 1)" in said
    assert f"no space is left on the disk of {tmp_path}" in said and "TMPDIR" in said


def test_a_virtual_environment_without_room(tmp_path, monkeypatch):
    monkeypatch.setattr(venv, "run_logged", lambda *_, **__: 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))
    with pytest.raises(OSError) as caught:
        venv.build(tmp_path / "venv", tmp_path / "requirements.txt", tmp_path / "log")
    assert caught.value.errno == errno.ENOSPC
