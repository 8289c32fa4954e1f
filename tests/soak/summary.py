# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A page of docs/figures: title, command, date and rows of [name, value, note]."""

import datetime
import json
from pathlib import Path


def make(title: str, command: str, rows: list[list]) -> dict:
    """What is written as NAME.json."""
    date = datetime.date.today().isoformat()
    return {"title": title, "command": command, "date": date, "rows": rows}


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

    table = Table(title=page["command"])
    for heading in ("Figure", "Value", "Note"):
        table.add_column(heading, overflow="fold")
    for row in page["rows"]:
        table.add_row(*map(str, row))
    Console(width=120).print(table)
