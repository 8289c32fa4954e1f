# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The results of cw test's layers: a failure, a crash or an empty run never passes."""

import io
import sys

import pytest

import commands
from commands import layers, lint, test
from commands.layers import Context, Outcome
from commands.test import summarise
from setup import paths
from setup.problem import Problem
from setup.report import Report

REPOSITORY = paths.ROOT  # the fixture below puts another one in its place

HEADER = "# SPDX-FileCopyrightText: 2026 The connectwith authors\n# SPDX-License-Identifier: MIT\n"

TESTS = """\
import pytest
def test_good(): pass
def test_bad(): assert 1 == 2, "one is not two"
def test_left_out(): pytest.skip("no such hardware")
"""


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "logs").mkdir()


def pytest_layer(tmp_path, text, *arguments):
    (tmp_path / "tests").mkdir(exist_ok=True)
    (tmp_path / "tests" / "test_it.py").write_text(text)
    outcome = Outcome("unit")
    layers._pytest(outcome, "tests", Context(None, (), arguments))
    return outcome


def test_passed_failed_and_skipped_are_counted_with_reasons(tmp_path):
    outcome = pytest_layer(tmp_path, TESTS)
    assert outcome.passed == 1
    assert len(outcome.failed) == 1 and "test_bad" in outcome.failed[0]
    assert "one is not two" in outcome.failed[0]
    assert outcome.skipped == {"no such hardware": 1}


def test_arguments_go_to_pytest(tmp_path):
    outcome = pytest_layer(tmp_path, TESTS, "-k", "good")
    assert (outcome.passed, outcome.failed) == (1, [])


def test_what_ends_the_run_is_a_failure_and_no_pass(tmp_path):
    text = """
import pytest
@pytest.fixture
def board(record_xml_attribute): pytest.exit("no such board", 3)
def test_board(board): pass
"""
    outcome = pytest_layer(tmp_path, text)
    assert outcome.passed == 0 and "exit status 3" in outcome.failed[0]


def test_module_that_does_not_import_is_a_failure(tmp_path):
    assert pytest_layer(tmp_path, "import no_such_module").failed


def test_layer_without_tests_is_a_failure(tmp_path):
    assert pytest_layer(tmp_path, "").failed == ["tests has no tests"]


def test_pytest_that_dies_is_a_failure(tmp_path):
    outcome = pytest_layer(tmp_path, "import os\ndef test_a(): os._exit(0)\n")
    assert outcome.passed == 0 and outcome.failed


@pytest.mark.parametrize(
    ("script", "passed", "failures"),
    [
        ("print('7 passed, 0 failed')", 7, 0),
        ("print('5 passed, 2 failed'); raise SystemExit(1)", 5, 2),
        ("print('5 passed, 2 failed')", 5, 2),
        ("print('7 passed, 0 failed'); raise SystemExit(3)", 7, 1),
        ("print('hello')", 0, 1),
        ("raise SystemExit(2)", 0, 1),
    ],
)
def test_programs_that_count(script, passed, failures):
    outcome = Outcome("core")
    layers._counted(outcome, "it", [sys.executable, "-c", script])
    assert (outcome.passed, len(outcome.failed)) == (passed, failures)


def test_program_that_hangs_is_ended_and_a_failure(monkeypatch):
    monkeypatch.setattr(layers, "LAYER_LIMIT_S", 0.5)
    outcome = Outcome("core")
    layers._counted(outcome, "it", [sys.executable, "-c", "import time; time.sleep(60)"])
    assert "did not end" in outcome.failed[0]


@pytest.mark.parametrize(
    ("outcomes", "status", "last"),
    [
        ([Outcome("a", passed=3), Outcome("b", passed=1)], 0, "4 passed, 0 failed"),
        ([Outcome("a", passed=3), Outcome("b", failed=["x"])], 1, "3 passed, 1 failed"),
        ([Outcome("a", skipped={"no emulator": 2})], 1, "0 passed, 0 failed"),
    ],
)
def test_summary_and_exit_status(outcomes, status, last):
    report = Report(io.StringIO())
    assert summarise(outcomes, report) == status
    assert report.stream.getvalue().splitlines()[-1] == last


def test_summary_names_failures_and_reasons():
    report = Report(io.StringIO())
    summarise([Outcome("a", failed=["boom"], skipped={"no emulator": 2})], report)
    assert "FAILED a: boom" in report.stream.getvalue()
    assert "a: 2 skipped: no emulator" in report.stream.getvalue()


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        (HEADER + "x = 1\n", 0),
        ("#!/usr/bin/env python3\n" + HEADER, 0),
        ("", 0),
        ("x = 1\n", 1),
        (HEADER.splitlines()[0] + "\nx = 1\n", 1),
        ("\n" * 5 + HEADER, 1),
        (HEADER.replace("#", "//") + "int a;\n", 0),
        (HEADER.replace("MIT", "GPL-3.0"), 1),
    ],
)
def test_licence_header(tmp_path, text, complaints):
    file = tmp_path / "file.py"
    file.write_text(text)
    assert len(lint.header_complaints(tmp_path, [file])) == complaints


@pytest.mark.parametrize(("lines", "complaints"), [(399, 0), (400, 1)])
def test_length(tmp_path, lines, complaints):
    file = tmp_path / "file.py"
    file.write_text("x\n" * lines)
    assert len(lint.length_complaints(tmp_path, [file])) == complaints


def test_own_files_without_git(tmp_path, monkeypatch):
    monkeypatch.setattr(lint, "capture", lambda *_: None)
    for name in ("a.py", "b.txt", "build/c.py", "sub/Makefile"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = [str(f.relative_to(tmp_path)) for f in lint.own_files(tmp_path)]
    assert found == ["a.py", "sub/Makefile"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["--sanitizer", "asan"], ["system"]),
        (["--only", "system", "--sanitizer", "tsan"], ["system"]),
        (["--only", "tsan"], ["tsan"]),
    ],
)
def test_a_sanitizer_is_for_the_system_tests(words, names):
    assert test._chosen(commands.parse(["test", *words])[1]) == names


def test_a_sanitizer_for_another_layer_is_refused():
    _, options = commands.parse(["test", "--only", "unit", "--sanitizer", "asan"])
    with pytest.raises(Problem, match="for the layer system"):
        test._chosen(options)


def test_what_runs_with_a_sanitizer_is_there():
    for name in layers.SANITIZED:
        file, _, test_name = name.partition("::")
        text = (REPOSITORY / "tests/system" / file).read_text()
        assert f"def {test_name}(" in text
