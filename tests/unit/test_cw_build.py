# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw build and cw release, with stand-ins for ESP-IDF and for MicroPython's repository."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cw_sources import make_lock

import commands
from commands import boards, build, release
from setup import esp32, paths
from setup.lock import read_lock
from setup.problem import Problem
from setup.report import Report

STAND_IN = Path(__file__).with_name("idf_stand_in.py")
BOARD = "LILYGO_T_SIM7600"
# The calls of upstream's ports/esp32/Makefile; firmware.bin is put together by its makeimg.py.
PORT_MAKEFILE = """\
FLAGS = -D MICROPY_BOARD=$(BOARD) -D MICROPY_BOARD_DIR="$(abspath $(BOARD_DIR))" \\
\t-D USER_C_MODULES=$(USER_C_MODULES)
all:
\tidf.py $(FLAGS) -B $(BUILD) build
\tcp $(BUILD)/micropython.bin $(BUILD)/firmware.bin
submodules:
\tidf.py $(FLAGS) -B $(BUILD)/submodules -D UPDATE_SUBMODULES=1 reconfigure
"""
CROSS_MAKEFILE = """\
all:
\tmkdir -p $(BUILD)
\tprintf '#!/bin/sh\\n' > $(BUILD)/mpy-cross
\tchmod +x $(BUILD)/mpy-cross
"""
VERSION = "#define MICROPY_VERSION_MAJOR 1\n#define MICROPY_VERSION_MINOR {}\n"


class Bench:
    """An ESP-IDF, a MicroPython repository, and a place to build in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.idf = folder / "esp-idf"
        (self.idf / "tools" / "cmake").mkdir(parents=True)
        (self.idf / "export.sh").write_text('export PATH="$IDF_PATH/tools:$PATH"\n')
        program = self.idf / "tools" / "idf.py"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {STAND_IN} "$@"\n')
        program.chmod(0o755)
        (self.idf / "components" / "lwip" / "lwip").mkdir(parents=True)
        (self.idf / "components" / "lwip" / "lwip" / "README").write_text("here\n")
        self.version(5, 5, 1)
        self.config()

    def version(self, major, minor, patch=0):
        text = f"set(IDF_VERSION_MAJOR {major})\nset(IDF_VERSION_MINOR {minor})\n"
        file = self.idf / "tools" / "cmake" / "version.cmake"
        file.write_text(f"{text}set(IDF_VERSION_PATCH {patch})\n")

    def config(self, size=1_500_000, fault="", broken=()):
        text = json.dumps({"size": size, "fault": fault, "broken": list(broken)})
        (self.idf / "config.json").write_text(text)

    def micropython(self, minor=28):
        """A tree as a clone has it: the submodule's folder is there, and empty."""
        tree = self.folder / f"micropython-1.{minor}"
        for name, text in (
            ("ports/esp32/Makefile", PORT_MAKEFILE),
            ("ports/esp32/boards/sdkconfig.base", "CONFIG_A=y\n"),
            ("mpy-cross/Makefile", CROSS_MAKEFILE),
            ("py/mpconfig.h", VERSION.format(minor)),
        ):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(text)
        (tree / "lib" / "micropython-lib").mkdir(parents=True)
        return tree

    def repository(self):
        """The same as a repository, and its pinned commit."""
        tree = self.micropython()
        (tree / "lib" / "micropython-lib" / ".gitignore").write_text("")
        git = ["git", "-C", str(tree), "-c", "user.name=t", "-c", "user.email=t@example.org"]
        for command in (
            ["init", "-q"],
            ["add", "-f", "."],
            ["commit", "-qm", "1"],
            ["tag", "v1.28.0"],
            ["tag", "v1.25.0"],
        ):
            subprocess.run([*git, *command], check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True)
        return f"file://{tree}", done.stdout.strip()

    @property
    def calls(self):
        record = self.idf / "calls.json"
        return json.loads(record.read_text()) if record.exists() else []

    def run(self, *arguments):
        name, options = commands.parse(list(arguments))
        text = io.StringIO()
        status = {"build": build, "release": release}[name].run(options, Report(text))
        return status, text.getvalue()


@pytest.fixture
def bench(tmp_path, monkeypatch):
    bench = Bench(tmp_path)
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    monkeypatch.setattr(paths, "LOGS", tmp_path / "build" / "logs")
    monkeypatch.setenv("CONNECTWITH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("IDF_PATH", str(bench.idf))
    monkeypatch.delenv("MICROPYTHON_DIR", raising=False)
    monkeypatch.setenv(esp32.RELEASE, "")  # cw release sets it for its whole process
    (tmp_path / "shelf").mkdir()
    url, commit = bench.repository()
    lock = make_lock(tmp_path / "shelf", url, commit)
    monkeypatch.setattr(esp32, "read_lock", lambda path: lock)
    return bench


def problem(bench, *arguments):
    with pytest.raises(Problem) as caught:
        bench.run(*arguments)
    assert caught.value.status != 0 and caught.value.next_step
    return caught.value


def test_board_is_built_and_its_size_shown(bench):
    status, text = bench.run("build", "--board", BOARD)
    assert status == 0
    assert bench.calls[-1] == [BOARD, "build"]
    assert (
        "application 1500000 of 2031616 bytes in partition 'factory' (73 %), 531616 free" in text
    )
    image = paths.BUILD / BOARD / "firmware.bin"
    assert image.stat().st_size == 1_500_000 and str(image) in text


def test_a_clone_gets_its_submodules_once(bench):
    bench.run("build", "--board", BOARD)
    bench.run("build", "--board", BOARD)
    assert bench.calls == [[BOARD, "reconfigure"], [BOARD, "build"], [BOARD, "build"]]
    clones = list((bench.folder / "cache" / "src").glob("micropython-esp32-*"))
    assert len(clones) == 1


def test_idf_path_that_is_no_idf_or_half_of_one(bench, monkeypatch):
    (bench.idf / "components" / "lwip" / "lwip" / "README").unlink()
    said = problem(bench, "build", "--board", BOARD)
    assert "half-made" in said.what and "components/lwip/lwip is empty" in said.why
    assert "submodule update --init --recursive" in said.next_step
    (bench.idf / "export.sh").unlink()
    said = problem(bench, "build", "--board", BOARD)
    assert "half-made" in said.what and "no export.sh" in said.why
    monkeypatch.setenv("IDF_PATH", str(bench.folder))
    assert "is not an ESP-IDF" in problem(bench, "build", "--board", BOARD).what
    assert not (bench.folder / "cache").exists(), "nothing is fetched before that"


@pytest.mark.parametrize("version", [(4, 4, 9), (5, 2, 6), (5, 6, 0), (6, 0, 0)])
def test_idf_that_does_not_fit(bench, version):
    bench.version(*version)
    said = problem(bench, "build", "--board", BOARD)
    assert f"v{version[0]}.{version[1]}.{version[2]} does not fit" in said.what
    assert "MicroPython 1.28 is made for v5.3 to v5.5" in said.why
    assert "MICROPYTHON_DIR" in said.next_step and "v6: none yet" in said.next_step


def test_the_oldest_micropython_may_be_asked_for(bench):
    bench.version(5, 2, 2)
    assert bench.run("build", "--board", BOARD, "--micropython", "v1.25.0")[0] == 0
    bench.version(5, 5, 1)
    said = problem(bench, "build", "--board", BOARD, "--micropython", "v1.25.0")
    assert "MicroPython 1.25 is made for v5.2 to v5.4" in said.why
    said = problem(bench, "build", "--board", BOARD, "--micropython", "v1.24.0")
    assert "no pinned micropython v1.24.0" in said.what and "v1.28.0, v1.25.0" in said.why


def test_what_is_pinned():
    lock = read_lock(paths.ROOT / "tools" / "sources.lock")
    oldest = [str(part) for part in esp32.MICROPYTHON_OLDEST]
    assert lock.sources[0].version.split(".")[:2] == oldest
    assert lock.sources[0].git_commit == lock.micropython.commits["v1.25.0"]
    # Each pair that the workflow builds fits.
    for micropython, idf in (("v1.28.0", "v5.5.1"), ("v1.25.0", "v5.3.1"), ("v1.25.0", "v5.2.2")):
        _, first, last = esp32.idf_range(esp32.Tags(micropython))
        assert first <= lock.esp_idf.pin(idf).version[:2] <= last
    assert (lock.micropython.tag, lock.esp_idf.tag) == ("v1.28.0", "v5.5.1")


def test_without_idf_path_the_pinned_idf_fits_the_micropython(bench, monkeypatch):
    lock = read_lock(paths.ROOT / "tools" / "sources.lock")
    monkeypatch.setattr(esp32, "read_lock", lambda path: lock)
    assert esp32._pinned_idf(esp32.Tags()).tag == "v5.5.1"
    assert esp32._pinned_idf(esp32.Tags("v1.25.0")).tag == "v5.4.2"
    assert esp32._pinned_idf(esp32.Tags("v1.25.0", "v5.5.1")).tag == "v5.5.1", "it is refused then"
    monkeypatch.setenv("MICROPYTHON_DIR", str(bench.micropython(26)))
    assert esp32._pinned_idf(esp32.Tags()).tag == "v5.4.2"


@pytest.mark.parametrize("version", [(5, 3, 0), (5, 5, 4)])
def test_first_and_last_idf_that_fit(bench, version):
    bench.version(*version)
    assert bench.run("build", "--board", BOARD)[0] == 0


@pytest.mark.parametrize(
    "minor, oldest, newest", [(26, (5, 2), (5, 4)), (27, (5, 2), (5, 5)), (29, (5, 3), (5, 5))]
)
def test_newer_micropython_has_other_idfs(bench, monkeypatch, minor, oldest, newest):
    tree = bench.micropython(minor)
    (tree / "lib" / "micropython-lib" / "README.md").write_text("here\n")
    monkeypatch.setenv("MICROPYTHON_DIR", str(tree))
    for fits in (oldest, newest):
        bench.version(*fits, 0)
        assert bench.run("build", "--board", BOARD)[0] == 0
    assert [BOARD, "reconfigure"] not in bench.calls, "a checkout of the user's is only read"
    for other in ((5, oldest[1] - 1), (5, newest[1] + 1), (6, 0)):
        bench.version(*other, 0)
        said = problem(bench, "build", "--board", BOARD)
        assert f"MicroPython 1.{minor} is made for v5.{oldest[1]} to v5.{newest[1]}" in said.why


def test_micropython_that_does_not_do(bench, monkeypatch):
    tree = bench.micropython(24)
    monkeypatch.setenv("MICROPYTHON_DIR", str(tree))
    assert "is too old" in problem(bench, "build", "--board", BOARD).what
    tree = bench.micropython(27)
    monkeypatch.setenv("MICROPYTHON_DIR", str(tree))
    said = problem(bench, "build", "--board", BOARD)
    assert "submodules" in said.what and said.next_step.endswith("ports/esp32 submodules")


def test_idf_without_its_tools(bench):
    (bench.idf / "export.sh").write_text("echo 'ERROR: tools are missing' >&2\nreturn 1\n")
    said = problem(bench, "build", "--board", BOARD)
    assert "tools are missing" in said.why and "install.sh" in said.next_step


def test_tag_that_has_moved_is_not_built(bench, monkeypatch):
    lock = make_lock(bench.folder / "build", f"file://{bench.folder / 'micropython-1.28'}")
    monkeypatch.setattr(esp32, "read_lock", lambda path: lock)
    assert "not the pinned commit" in problem(bench, "build", "--board", BOARD).what


def test_changed_fragment_reaches_the_firmware(bench, monkeypatch):
    board = bench.folder / "boards" / BOARD
    shutil.copytree(paths.ROOT / "boards" / BOARD, board)
    (board.parent / "connectwith.cmake").write_text("# common\n")
    monkeypatch.setattr(boards, "find", lambda name: boards._read(board))
    sdkconfig = paths.BUILD / BOARD / "sdkconfig"
    bench.run("build", "--board", BOARD)
    assert "CONFIG_NEW" not in sdkconfig.read_text()
    sdkconfig.write_text(sdkconfig.read_text() + "CONFIG_BY_MENUCONFIG=y\n")
    bench.run("build", "--board", BOARD)
    assert "BY_MENUCONFIG" in sdkconfig.read_text(), "kept while nothing has changed"
    with open(board / "sdkconfig.board", "a") as file:
        file.write("CONFIG_NEW=y\n")
    bench.run("build", "--board", BOARD)
    assert "CONFIG_NEW=y" in sdkconfig.read_text()
    assert bench.calls[-1] == [BOARD, "build"]


def test_another_idf_begins_anew(bench, monkeypatch):
    bench.run("build", "--board", BOARD)
    other = bench.folder / "esp-idf-5.5"
    shutil.copytree(bench.idf, other)
    monkeypatch.setenv("IDF_PATH", str(other))
    assert bench.run("build", "--board", BOARD)[0] == 0
    assert (paths.BUILD / BOARD / "CMakeCache.txt").read_text() == str(other)


@pytest.mark.parametrize("fault", ["", "unchecked"])
def test_image_larger_than_its_partition(bench, fault):
    bench.run("build", "--board", BOARD)
    bench.config(size=0x1F0000 + 4096, fault=fault)
    said = problem(bench, "build", "--board", BOARD)
    assert "larger than its partition" in said.what and "4096 bytes" in said.why
    assert "manifest.py" in said.next_step and "partitions.csv" in said.next_step
    assert not (paths.BUILD / BOARD / "firmware.bin").exists(), "the old one must not be flashed"
    bench.config(size=0x1F0000)
    assert "(100 %), 0 free" in bench.run("build", "--board", BOARD)[1]


def test_compiler_that_fails(bench):
    bench.config(broken=[BOARD])
    said = problem(bench, "build", "--board", BOARD)
    assert said.what == (
        f"{BOARD} could not be built: main.c:12:5: error: unknown type name 'flaot'"
    )
    assert "the first of 1 error" in said.why and f"{BOARD}.log" in said.why
    bench.config(fault="network")
    said = problem(bench, "build", "--board", BOARD)
    assert "component registry" in said.what and "connect to a network" in said.next_step
    bench.config(fault="full")
    assert "no space left" in problem(bench, "build", "--board", BOARD).why


def test_variables_of_the_caller_do_not_leak(bench, monkeypatch):
    for name in ("BUILD", "BOARD", "FROZEN_MANIFEST"):
        monkeypatch.setenv(name, "/nowhere")
    assert bench.run("build", "--board", BOARD)[0] == 0


def test_release_freezes_what_is_for_everybody_and_build_does_not(bench, monkeypatch):
    frozen = paths.BUILD / BOARD / "frozen_mpy" / "imp.mpy"
    bench.run("build", "--board", BOARD)
    assert frozen.read_text() == ""
    bench.run("release", "--unreleased", "--board", BOARD)
    assert frozen.read_text() == "1", "what cw build has compiled is not given away"
    monkeypatch.setenv(esp32.RELEASE, "")
    bench.run("build", "--board", BOARD)
    assert frozen.read_text() == ""


def test_changed_manifest_freezes_anew(bench):
    frozen = paths.BUILD / BOARD / "frozen_mpy" / "imp.mpy"
    bench.run("build", "--board", BOARD)
    frozen.write_text("of the manifest before")
    bench.run("build", "--board", BOARD)
    assert frozen.read_text() == "of the manifest before"
    record = frozen.parent.parent / "connectwith-inputs.json"
    inputs = json.loads(record.read_text())
    record.write_text(json.dumps({**inputs, "frozen": "another"}))
    bench.run("build", "--board", BOARD)
    assert frozen.read_text() == ""


def test_list_is_the_table_of_the_document(capsys, tmp_path):
    _, options = commands.parse(["build", "--list"])
    assert build.run(options, Report(sys.stderr)) == 0
    made = capsys.readouterr().out
    assert made in (paths.ROOT / "docs" / "boards.md").read_text()
    assert boards.document_complaints(paths.ROOT) == []
    shutil.copytree(paths.ROOT / "boards", tmp_path / "boards")
    (tmp_path / "docs").mkdir()
    document = (paths.ROOT / "docs" / "boards.md").read_text()
    for text, what in (
        (document.replace("16 MB", "8 MB"), "the table is not"),
        (document.replace(boards.TABLE_END, ""), "marks"),
        (re.sub(r"\| (\d+) \|$", r"| 1\1 |", document, count=1, flags=re.M), "table of sizes"),
    ):
        (tmp_path / "docs" / "boards.md").write_text(text)
        assert what in boards.document_complaints(tmp_path)[0]
    shutil.copytree(tmp_path / "boards" / BOARD, tmp_path / "boards" / "NEW")
    (tmp_path / "docs" / "boards.md").write_text(document)
    assert "the table is not" in boards.document_complaints(tmp_path)[0]


def test_board_json_that_is_broken(tmp_path):
    folder = tmp_path / "boards" / "NEW"
    shutil.copytree(paths.ROOT / "boards" / BOARD, folder)
    for text in ("{", "[]", '{"mcu": "esp32"}'):
        (folder / "board.json").write_text(text)
        with pytest.raises(Problem, match="cannot be used"):
            boards.every(tmp_path)


def test_build_needs_a_board_or_list():
    done = subprocess.run(
        [sys.executable, str(paths.ROOT / "tools" / "cw"), "build"],
        capture_output=True, text=True, env={**os.environ, "IDF_PATH": ""}, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2 and "--board" in done.stderr
