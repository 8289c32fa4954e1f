# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The few figures that the README shows, out of the same run as docs/figures.md."""

import re
import statistics

from figures import Row, number
from stand import TITLES

BEGIN, END = "<!-- written by ./tools/cw bench --page -->", "<!-- end of what was written -->"
_BLOCK = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)

# Rows of the bench, and what a newcomer calls them.
ROWS = {
    "longest pause of a 1 ms Timer: clean link, TLS included":
        "longest pause of a 1 ms timer while connecting, TLS included",
    "longest pause of a 1 ms Timer: DNS answers after 500 ms": "the same, DNS takes 500 ms",
    "longest pause of a 1 ms Timer: DNS silent": "the same, DNS is silent",
    "time to CONNACK, Wi-Fi, clean": "Wi-Fi off to CONNACK",
    "wrong Wi-Fi key (wifi)": "wrong Wi-Fi key",
    "peer never answers TLS (wifi)": "server that never answers TLS",
    "certificate expired (wifi)": "certificate has expired",
    "smallest heap that connects": "smallest heap that connects",
}  # fmt: skip


def _shown(row: Row, column: str) -> str:
    cell = row.cells.get(column)
    if cell is None or not cell.values:
        return cell.text if cell else ""
    value = max(cell.values) if row.worst else statistics.median(cell.values)
    return f"{'> ' if cell.bound else ''}{number(value)} {row.unit}"


def block(results: list, columns: list[str]) -> str:
    """The table, between its two marks. A row that was not measured is left out."""
    rows = {row.name: row for result in results for row in result.rows}
    lines = [BEGIN, "| | " + " | ".join(TITLES[name] for name in columns) + " |"]
    lines.append("|---" * (len(columns) + 1) + "|")
    for name, title in ROWS.items():
        if name in rows:
            cells = [_shown(rows[name], column).replace("|", "\\|") for column in columns]
            lines.append("| " + " | ".join([title, *cells]) + " |")
    return "\n".join([*lines, END])


def put(text: str, table: str) -> str:
    """The README with the table in its place."""
    return _BLOCK.sub(lambda _: table, text)
