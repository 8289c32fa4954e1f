# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The results of the bench's programs, in build/bench and, as summaries, in docs/figures."""

import dataclasses
import json
from pathlib import Path

from figures import Row, from_dict

KEPT = "docs/figures/bench.json"


@dataclasses.dataclass
class Result:
    """What one program has measured. `error` is the reason why the program did not finish, `load`
    the load of the machine in the minute before it began."""

    program: str
    digest: str
    quick: bool
    columns: list[str]
    missing: dict[str, str]
    seconds: float
    rows: list[Row]
    plots: dict
    error: str = ""
    load: float | None = None

    def save(self, folder: Path) -> None:
        """Writes <program>.json into the folder, for --resume and for the page."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.program}.json").write_text(json.dumps(_table(self), indent=1) + "\n")


def _table(result: Result) -> dict:
    return {**dataclasses.asdict(result), "rows": [row.as_dict() for row in result.rows]}


def _result(table: dict) -> Result:
    return Result(**{**table, "rows": [from_dict(row) for row in table["rows"]]})


def load(folder: Path, program: str) -> Result | None:
    """The saved result of a program; None if there is none or it cannot be read."""
    try:
        return _result(json.loads((folder / f"{program}.json").read_text()))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def keep(file: Path, results: list[Result], about: dict[str, str]) -> None:
    """Writes what the page needs: a summary in place of the values of each cell."""
    tables = []
    for result in results:
        rows = [
            dataclasses.replace(
                row, cells={name: cell.without_values() for name, cell in row.cells.items()}
            )
            for row in result.rows
        ]
        tables.append(_table(dataclasses.replace(result, rows=rows)))
    document = {"about": about, "results": tables}
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def kept(file: Path) -> tuple[list[Result], dict[str, str]]:
    """The results and the description of the run that keep() has written."""
    document = json.loads(file.read_text(encoding="utf-8"))
    return [_result(table) for table in document["results"]], document["about"]
