# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""ESP-IDF fetched by cw, from a stand-in of its repository: complete or not at all."""

import io
import os
import subprocess
import sys
from dataclasses import replace

import idf_repository
import pytest
from cw_sources import make_lock
from idf_repository import SUBMODULES, TAG
from test_cw_build import BOARD, Bench, problem

from setup import esp32, idf, paths
from setup.lock import Repository
from setup.problem import Problem
from setup.report import Report

ESP32C3 = "ESP32_C3_QEMU"
# lib_esp32 is the ESP32's, lib_esp32c3_family that of C3 and S3.
OF_ESP32 = {SUBMODULES[0], *SUBMODULES[3:]}
OF_ESP32C3 = {SUBMODULES[1], *SUBMODULES[3:]}


@pytest.fixture(scope="module")
def espressif(tmp_path_factory):
    """Where the repository is, its address and its commit."""
    folder = tmp_path_factory.mktemp("espressif")
    return folder, *idf_repository.make(folder)


@pytest.fixture
def bench(tmp_path, monkeypatch, espressif):
    """No IDF_PATH, and a repository to clone."""
    bench = Bench(tmp_path)
    for name, value in (("BUILD", tmp_path / "build"), ("LOGS", tmp_path / "build" / "logs")):
        monkeypatch.setattr(paths, name, value)
    monkeypatch.setenv("CONNECTWITH_CACHE", str(tmp_path / "cache"))
    for name in ("IDF_PATH", "MICROPYTHON_DIR", "CI"):
        monkeypatch.delenv(name, raising=False)
    # git clones no submodule from a folder unless it is told to.
    for name, value in (("COUNT", "1"), ("KEY_0", "protocol.file.allow"), ("VALUE_0", "always")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    (tmp_path / "shelf").mkdir()
    lock = make_lock(tmp_path / "shelf", *bench.repository())
    bench.espressif, address, commit = espressif
    bench.lock = replace(lock, esp_idf=Repository("esp-idf", address, TAG, {TAG: commit}))
    monkeypatch.setattr(esp32, "read_lock", lambda path: bench.lock)
    bench.idf = tmp_path / "cache" / "esp-idf" / TAG
    bench.tools = tmp_path / "cache" / "espressif"
    bench.fault = bench.espressif / "fault"
    yield bench
    bench.fault.unlink(missing_ok=True)


def checked_out(bench):
    return {name for name in SUBMODULES if (bench.idf / name / "lib.a").is_file()}


def left_behind(bench):
    return list((bench.folder / "cache" / "esp-idf").glob(".unfinished-*"))


def test_from_nothing(bench):
    status, text = bench.run("build", "--board", BOARD, "--yes")
    assert status == 0
    assert "about" in text and "MB to fetch" in text and "estimates" in text
    assert "submodule 1 of 3: components/bt/controller/lib_esp32:" in text
    assert checked_out(bench) == OF_ESP32
    assert (bench.tools / "chips").read_text() == "esp32\n"
    assert bench.calls[-1] == [BOARD, "build"]
    assert not left_behind(bench)


def test_in_ci_nobody_is_asked(bench, monkeypatch):
    monkeypatch.setenv("CI", "true")
    assert bench.run("build", "--board", BOARD)[0] == 0


def test_nobody_to_ask(bench):
    said = problem(bench, "build", "--board", BOARD)
    assert "IDF_PATH is not set" in said.what and "MB" in said.why
    assert said.next_step.startswith(f"./tools/cw build --board {BOARD} --yes")
    assert not (bench.folder / "cache").exists()


@pytest.mark.parametrize("answer, fetched", [("y", True), ("", False), ("no", False)])
def test_on_a_terminal_it_asks(bench, monkeypatch, answer, fetched):
    asked = []
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr("sys.stdout", type("T", (io.StringIO,), {"isatty": lambda self: True})())
    monkeypatch.setattr("builtins.input", lambda text: asked.append(text) or answer)
    if fetched:
        assert bench.run("build", "--board", BOARD)[0] == 0
    else:
        assert "the answer was no" in problem(bench, "build", "--board", BOARD).why
    assert len(asked) == 1 and "MB" in asked[0]
    assert bench.idf.exists() == fetched


def test_a_second_board_reuses_it(bench):
    bench.run("build", "--board", BOARD, "--yes")
    (bench.idf / "mark").touch()
    status, text = bench.run("build", "--board", "ESP32_GENERIC_W5500_SIM7600")
    assert status == 0 and "[esp-idf" not in text, "the same chip: nothing is lacking"
    said = problem(bench, "build", "--board", ESP32C3)
    assert "for esp32c3: tools, " in said.why, "no clone is announced any more"
    status, text = bench.run("build", "--board", ESP32C3, "--yes")
    assert status == 0 and "git clone" not in text and (bench.idf / "mark").exists()
    assert "submodule 1 of 1: components/bt/controller/lib_esp32c3_family" in text
    assert checked_out(bench) == OF_ESP32 | OF_ESP32C3
    assert (bench.tools / "chips").read_text() == "esp32\nesp32c3\n"


def test_release_takes_all_chips(bench):
    assert bench.run("release", "--yes", "--unreleased")[0] == 0
    assert (bench.tools / "chips").read_text().split() == ["esp32", "esp32c3", "esp32s3"]


def test_a_chip_that_is_not_known_gets_all_controllers(bench):
    bench.run("build", "--board", BOARD, "--yes")
    assert set(idf.submodules(bench.idf, ["esp32c6"])) == set(SUBMODULES)
    assert set(idf.submodules(bench.idf, ["esp32", "esp32c3"])) == OF_ESP32 | OF_ESP32C3


def test_no_room(bench, monkeypatch):
    usage = type("Usage", (), {"free": 900 << 20})
    monkeypatch.setattr(idf.shutil, "disk_usage", lambda place: usage)
    said = problem(bench, "build", "--board", BOARD, "--yes")
    assert "no room for ESP-IDF" in said.what
    assert "about 2556 MB" in said.why and "900 MB are free" in said.why
    assert not (bench.folder / "cache").exists()


def test_a_clone_that_fails_leaves_nothing(bench):
    broken = bench.espressif / "modules" / SUBMODULES[4]
    broken.rename(broken.with_name("gone"))
    said = problem(bench, "build", "--board", BOARD, "--yes")
    assert "its submodule components/lwip/lwip" in said.what and "fatal: " in said.why
    assert not bench.idf.exists() and not left_behind(bench)
    broken.with_name("gone").rename(broken)
    assert bench.run("build", "--board", BOARD, "--yes")[0] == 0


def test_a_tag_that_has_moved(bench):
    address = bench.lock.esp_idf.url
    moved = Repository("esp-idf", address, TAG, {TAG: "1" * 40})
    bench.lock = replace(bench.lock, esp_idf=moved)
    assert "not the pinned commit" in problem(bench, "build", "--board", BOARD, "--yes").what
    assert not bench.idf.exists() and not left_behind(bench)


def test_a_submodule_for_another_chip_that_fails_is_made_anew(bench):
    bench.run("build", "--board", BOARD, "--yes")
    broken = bench.espressif / "modules" / SUBMODULES[1]
    broken.rename(broken.with_name("gone"))
    assert SUBMODULES[1] in problem(bench, "build", "--board", ESP32C3, "--yes").what
    # As a power cut leaves it: files, and half a repository.
    (bench.idf / SUBMODULES[1]).mkdir(parents=True, exist_ok=True)
    (bench.idf / SUBMODULES[1] / "half").touch()
    (bench.idf / ".git" / "modules" / SUBMODULES[1]).mkdir(parents=True, exist_ok=True)
    (bench.idf / ".git" / "modules" / SUBMODULES[1] / "HEAD").touch()
    assert bench.run("build", "--board", BOARD)[0] == 0, "the first chip is not touched by it"
    broken.with_name("gone").rename(broken)
    assert bench.run("build", "--board", ESP32C3, "--yes")[0] == 0
    assert not (bench.idf / SUBMODULES[1] / "half").exists()


def test_tools_that_cannot_be_installed(bench):
    bench.fault.write_text("install")
    said = problem(bench, "build", "--board", BOARD, "--yes")
    assert "tools for esp32" in said.what and "Cannot establish a connection" in said.why
    assert said.next_step.startswith("connect to a network")
    bench.fault.unlink()
    status, text = bench.run("build", "--board", BOARD, "--yes")
    assert status == 0 and "git clone" not in text, "what was whole is kept"


SCRIPT = """\
import pathlib, sys
sys.path[:0] = [{tools!r}]
from setup import idf
from setup.lock import Pin
from setup.report import Report
idf.Clone(Pin("esp-idf", *sys.argv[1:]), Report()).ensure(["esp32"])
"""


def _killed(bench, environment):
    """Another cw that is killed while it fetches."""
    pin = bench.lock.esp_idf.pin()
    script = SCRIPT.format(tools=str(paths.ROOT / "tools"))
    command = [sys.executable, "-c", script, pin.url, pin.tag, pin.commit]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, timeout=60
    )


@pytest.mark.parametrize("words", ["clone", "submodule"])
def test_killed_while_git_works(bench, words):
    program = bench.folder / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"""\
#!/bin/sh
case "$*" in
*" {words} "*|"{words} "*) /usr/bin/git "$@"; kill -9 $PPID; exit 1 ;;
esac
exec /usr/bin/git "$@"
""")
    program.chmod(0o755)
    done = _killed(bench, {"PATH": f"{program.parent}:{os.environ['PATH']}"})
    assert done.returncode == -9, done.stderr
    assert not bench.idf.exists() and left_behind(bench)
    assert bench.run("build", "--board", BOARD, "--yes")[0] == 0
    assert not left_behind(bench) and checked_out(bench) == OF_ESP32


def test_killed_while_tools_are_installed(bench):
    bench.fault.write_text("kill")
    assert _killed(bench, {}).returncode == -9
    assert (bench.tools / "python_env" / "state").read_text() == "half\n"
    (bench.tools / "python_env" / "junk").touch()
    bench.fault.unlink()
    assert bench.run("build", "--board", BOARD, "--yes")[0] == 0
    assert not (bench.tools / "python_env" / "junk").exists(), (
        "a half-made environment is replaced"
    )


def test_tools_that_have_gone(bench):
    bench.run("build", "--board", BOARD, "--yes")
    (bench.tools / "python_env" / "state").write_text("half\n")
    said = problem(bench, "build", "--board", BOARD)
    assert "cannot be run" in said.what and f"rm -r '{bench.idf.parent}'" in said.next_step


def test_a_tag_may_be_asked_for_beside_an_idf_of_the_users(bench, monkeypatch):
    monkeypatch.setenv("IDF_PATH", str(bench.folder / "esp-idf"))
    assert bench.run("build", "--board", BOARD, "--idf", TAG, "--yes")[0] == 0
    assert bench.calls, "it was built with the clone"
    said = problem(bench, "build", "--board", BOARD, "--idf", "v5.1.1", "--yes")
    assert "no pinned esp-idf v5.1.1" in said.what


def test_a_tool_is_installed_once(bench):
    clone = idf.Clone(bench.lock.esp_idf.pin(), Report(io.StringIO()))
    clone.ensure(["esp32c3"])
    for _ in range(2):
        clone.ensure_tool("qemu-riscv32")
    installed = (bench.tools / "bin" / "installed").read_text().split()
    assert installed.count("qemu-riscv32") == 1
    (bench.idf / "tools" / "idf_tools.py").write_text("raise SystemExit('fatal: no')")
    with pytest.raises(Problem, match="tool qemu-xtensa"):
        clone.ensure_tool("qemu-xtensa")
