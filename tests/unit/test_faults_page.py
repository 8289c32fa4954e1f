# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""docs/faults.md: every cell of the matrix has its row, and every place without one its reason."""

import importlib.util
import sys

import pytest

from setup import paths

FOLDER = paths.ROOT / "tests" / "faults"


@pytest.fixture
def page(monkeypatch):
    """tests/faults/page.py; other folders of tests have modules of the same names."""
    for name in ("matrix", "passing", "page"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location("faults_page", FOLDER / "page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    for name in ("matrix", "passing"):
        sys.modules.pop(name, None)


def test_each_cell_has_one_row(page):
    text = page.text_of(paths.ROOT, {str(cell): 1500 for cell in page.CELLS}, 2, 2)
    rows = [line for line in text.splitlines() if line.count("|") == 6]
    assert len(rows) - 2 * len(page.LINKS) == len(page.CELLS) > 100
    cell = page.CELLS[0]
    words = f"| {cell.stage} | {cell.fault} | {cell.how} | `{page.name_of(cell)}` | "
    assert sum(row.startswith(words) for row in rows) >= 1
    assert page.PAGE.mark(paths.ROOT) in text


def test_each_place_is_tried_or_has_a_reason(page):
    text = page.text_of(paths.ROOT, {str(cell): 1500 for cell in page.CELLS}, 2, 2)
    tried = {(cell.link, cell.stage, cell.fault) for cell in page.CELLS}
    places = {(link, s, f) for link in page.LINKS for s in page.STAGES for f in page.FAULTS}
    assert tried | set(page.REASONS) == places
    assert all(reason in text for reason in page.REASONS.values())


@pytest.mark.parametrize(("ends", "shown"), [("late", "**2.0 s**"), ("early", "2.0 s")])
def test_a_time_of_the_timeout_is_bold(page, ends, shown):
    cell = next(cell for cell in page.CELLS if cell.ends == ends)
    assert page._seconds(cell, 2000) == shown
