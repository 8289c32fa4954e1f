# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A page of docs/figures: title, command, date and rows of [name, value, note]. `more` is a second
table, with headings of its own, and `extra` a third."""

import datetime
import json
from pathlib import Path

HEADINGS = ["Figure", "Value", "Note"]


def make(title: str, command: str, rows: list[list], more: dict | None = None) -> dict:
    """The document that is written as NAME.json; more: {"heads": [...], "rows": [[...]]}."""
    date = datetime.date.today().isoformat()
    page = {"title": title, "command": command, "date": date, "rows": rows}
    return page if more is None else {**page, "more": more}


def publish(folder: Path, name: str, page: dict, record: dict, as_json: bool) -> None:
    """Writes `name`.json and the whole record beside it, and prints the table or the record."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(page, indent=2) + "\n")
    whole = json.dumps({**page, **record}, indent=2)
    kept = Path(__file__).resolve().parents[2] / "build" / name
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "record.json").write_text(whole + "\n")
    if as_json:
        print(whole)
    else:
        _show(page)


def _show(page: dict) -> None:
    from rich.console import Console
    from rich.table import Table

    last = {"heads": HEADINGS, "rows": page["rows"]}
    for part in filter(None, (page.get("more"), page.get("extra"), last)):
        table = Table(title=page["command"])
        for heading in part["heads"]:
            table.add_column(heading, overflow="fold")
        for row in part["rows"]:
            table.add_row(*map(str, row))
        Console(width=120).print(table)
