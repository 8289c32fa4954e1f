# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw provision --csv: many boards, a row each."""

import argparse
import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from setup.problem import Problem
from setup.report import Report

# Attributes of files, relative to the CSV file. The last three hold a secret, and are no options.
FILES = ("wifi_key_file", "password_file", "proxy_password_file")
_PATHS = ("ca", "cert", "key", "request", *FILES)
_OPTIONS = ("port", "wifi", "apn", "proxy", "proxy_username", "cloud", "username", "clientid")
_COLUMNS = ("id", *_OPTIONS, *_PATHS)
_MOST_ROWS = 10_000


@dataclass(repr=False)
class Wanted:
    """What is to be stored: blocks of a NIC, the arguments of imp.cloud.configure, and the list of
    imp.uplink.networks."""

    blocks: dict[str, dict[str, str | int | None]]
    cloud: dict[str, str | bytes | bool | None]
    request: Path | None = None  # where the request for a certificate goes
    networks: list[dict[str, str | None]] = field(default_factory=list)


@dataclass
class Row:
    """One board: its line of the file, its port, its identifier if given, what is stored on it."""

    line: int
    port: str
    identifier: str | None
    wanted: Wanted


def _refuse(file: Path, line: int, why: str, next_step: str) -> Problem:
    return Problem(f"{file}, line {line}, cannot be used.", why, next_step, 2)


def _attribute(column: str) -> str:
    return column.strip().lower().replace("-", "_")


def _read(file: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines with their cells, empty ones left out. Raises Problem."""
    rows = []
    try:
        # A spreadsheet may put a byte order mark before the first name.
        with open(file, encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            names = [_attribute(name) for name in next(reader, [])]
            for name in names:
                if name not in _COLUMNS or names.count(name) > 1:
                    known = ", ".join(column.replace("_", "-") for column in _COLUMNS)
                    why = f"the column '{name}' is not known, or there twice."
                    raise _refuse(file, 1, why, f"the columns are: {known}.")
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(names):
                    why = f"it has {len(cells)} cells, and line 1 has {len(names)}."
                    raise _refuse(file, reader.line_num, why, "give each column a cell.")
                rows.append((reader.line_num, dict(zip(names, cells, strict=True))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _refuse(file, 1, f"it is no CSV in UTF-8: {error}.", "save it as that.") from None
    if not 1 <= len(rows) <= _MOST_ROWS:
        raise _refuse(file, 1, f"it has {len(rows)} rows.", f"give 1 to {_MOST_ROWS}.")
    return rows


def _options(options: argparse.Namespace, cells: dict[str, str], folder: Path):
    """The options of one board: cells that are not empty, then what the command line says."""
    merged = argparse.Namespace(**dict.fromkeys(FILES), **vars(options))
    for name, cell in cells.items():
        value = cell.strip() if name != "wifi" else cell  # an SSID may begin with a blank
        if value and name != "id":
            setattr(merged, name, str(folder / value) if name in _PATHS else value)
    return merged


def read(options: argparse.Namespace, gather: Callable[[argparse.Namespace], Wanted]) -> list[Row]:
    """All rows, with every file read and every secret asked for. Raises Problem."""
    rows = []
    for line, cells in _read(options.csv):
        merged = _options(options, cells, options.csv.parent)
        if merged.port is None:
            raise _refuse(
                options.csv, line, "no port is named.", "add a column port, or --port P."
            )
        try:
            wanted = gather(merged)
        except Problem as problem:
            problem.what = f"{options.csv}, line {line}: {problem.what}"
            raise
        rows.append(Row(line, merged.port, cells.get("id", "").strip() or None, wanted))
    _check_apart(options.csv, rows)
    return rows


def _check_apart(file: Path, rows: list[Row]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        if row.identifier is not None and seen.setdefault(row.identifier.lower(), row.line) != (
            row.line
        ):
            why = f"the board {row.identifier} is in line {seen[row.identifier.lower()]}, too."
            raise _refuse(file, row.line, why, "give each board one row.")
    files = [row.wanted.request for row in rows if row.wanted.request is not None]
    for row in rows:
        if files.count(row.wanted.request) > 1:
            why = f"the request of another board goes to {row.wanted.request}, too."
            raise _refuse(file, row.line, why, "give each board a file of its own.")
    if len({row.port for row in rows}) < len(rows) and not sys.stdin.isatty():
        raise Problem(
            "Two rows have the same port, and nobody is here to change the boards.",
            "standard input is not a terminal.",
            "run it in a terminal, or give each board a port of its own.",
            2,
        )


def run(
    options: argparse.Namespace,
    report: Report,
    gather: Callable[[argparse.Namespace], Wanted],
    store: Callable[[str, Wanted, Report, str], None],
) -> int:
    """Sets up one board after the other; exit status 1 if one was not. gather: what the options of
    one board ask for; store: stores that at a port, on a board with an identifier."""
    rows = read(options, gather)
    used: set[str] = set()
    failed = []
    for number, row in enumerate(rows, 1):
        name = f" ({row.identifier})" if row.identifier else ""
        if row.port in used:
            input(f"Connect the board of line {row.line}{name} to {row.port}, then press Enter: ")
        used.add(row.port)
        report.line(f"\n{number} of {len(rows)}: line {row.line}, {row.port}")
        try:
            store(row.port, row.wanted, report, row.identifier or "")
        except Problem as problem:
            failed.append(row)
            report.line(str(problem))
    report.line(f"\n{len(rows) - len(failed)} boards set up, {len(failed)} not")
    if failed:
        report.line(f"not set up: line {', '.join(str(row.line) for row in failed)}")
    return 1 if failed else 0
