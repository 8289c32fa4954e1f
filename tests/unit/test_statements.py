# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""docs/statements.md and the system tests: every number has a test or a reason."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "statements.md"
TESTS = ROOT / "tests" / "system"

NUMBERS = range(1, 77)
_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_TEST = re.compile(r"^def test((?:_s\d\d)+)_", re.MULTILINE)
_NAMED = re.compile(r"`test_s(\d\d)`")


def rows() -> list[tuple[int, str, str]]:
    """Number, statement, and what holds it, of each row."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return [(int(number), what, how) for number, what, how in _ROW.findall(text)]


def numbers_of_tests() -> set[int]:
    """The numbers that the names of system tests carry."""
    found = set()
    for path in TESTS.glob("pytest_*.py"):
        for group in _TEST.findall(path.read_text(encoding="utf-8")):
            found.update(int(number) for number in re.findall(r"_s(\d\d)", group))
    return found


def test_each_number_has_one_row():
    assert [number for number, _, _ in rows()] == list(NUMBERS)


@pytest.mark.parametrize("number, how", [(number, how) for number, _, how in rows()])
def test_each_number_has_its_test_or_a_reason(number, how):
    named = [int(n) for n in _NAMED.findall(how)]
    if named:
        assert named == [number], f"row {number} names the test of another"
        assert number in numbers_of_tests(), (
            f"no test in tests/system is named test_s{number:02d}_..."
        )
    else:
        assert len(how.split()) >= 5, f"row {number} has neither a test nor a reason"
        assert number not in numbers_of_tests(), f"row {number} has a test that it does not name"


def test_no_test_has_a_number_of_its_own():
    assert numbers_of_tests() <= set(NUMBERS)
