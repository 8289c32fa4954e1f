# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A measured figure, the bar it is held against, and how both are shown."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Figure:
    """One row of the table.

    `value` is in `unit`. `bar` is the largest value that is good enough, None for a row that is
    only there to compare with.
    """

    name: str
    value: float
    unit: str
    bar: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the bar is met; None without a bar."""
        return None if self.bar is None else self.value <= self.bar

    def as_dict(self) -> dict:
        """The row for `--json`."""
        return {**dataclasses.asdict(self), "holds": self.holds}


def spread(values: list[float]) -> str:
    """Median, 10th and 90th percentile of `values` as text."""
    ordered = sorted(values)
    low, high = ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
    return f"median {statistics.median(ordered):.1f}, p10 {low:.1f}, p90 {high:.1f}"


def show(figures: list[Figure]) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title="connectwith: measured on the virtual board, this run")
    for heading in ("Figure", "Value", "Bar", "Holds", "Note"):
        justify = "right" if heading in ("Value", "Bar") else "left"
        table.add_column(heading, justify=justify, overflow="fold")
    for figure in figures:
        bar = "" if figure.bar is None else f"<= {figure.bar:g} {figure.unit}"
        holds = {None: "", True: "yes", False: "NO"}[figure.holds]
        table.add_row(figure.name, f"{figure.value:.4g} {figure.unit}", bar, holds, figure.note)
    Console(width=120).print(table)
