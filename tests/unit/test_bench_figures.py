# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The statistics of ./tools/cw bench, its bars, and how both are shown."""

import bench_programs  # noqa: F401
import pytest
from figures import Cell, Row, from_dict, number, ours, quantile

TEN = [float(n) for n in range(1, 11)]


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [(TEN, 0.1, 1), (TEN, 0.5, 5), (TEN, 0.9, 9), (TEN, 0.99, 10), (TEN, 1.0, 10), ([7.0], 0.1, 7),
     ([3.0, 1.0, 2.0], 0.5, 2)],
)  # fmt: skip
def test_quantile_is_a_value_that_was_measured(values, share, expected):
    assert quantile(values, share) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [(12345.6, "12346"), (123.4, "123"), (12.34, "12.3"), (1.234, "1.23"), (0.1234, "0.123"),
     (0.5, "0.5"), (0, "0"), (14, "14"), (-2.5, "-2.50"), (0.0001, "0")],
)  # fmt: skip
def test_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("cell", "worst", "text"),
    [
        (Cell(), True, ""),
        (Cell(text="no QoS 1"), False, "no QoS 1"),
        (Cell([2.0]), True, "2.00"),
        (Cell([2.0], "once"), False, "2.00 once"),
        (Cell([5000.0], bound=True), False, "> 5000"),
        (Cell(TEN), False, "5.50 (1.00–9.00), n 10"),
        (Cell(TEN), True, "5.50 (1.00–9.00), max 10.0, n 10"),
        (Cell([1.0, 3.0], "1 of 3 failed: OSError(5)"), False,
         "2.00 (1.00–3.00), n 2, 1 of 3 failed: OSError(5)"),
    ],
)  # fmt: skip
def test_cell(cell, worst, text):
    assert cell.shown(worst) == text


@pytest.mark.parametrize(
    ("cell", "worst", "text"),
    [
        (Cell(text="no QoS 1"), False, "no QoS 1"),
        (Cell([2.0]), True, "2.00"),
        (Cell([5000.0], bound=True), False, "> 5000"),
        (Cell(TEN), False, "5.50 (1.00–9.00)"),
        (Cell(TEN), True, "10.0 (5.50)"),
        (Cell([1.0, 3.0], "1 of 3 failed"), False, "2.00 (1.00–3.00), 1 of 3 failed"),
    ],
)  # fmt: skip
def test_a_cell_of_the_page(cell, worst, text):
    assert cell.brief(worst) == text
    assert cell.without_values().brief(worst) == text
    assert cell.without_values().shown(worst) == cell.shown(worst)


def row(ours_values, other_values=(), worst=False):
    cells = {"ours": Cell(list(ours_values)), "minimal": Cell(list(other_values))}
    return Row("pause", "ms", cells, worst)


def test_a_limit_is_judged_by_the_median_or_by_the_worst():
    values = [1.0, 2.0, 9.0]
    assert row(values).at_most(5).bars == [("≤ 5", True)]
    assert row(values, worst=True).at_most(5).bars == [("≤ 5", False)]
    assert row(values, worst=True).at_most(9).holds


def test_a_limit_on_nothing_does_not_hold():
    assert not row([]).at_most(5).holds
    assert not Row("pause", "ms", {}).at_most(5).holds


@pytest.mark.parametrize(("other", "holds"), [(16.0, True), (15.9, False)])
def test_times_shorter_is_of_the_medians(other, holds):
    measured = row([1.0, 2.0, 50.0], [other], worst=True).below("minimal", "script", 8)
    assert measured.holds is holds
    assert measured.bars[0][0].startswith("≥ 8× shorter than script: ")


@pytest.mark.parametrize(("value", "holds"), [(11.5, True), (11.6, False)])
def test_within(value, holds):
    assert row([value], [10.0]).within("minimal", "script", 1.15).holds is holds


def test_no_ratio_to_what_was_not_to_be_had():
    assert row([1.0]).below("minimal", "script", 8).within("minimal", "script", 1).bars == []
    assert row([1.0]).below("mqtt_as", "mqtt_as", 8).bars == []


def test_ratio_to_nothing():
    assert row([0.0], [1.0]).below("minimal", "script", 8).holds


def test_one_missed_bar_is_enough():
    assert not row([6.0], [600.0]).at_most(5).below("minimal", "script", 8).holds


def test_json_and_back():
    measured = row([1.0, 2.0], [30.0]).at_most(5).below("minimal", "script", 8)
    assert from_dict(measured.as_dict()) == measured
    assert measured.as_dict()["holds"] is True


def test_a_row_of_ours_alone():
    assert ours("leaks", 1, "bytes", 0).bars == [("≤ 0", False)]
    assert ours("leaks", [1.0, 2.0], "bytes").bars == []
