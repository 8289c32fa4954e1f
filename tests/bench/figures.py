# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A measured row, one cell for each contender, and the bars that it is held against."""

import dataclasses
import math
import statistics
from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float:
    """The nearest-rank quantile, which is always a measured value."""
    ordered = sorted(values)
    rank = math.ceil(share * len(ordered) - 1e-9)  # 0.07 * 100 is a little more than 7
    return ordered[max(rank, 1) - 1]


def number(value: float) -> str:
    """At least three digits, without an exponent. A count is whole."""
    if isinstance(value, int):
        return str(value)
    for limit, digits in ((100, 0), (10, 1), (1, 2)):
        if abs(value) >= limit:
            return f"{value:.{digits}f}"
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"


@dataclasses.dataclass
class Summary:
    """Median, 10th and 90th percentile, highest value and number of the runs of one cell."""

    median: float
    low: float
    high: float
    most: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Summary":
        """The summary of at least one value."""
        median, most = statistics.median(values), max(values)
        return cls(median, quantile(values, 0.1), quantile(values, 0.9), most, len(values))

    def judged(self, worst: bool) -> float:
        """The figure that counts: the highest value, or the median."""
        return self.most if worst else self.median


@dataclasses.dataclass
class Cell:
    """The result of one contender: `values`, one for each run, or `text` without values.

    With `bound` the bench has ended each run: the true values are larger. `kept` is the summary of
    values that are not there any more; docs/figures/bench.json holds summaries alone.
    """

    values: list[float] = dataclasses.field(default_factory=list)
    text: str = ""
    bound: bool = False
    kept: Summary | None = None

    @property
    def summary(self) -> Summary | None:
        """The summary of the runs; None where there are none."""
        return Summary.of(self.values) if self.values else self.kept

    def shown(self, worst: bool) -> str:
        """For the terminal: median, p10 to p90, the worst if it counts, the number of runs."""
        found = self.summary
        if found is None:
            return self.text
        mark = "> " if self.bound else ""
        median = mark + number(found.median)
        if found.runs == 1:
            return " ".join(filter(None, (median, self.text)))
        parts = [f"{median} ({number(found.low)}–{number(found.high)})"]
        parts += [f"max {mark}{number(found.most)}"] if worst else []
        parts += [f"n {found.runs}", self.text]
        return ", ".join(filter(None, parts))

    def brief(self, worst: bool) -> str:
        """For the page: the figure that counts, and in brackets the median if that figure is the
        worst, else p10 to p90. One run has no brackets."""
        found = self.summary
        if found is None:
            return self.text
        figure = f"{'> ' if self.bound else ''}{number(found.judged(worst))}"
        if found.runs > 1:
            other = number(found.median) if worst else f"{number(found.low)}–{number(found.high)}"
            figure += f" ({other})"
        return ", ".join(filter(None, (figure, self.text)))

    def without_values(self) -> "Cell":
        """The same cell with the summary in place of the values."""
        return Cell([], self.text, self.bound, self.summary)


@dataclasses.dataclass
class Row:
    """One line of the table. `bars`: each condition and whether it holds. `worst`: the worst run
    counts, not the median."""

    name: str
    unit: str
    cells: dict[str, Cell]
    worst: bool = False
    note: str = ""
    bars: list[tuple[str, bool]] = dataclasses.field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every bar is met."""
        return all(holds for _, holds in self.bars)

    def _ours(self) -> float | None:
        found = self.cells["ours"].summary if "ours" in self.cells else None
        return None if found is None else found.judged(self.worst)

    def at_most(self, limit: float) -> "Row":
        """Adds the bar that the figure of connectwith is at most `limit`."""
        ours = self._ours()
        self.bars.append((f"≤ {limit:g}", ours is not None and ours <= limit))
        return self

    def _medians(self, column: str) -> tuple[float, float] | None:
        """The medians of another contender and of connectwith; None if one of them has none."""
        pair = [self.cells[c].values if c in self.cells else [] for c in (column, "ours")]
        return tuple(map(statistics.median, pair)) if all(pair) else None

    def below(self, column: str, title: str, times: float) -> "Row":
        """Adds the bar that connectwith is at least so many times shorter than another contender,
        by medians. Without a result of that contender there is no bar."""
        medians = self._medians(column)
        if medians:
            other, ours = medians
            ratio = other / ours if ours else math.inf
            text = f"≥ {times:g}× shorter than {title}: {number(ratio)}×"
            self.bars.append((text, ratio >= times))
        return self

    def within(self, column: str, title: str, times: float) -> "Row":
        """Adds the bar that connectwith is at most so many times another contender, by medians."""
        medians = self._medians(column)
        if medians:
            other, ours = medians
            ratio = ours / other if other else math.inf
            self.bars.append((f"≤ {times:g}× {title}: {ratio:.2f}×", ratio <= times))
        return self

    def as_dict(self) -> dict:
        """For JSON."""
        return {**dataclasses.asdict(self), "holds": self.holds}


def _cell(table: dict) -> Cell:
    kept = table.get("kept")
    return Cell(**{**table, "kept": None if kept is None else Summary(**kept)})


def from_dict(table: dict) -> Row:
    """The row that as_dict() gave."""
    fields = {name: value for name, value in table.items() if name != "holds"}
    fields["cells"] = {name: _cell(cell) for name, cell in table["cells"].items()}
    fields["bars"] = [(text, holds) for text, holds in table["bars"]]
    return Row(**fields)


def ours(
    name: str, value: float | list[float], unit: str, bar: float | None = None, note: str = ""
) -> Row:
    """A row of connectwith alone."""
    values = value if isinstance(value, list) else [value]
    row = Row(name, unit, {"ours": Cell(values)}, note=note)
    return row if bar is None else row.at_most(bar)


def spread(values: list[float]) -> str:
    """Median, 10th and 90th percentile of `values` as text."""
    low, high = quantile(values, 0.1), quantile(values, 0.9)
    return f"median {statistics.median(values):.1f}, p10 {low:.1f}, p90 {high:.1f}"
