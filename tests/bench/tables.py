# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The table of a run for the terminal, and all of it as one document."""

import dataclasses
from collections.abc import Iterable

from figures import Cell, Row
from stand import COLUMNS, TITLES

# Columns beside the contenders, which some rows have.
BESIDE = {"idle": "idle board", "queued": "no processor"}
HEADINGS = {**TITLES, **BESIDE}


def columns_of(results: Iterable) -> list[str]:
    """The contenders that any result knows of, in their order."""
    known = {name for result in results for name in (*result.columns, *result.missing)}
    known |= {name for result in results for row in result.rows for name in row.cells}
    return [name for name in (*COLUMNS, *BESIDE) if name in known]


def bars_of(row: Row) -> str:
    """The bars of a row, each with yes or NO; "" without bars."""
    return "; ".join(f"{text} {'yes' if holds else 'NO'}" for text, holds in row.bars)


def shown(row: Row, column: str) -> str:
    """The text of one cell."""
    return row.cells.get(column, Cell()).shown(row.worst)


def title_of(row: Row) -> str:
    """The row's name with its unit."""
    return f"{row.name} [{row.unit}]" if row.unit else row.name


def show(results: list) -> None:
    """Prints the table."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    columns = columns_of(results)
    table = Table(title="Measured on the virtual board, this run: median (p10–p90)")
    for heading in ("Figure", *(HEADINGS[name] for name in columns), "Must hold"):
        table.add_column(heading, overflow="fold")
    for result in results:
        table.add_section()
        for row in result.rows:
            cells = [shown(row, name) for name in columns]
            table.add_row(*map(escape, (title_of(row), *cells, bars_of(row))))
        if result.error:
            table.add_row(result.program, escape(f"failed: {result.error}"))
    console = Console()
    # A log has no width of its own; a narrow one would fold the table.
    Console(width=None if console.is_terminal else 160).print(table)
    for result in results:
        for row in result.rows:
            if row.note:
                console.print(f"{row.name}: {row.note}", markup=False, highlight=False)


def document(results: list, machine: dict) -> dict:
    """Everything, for --json."""
    return {
        "machine": machine,
        "results": [
            {**dataclasses.asdict(r), "rows": [row.as_dict() for row in r.rows]} for r in results
        ],
    }
