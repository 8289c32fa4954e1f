# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The few figures that docs/figures.md opens with, and those of the README; of one run."""

import re

import tables
from figures import Row, number

BEGIN, END = "<!-- written by ./tools/cw bench --page -->", "<!-- end of what was written -->"
_BLOCK = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)

# Rows of the bench, and how the README names them.
README_ROWS = {
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
# Ten rows, and how docs/figures.md names them.
PAGE_ROWS = {
    "longest pause of a 1 ms Timer: clean link, TLS included":
        "longest pause of user code while connecting",
    "longest pause of a 1 ms Timer: DNS answers after 500 ms":
        "the same, DNS answers after 500 ms",
    "longest pause of a 1 ms Timer: DNS silent": "the same, DNS does not answer",
    "time to CONNACK, Wi-Fi, clean": "time to connect, Wi-Fi",
    "time to CONNACK, Ethernet, clean": "time to connect, Ethernet",
    "callback after the deadline": "latest callback after the timeout of an attempt",
    "messages per second, QoS 1": "messages with QoS 1",
    "smallest heap that connects": "smallest heap that connects",
    "wrong Wi-Fi key (wifi)": "wrong Wi-Fi key",
    "peer never answers TLS (wifi)": "server that does not answer TLS",
}  # fmt: skip


def escape(text: str) -> str:
    """Text for a cell of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")


def line(cells: list[str]) -> str:
    """A line of a table."""
    return "| " + " | ".join(cells) + " |"


def _shown(row: Row, column: str) -> str:
    cell = row.cells.get(column)
    found = cell.summary if cell else None
    if found is None:
        return cell.text if cell else ""
    unit = "/s" if row.unit == "1/s" else f" {row.unit}"
    return f"{'> ' if cell.bound else ''}{number(found.judged(row.worst))}{unit}"


def _bar(row: Row) -> str:
    """What must hold, with the unit of a limit and without the ratio that was measured."""
    texts = (re.sub(r": [\d.]+×$", "", text) for text, _ in row.bars)
    return "; ".join(re.sub(r"^(≤ [\d.]+)$", rf"\1 {row.unit}", text) for text in texts)


def _table(titles: dict[str, str], results: list, columns: list[str], bars: bool) -> list[str]:
    rows = {row.name: row for result in results for row in result.rows}
    heads = ["", *(tables.HEADINGS[name] for name in columns), *["bar", "held"] * bars]
    lines = [line(heads).replace("|  |", "| |", 1), "|---" * len(heads) + "|"]
    for name, title in titles.items():
        if name in rows:
            cells = [_shown(rows[name], column) for column in columns]
            if bars:
                held = "yes" if rows[name].holds else "**no**"
                cells += [_bar(rows[name]), held if rows[name].bars else ""]
            lines.append(line([title, *(escape(cell) for cell in cells)]))
    return lines


def opening(results: list) -> list[str]:
    """The table that docs/figures.md opens with. A row that was not measured is left out."""
    known = tables.columns_of(results)
    columns = [name for name in ("ours", "umqtt_simple", "mqtt_as") if name in known]
    return _table(PAGE_ROWS, results, columns, True)


def block(results: list) -> str:
    """The README's table, between its two marks. A row that was not measured is left out."""
    columns = [name for name in tables.columns_of(results) if name in tables.TITLES]
    lines = _table(README_ROWS, results, columns, False)
    return "\n".join([BEGIN, *(text.replace("&gt;", ">") for text in lines), END])


def put(text: str, table: str) -> str:
    """The README with the table in its place."""
    return _BLOCK.sub(lambda _: table, text)
