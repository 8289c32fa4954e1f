# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The README's figures are those of the page, and stand in their place."""

import types

import bench_programs  # noqa: F401
import headlines
from figures import Cell, Row

from setup import paths

NAME, OTHER = list(headlines.README_ROWS)[:2]


def results():
    cells = {"ours": Cell([1.0, 4.0]), "umqtt_simple": Cell([5000.0], bound=True),
             "idle": Cell([2.0])}  # fmt: skip
    worst = Row(NAME, "ms", cells, True)
    worst.at_most(3).below("umqtt_simple", "umqtt.simple", 8)
    text = Row(OTHER, "", {"ours": Cell(text="a|b")})
    return [types.SimpleNamespace(rows=[text, worst, Row("unknown", "ms", {})],
                                  columns=["ours", "umqtt_simple"], missing={})]  # fmt: skip


def test_what_was_measured_stands_between_the_marks():
    lines = headlines.block(results()).splitlines()
    assert (lines[0], lines[-1]) == (headlines.BEGIN, headlines.END)
    assert lines[1] == "| | connectwith | umqtt.simple |"
    assert lines[3] == f"| {headlines.README_ROWS[NAME]} | 4.00 ms | > 5000 ms |"
    assert lines[4] == f"| {headlines.README_ROWS[OTHER]} | a\\|b |  |"
    assert len(lines) == 6


def test_the_page_opens_with_the_same_values_and_the_bar():
    lines = headlines.opening(results())
    assert lines[0] == "| | connectwith | umqtt.simple | bar | held |"
    first = f"| {headlines.PAGE_ROWS[NAME]} | 4.00 ms | &gt; 5000 ms |"
    bar = "≤ 3 ms; ≥ 8× shorter than umqtt.simple"
    assert lines[2] == f"{first} {bar} | **no** |"
    assert len(lines) == 4


def test_the_page_opens_with_ten_rows():
    assert len(headlines.PAGE_ROWS) == 10


def test_only_the_block_is_replaced():
    text = f"before\n{headlines.BEGIN}\nold\n{headlines.END}\nafter\n"
    new = f"{headlines.BEGIN}\n\\1 new\n{headlines.END}"
    assert headlines.put(text, new) == f"before\n{new}\nafter\n"


def test_the_readme_has_one_place_for_it():
    text = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    assert headlines.put(text, "") != text
    assert text.count(headlines.BEGIN) == text.count(headlines.END) == 1
