# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""docs/figures.md and its plots, of a whole run."""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import headlines
import tables
from stand import TITLES

from commands.freshness import FIGURES
from setup.contenders import read_contenders
from setup.paths import LOCK_FILE

_METHOD = Path(__file__).with_name("method.md")
_SECTIONS = {
    "pause": "Pauses of user code",
    "time": "Time to CONNACK",
    "deadline": "Deadline",
    "switching": "From one link to another",
    "rate": "Messages",
    "memory": "Memory",
    "size": "Code",
    "idle": "Connected and idle",
    "causes": "What a failure says",
    "cellular": "The cellular link",
    "endurance": "Endurance",
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
    """What was measured, on what."""
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0))} cores",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "commit": _git("rev-parse", "--short=10", "HEAD")
        + (" with changes" if _git("status", "--porcelain", "firmware", "modules") else ""),
    }


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _table(result, columns: list[str]) -> list[str]:
    heads = ["Figure", *(TITLES[name] for name in columns)]
    must = any(row.bars for row in result.rows)
    lines = [_line([*heads, "Must hold"] if must else heads)]
    lines.append("|---" * (len(heads) + must) + "|")
    notes: dict[str, list[str]] = {}
    for row in result.rows:
        cells = [_escape(tables.shown(row, name)) for name in columns]
        verdict = _escape(tables.bars_of(row)).replace(" NO", " **NO**")
        lines.append(_line([_escape(tables.title_of(row)), *cells, *([verdict] if must else [])]))
        if row.note:
            notes.setdefault(row.note, []).append(row.name)
    lines.append("")
    for note, names in notes.items():
        about = "" if len(names) == len(result.rows) else f"{names[0]}: "
        if len(names) > 1 and about:
            about = f"{names[0]} and {len(names) - 1} more: "
        lines.append(f"* {_escape(about + note)}.")
    return [*lines, ""] if notes else lines


def _section(root: Path, result, columns: list[str]) -> list[str]:
    known = [name for name in columns if any(name in row.cells for row in result.rows)]
    lines = [f"## {_SECTIONS[result.program]}", "", *_table(result, known)]
    if result.program in _PLOTS:
        key, name, title = _PLOTS[result.program]
        if result.plots.get(key):
            lines += [f"![{title}](figures/{name}.svg)", ""]
    if result.program == "endurance":
        lines += _long_runs(root / "docs" / "figures")
    return lines


def _long_runs(folder: Path) -> list[str]:
    """What ./tools/cw soak and ./tools/cw fleet have left there."""
    lines = []
    for name in ("soak", "fleet"):
        file = folder / f"{name}.json"
        if not file.is_file():
            continue
        run = json.loads(file.read_text(encoding="utf-8"))
        lines += [f"{run['title']}, `{run['command']}`, {run['date']}:", ""]
        lines += ["| Figure | Value | Note |", "|---|---|---|"]
        lines += [_line([_escape(str(cell)) for cell in row]) for row in run["rows"]]
        lines.append("")
        if (folder / f"{name}.svg").is_file():
            lines += [f"![{run['title']}](figures/{name}.svg)", ""]
    return lines


def _verdict(results: list) -> list[str]:
    held = [(row, text, ok) for r in results for row in r.rows for text, ok in row.bars]
    missed = [(row, text) for row, text, ok in held if not ok]
    lines = [f"{len(held) - len(missed)} of {len(held)} bars hold."]
    if missed:
        lines[0] += " These do not; the notes below the tables say why, as far as it is known:"
        lines += ["", *(f"* {_escape(row.name)}: {_escape(text)}" for row, text in missed)]
    return [*lines, ""]


def _range(loads: list[float | None]) -> str:
    known = [load for load in loads if load is not None]
    return f"{min(known):.1f} to {max(known):.1f}" if known else "not recorded"


def text_of(root: Path, results: list, about: dict[str, str]) -> str:
    """The whole page."""
    columns = tables.columns_of(results)
    versions = [
        f"* {TITLES[c.name]}: {c.url} at {c.commit[:10]}, `{c.path}`"
        for c in read_contenders(LOCK_FILE).values()
    ]
    loads = [result.load for result in results]
    missing = {TITLES[n]: why for result in results for n, why in result.missing.items()}
    lines = [
        "# Figures",
        "",
        FIGURES.mark_of(results[0].digest),
        "<!-- written by ./tools/cw bench --page; change that, not this -->",
        "",
        *_METHOD.read_text(encoding="utf-8").splitlines(),
        "",
        "## This run",
        "",
        *(f"* {name}: {value}" for name, value in about.items()),
        f"* load of the machine when the programs began: {_range(loads)}",
        f"* duration: {sum(result.seconds for result in results) / 60:.0f} minutes",
        *versions,
        *(f"* {name} was not to be had: {why}" for name, why in missing.items()),
        "",
        *_verdict(results),
    ]
    for result in results:
        lines += _section(root, result, columns)
    return "\n".join(lines).rstrip() + "\n"


def write(root: Path, results: list, about: dict[str, str]) -> None:
    """Writes the page, its plots and the table of the README."""
    import plots

    folder = root / "docs" / "figures"
    folder.mkdir(exist_ok=True)
    for result in results:
        if result.program in _PLOTS:
            key, name, _ = _PLOTS[result.program]
            if result.plots.get(key):
                getattr(plots, name)(result.plots[key], folder / f"{name}.svg")
    (root / FIGURES.path).write_text(text_of(root, results, about), encoding="utf-8")
    readme = root / "README.md"
    table = headlines.block(results, tables.columns_of(results))
    readme.write_text(headlines.put(readme.read_text(encoding="utf-8"), table), encoding="utf-8")
    print(f"wrote {FIGURES.path}, docs/figures/*.svg and the table of README.md", file=sys.stderr)
