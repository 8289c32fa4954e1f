# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""tests/idf/check_port.py finds faults that once broke every build with the real ESP-IDF. Each is
put into a copy of the project.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from setup import paths

sys.path.insert(0, str(paths.ROOT / "tests" / "idf"))
import build_system
import check_port

PINNED = "1.25.0"
C3 = "ESP32_C3_QEMU"


@pytest.fixture
def micropython():
    """The pinned tree; in newer ones, the first fault is none."""
    # A tree is links to sources, which may have gone.
    trees = (file.parents[1] for file in (paths.cache() / "tree").glob("*/py/mpconfig.h"))
    found = [tree for tree in trees if check_port.version(tree) == PINNED]
    if not found:
        pytest.skip(f"MicroPython {PINNED} is not in the cache: ./tools/cw demo fetches it")
    if shutil.which("cmake") is None:
        pytest.skip("cmake is not installed")
    return found[0]


@pytest.fixture
def project(tmp_path):
    """A copy of what is checked."""
    boards = tmp_path / "boards"
    module = tmp_path / "firmware" / "connectwith"
    shutil.copytree(paths.ROOT / "boards", boards)
    shutil.copytree(paths.ROOT / "firmware" / "connectwith", module)
    shutil.copy(paths.ROOT / "VERSION", tmp_path)  # micropython.cmake reads it
    return check_port.Project(boards, module)


def change(file, old, new):
    text = file.read_text()
    assert text.count(old) == 1, f"{file.name} has changed: {old!r} is not there once"
    file.write_text(text.replace(old, new))


def failures(micropython, project, tmp_path, board, only):
    """The names of what fails, and what the compiler says of it."""
    checker = check_port.Checker(project, tmp_path / "work", only)
    checker.board(micropython, micropython, project.boards / board)
    assert checker.passed + len(checker.failed) > 1
    found = {
        where.removeprefix(f"{board}, MicroPython {PINNED}"): t for where, t in checker.failed
    }
    return set(found), "".join(found.values())


def test_a_project_without_fault_passes(micropython, project, tmp_path):
    only = ("wake", "watch_lwip", "worker_freertos", "signatures")
    assert failures(micropython, project, tmp_path, C3, only) == (set(), "")


def test_the_module_alone_is_compiled_for_size(micropython, project, tmp_path):
    module = project.module / "micropython.cmake"
    for file in build_system.compilations(module, tmp_path / "work"):
        levels = [option for option in file.options if option.startswith("-O")]
        ours = project.module in file.source.parents
        assert levels == (["-O2", "-Os"] if ours else ["-O2"]), file  # the last one counts


def sources_of_make(module):
    """What micropython.mk lists for ESP-IDF, relative to the module, as make reads it."""
    print_all = "print:\n\t@echo $(SRC_USERMOD_C) $(SRC_USERMOD_LIB_C)\n"
    done = subprocess.run(
        ["make", "-s", "-f", "-", "print", f"USERMOD_DIR={module}"],
        input=f"include {module}/micropython.mk\n{print_all}",
        capture_output=True,
        text=True,
        check=True,
    )
    return {str(Path(word).relative_to(module)) for word in done.stdout.split()}


def sources_of_cmake(module, work):
    files = [c.source for c in build_system.compilations(module / "micropython.cmake", work)]
    return {str(file.relative_to(module)) for file in files if module in file.parents}


def test_make_and_cmake_compile_the_same_files(micropython, project, tmp_path):
    wanted = sources_of_make(project.module)
    assert "core/utf8.c" in wanted and "port/worker_freertos.c" in wanted
    assert sources_of_cmake(project.module, tmp_path / "work") == wanted


@pytest.mark.parametrize("name", ["a2b.c", "9.c", "Mixed_Case.c", "with-dash.c", "two.dots.c"])
def test_a_name_of_any_form_reaches_cmake(micropython, project, tmp_path, name):
    (project.module / "core" / name).write_text("int unused_name;\n")
    change(project.module / "core" / "sources.mk", "\tseal.c", f"\t{name} \\\n\tseal.c")
    assert f"core/{name}" in sources_of_cmake(project.module, tmp_path / "work")


def test_a_build_notices_a_new_file_of_the_core(micropython, project, tmp_path):
    work = tmp_path / "work"
    build_system.compilations(project.module / "micropython.cmake", work)
    shutil.copy(project.module / "core" / "backoff.c", project.module / "core" / "another.c")
    change(project.module / "core" / "sources.mk", "\tbackoff.c", "\tanother.c \\\n\tbackoff.c")
    # What each build does before anything else: it configures anew, if what it has read is newer.
    subprocess.run(["make", "-C", work, "cmake_check_build_system"], check=True)
    assert "/core/another.c" in (work / "compile_commands.json").read_text()


@pytest.mark.parametrize("board", [C3, "LILYGO_T_SIM7600"])
def test_a_scheduler_without_static_nodes(micropython, project, tmp_path, board):
    change(project.boards / "connectwith.h", "#define MICROPY_SCHEDULER_STATIC_NODES (1)", "")
    found, said = failures(micropython, project, tmp_path, board, ("wake",))
    assert {": configuration.c", ", the main component: wake.c"} <= found
    assert "sched_head" in said


def test_the_second_compilation_without_the_definitions_of_esp_idf(micropython, project, tmp_path):
    change(
        project.module / "micropython.cmake",
        "target_compile_definitions(usermod_connectwith INTERFACE ${connectwith_definitions})",
        "",
    )
    only = ("watch_lwip", "worker_freertos")
    found, said = failures(micropython, project, tmp_path, C3, only)
    assert {", micropython.elf: watch_lwip.c", ", micropython.elf: worker_freertos.c"} <= found
    assert not any("the main component" in name for name in found)
    assert "implicit declaration of function 'xTaskCreatePinnedToCore'" in said.translate(
        {0x2018: "'", 0x2019: "'"}
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [("mpconfigboard.h", "#define MICROPY_PY_BLUETOOTH (0)", "",
      "no fragment of sdkconfig turns NimBLE on"),
     ("mpconfigboard.cmake", "    boards/sdkconfig.base\n",
      "    boards/sdkconfig.base boards/sdkconfig.ble\n", "MicroPython has none")],
    ids=["without NimBLE", "without Bluetooth"],
)  # fmt: skip
def test_bluetooth_and_nimble_come_together(micropython, project, tmp_path, file, old, new, words):
    change(project.boards / C3 / file, old, new)
    found, said = failures(micropython, project, tmp_path, C3, ("wake",))
    assert found == {": configuration.c"} and words in said


def test_a_fragment_that_is_not_there(micropython, project, tmp_path):
    with (project.boards / C3 / "mpconfigboard.cmake").open("a") as file:
        file.write("list(APPEND SDKCONFIG_DEFAULTS boards/sdkconfig.nowhere)\n")
    checker = check_port.Checker(project, tmp_path / "work", ("wake",))
    checker.board(micropython, micropython, project.boards / C3)
    assert checker.passed == 0
    assert "sdkconfig.nowhere" in checker.failed[0][1]
