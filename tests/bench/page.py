# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Writes docs/figures.md and its plots from the results of a whole run."""

import json
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

import headlines
import picture
import tables
from figures import Cell
from headlines import escape, line
from results import KEPT, keep, kept
from stand import TITLES

from commands.freshness import FIGURES
from setup.contenders import read_contenders
from setup.paths import LOCK_FILE

_OPENING = "longest.svg"
_METHOD = Path(__file__).with_name("method.md")
_SECTIONS = {
    "pause": "Pauses of user code",
    "time": "Time to CONNACK",
    "deadline": "Deadline",
    "switching": "From one link to another",
    "uplink": "Staying connected",
    "rate": "Messages",
    "memory": "Memory",
    "size": "Code",
    "idle": "Connected and idle",
    "causes": "What a failure says",
    "cellular": "The cellular link",
    "endurance": "Endurance",
}
# The common beginning of a section's rows, which the heading has already.
_PREFIXES = {"pause": "longest pause of ", "time": "time to CONNACK, "}
_NO = re.compile(r"\bNO(?=;|$)")
_INTRODUCTIONS = {
    "pause": [
        "A cell is the longest pause of all runs; the median of the runs is in brackets.",
        "*Idle board* is the same measurement on a board that does nothing. *No processor* is how",
        "long threads of the board were ready to run and had no processor, in the run with the",
        "longest pause of connectwith. Other programs have lengthened that pause by this time at",
        "most.",
        "",
    ],
}
_PLOTS = {
    "pause": ("gaps", "pauses", "Histogram of the gaps of a 1 ms Timer while connecting"),
    "time": ("stages", "stages", "Stages of an attempt over each link"),
}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(Path(__file__).parent), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def machine() -> dict[str, str]:
    """The date, the machine, the commit and the contenders of a run."""
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0))} cores",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "commit": _git("rev-parse", "--short=10", "HEAD")
        + (" with changes" if _git("status", "--porcelain", "firmware", "modules") else ""),
        **{
            TITLES[c.name]: f"{c.url} at {c.commit[:10]}, `{c.path}`"
            for c in read_contenders(LOCK_FILE).values()
        },
    }


def _runs(row) -> str:
    """The number of runs; as a range where the contenders differ in it."""
    runs = {cell.summary.runs for cell in row.cells.values() if cell.summary}
    runs = runs - {1} or runs  # the columns beside the contenders have one value
    return "–".join(str(n) for n in sorted({min(runs), max(runs)})) if runs else ""


def _table(result, columns: list[str]) -> list[str]:
    rows = result.rows
    must, several = any(row.bars for row in rows), any(_runs(row) not in ("", "1") for row in rows)
    heads = ["Figure", *(tables.HEADINGS[name] for name in columns)]
    heads += ["Runs"] * several + ["Must hold"] * must
    lines = [line(heads), "|---" * len(heads) + "|"]
    prefix = _PREFIXES.get(result.program, "")
    notes: dict[str, list[str]] = {}
    for row in rows:
        cells = [escape(row.cells.get(name, Cell()).brief(row.worst)) for name in columns]
        cells += [_runs(row)] * several
        cells += [_NO.sub(r"**NO**", escape(tables.bars_of(row)))] * must
        title = tables.title_of(row).removeprefix(prefix)
        lines.append(line([escape(title), *cells]))
        if row.note:
            notes.setdefault(row.note, []).append(row.name.removeprefix(prefix))
    lines.append("")
    for note, names in notes.items():
        # Rows that share a note have names that begin alike.
        common = os.path.commonprefix(names).rstrip(" :,")
        about = "" if len(names) == len(rows) else f"{common}: "
        lines.append(f"* {escape(about + note)}.")
    return [*lines, ""] if notes else lines


def _section(root: Path, result, columns: list[str]) -> list[str]:
    known = [name for name in columns if any(name in row.cells for row in result.rows)]
    lines = [f"## {_SECTIONS[result.program]}", "", *_INTRODUCTIONS.get(result.program, [])]
    lines += _table(result, known)
    if result.program in _PLOTS:
        key, name, title = _PLOTS[result.program]
        if result.plots.get(key):
            lines += [f"![{title}](figures/{name}.svg)", ""]
    if result.program == "endurance":
        lines += _long_runs(root / "docs" / "figures")
    return lines


def _long_runs(folder: Path) -> list[str]:
    """The results of ./tools/cw soak and ./tools/cw fleet in the folder."""
    lines = []
    for name in ("soak", "fleet"):
        file = folder / f"{name}.json"
        if not file.is_file():
            continue
        run = json.loads(file.read_text(encoding="utf-8"))
        lines += [f"### {run['title']}", "", f"`{run['command']}`, {run['date']}:", ""]
        plain = {"heads": ["Figure", "Value", "Note"], "rows": run["rows"]}
        for part in filter(None, (run.get("more"), plain)):
            lines += [line(part["heads"]), "|---" * len(part["heads"]) + "|"]
            lines += [line([escape(str(cell)) for cell in row]) for row in part["rows"]]
            lines.append("")
        if (folder / f"{name}.svg").is_file():
            lines += [f"![{run['title']}](figures/{name}.svg)", ""]
    return lines


def _verdict(results: list) -> list[str]:
    """How many bars hold, and those that do not."""
    held = [(row, text, ok) for r in results for row in r.rows for text, ok in row.bars]
    missed = [(row, text) for row, text, ok in held if not ok]
    lines = [f"{len(held) - len(missed)} of {len(held)} bars hold."]
    if missed:
        lines[0] += " These do not:"
        lines += ["", "| Figure | Bar |", "|---|---|"]
        lines += [line([escape(row.name), escape(text)]) for row, text in missed]
    return [*lines, ""]


def _range(loads: list[float | None]) -> str:
    known = [load for load in loads if load is not None]
    return f"{min(known):.1f} to {max(known):.1f}" if known else "not recorded"


def _this_run(results: list, about: dict[str, str]) -> list[str]:
    missing = {TITLES[n]: why for result in results for n, why in result.missing.items()}
    loads = [result.load for result in results]
    return [
        "## This run",
        "",
        *(f"* {name}: {value}" for name, value in about.items() if name not in missing),
        f"* load of the machine when the programs began: {_range(loads)}",
        f"* duration: {sum(result.seconds for result in results) / 60:.0f} minutes",
        *(f"* {name} could not be fetched: {why}" for name, why in missing.items()),
    ]


def text_of(root: Path, results: list, about: dict[str, str]) -> str:
    """The whole page."""
    columns = tables.columns_of(results)
    head, _, method = _METHOD.read_text(encoding="utf-8").partition("\n## ")
    shown = [f"![Longest pause of user code](figures/{_OPENING})", ""]
    lines = [
        "# Figures",
        "",
        FIGURES.mark_of(results[0].digest),
        f"<!-- written by ./tools/cw bench --page, from {KEPT}; change that, not this -->",
        "",
        *head.strip().format(date=about["date"]).splitlines(),
        "",
        *(shown if picture.longest(results) else []),
        *headlines.opening(results),
        "",
        *_verdict(results),
    ]
    for result in results:
        lines += _section(root, result, columns)
    lines += [*f"## {method}".splitlines(), "", *_this_run(results, about)]
    return "\n".join(lines).rstrip() + "\n"


def write(root: Path, results: list, about: dict[str, str]) -> None:
    """Keeps the results, and writes the page of them."""
    (root / "docs" / "figures").mkdir(exist_ok=True)
    keep(root / KEPT, results, about)
    rewrite(root)


def rewrite(root: Path) -> None:
    """Writes the page, its plots and the table of the README, from the results that are kept."""
    import plots

    results, about = kept(root / KEPT)
    folder = root / "docs" / "figures"
    picture.draw(results, folder / _OPENING)
    for result in results:
        if result.program in _PLOTS:
            key, name, _ = _PLOTS[result.program]
            if result.plots.get(key):
                getattr(plots, name)(result.plots[key], folder / f"{name}.svg")
    (root / FIGURES.path).write_text(text_of(root, results, about), encoding="utf-8")
    readme = root / "README.md"
    table = headlines.block(results)
    readme.write_text(headlines.put(readme.read_text(encoding="utf-8"), table), encoding="utf-8")
    print(f"wrote {FIGURES.path}, docs/figures/*.svg and the table of README.md", file=sys.stderr)
