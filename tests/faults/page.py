# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Writes docs/faults.md from the results of a whole run of the matrix."""

import datetime
import subprocess

from matrix import CELLS, FAULTS, LINKS, REASONS, STAGES, name_of

from commands.freshness import FAULTS as PAGE

_TITLES = {"wl0": "Wi-Fi (`wl0`)", "eth0": "Ethernet (`eth0`)", "cell0": "Cellular (`cell0`)"}

_HEAD = """\
# Faults

This page has the result of an attempt for each fault in each stage of each link. `{command}`
tried all {cells} of them on the virtual board: {date}, commit {commit}, {workers} at a time on
{cores} cores.

| Fault | Meaning |
|---|---|
{faults}

Each row was checked for all of this:

* the result code is the one of the table, and there is exactly one callback;
* the callback comes within the timeout, and before it where the result can be known earlier;
* `imp.diag` has a cause that names no secret;
* after a failure the interface is powered down;
* no socket, thread, file or memory is left behind;
* the next attempt on the same board works.

The time is that from the call to the callback. A **bold** time is the timeout, or most of it: only
the timeout tells that the other side is silent, or the failure may pass and is tried again.
`SERVER_CONNECTED` means that the attempt has connected in spite of the fault.
`tests/faults/matrix.py` has the rows.
"""


def _commit(root):
    found = subprocess.run(
        ["git", "-C", str(root), "describe", "--always", "--dirty"], capture_output=True, text=True
    )
    return found.stdout.strip() or "unknown"


def _seconds(cell, took_ms):
    text = f"{took_ms / 1000:.1f} s"
    return f"**{text}**" if cell.ends in ("late", "tried") else text


def _rows(link, took_ms):
    """The table of one link: a row for each fault that was tried, stage by stage."""
    yield "| Stage | Fault | What happens | Result | Time |"
    yield "|---|---|---|---|---|"
    for stage in STAGES:
        for fault in FAULTS:
            for cell in CELLS:
                if (cell.link, cell.stage, cell.fault) == (link, stage, fault):
                    end = f"`{name_of(cell)}` | {_seconds(cell, took_ms[str(cell)])}"
                    yield f"| {stage} | {fault} | {cell.how} | {end} |"
    yield ""


def _not_tried(link):
    """The faults that have no row, and why: places with the same reason share a row."""
    places = {}
    for (of, stage, fault), reason in REASONS.items():
        if of == link:
            places.setdefault((stage, reason), []).append(fault)
    if not places:
        return
    yield "| Stage | Not tried | Why |"
    yield "|---|---|---|"
    for stage in STAGES:
        for (of, reason), faults in places.items():
            if of == stage:
                yield f"| {stage} | {', '.join(faults)} | {reason} |"
    yield ""


def text_of(root, took_ms, workers, cores):
    """The page; took_ms: of each cell, by its name."""
    head = _HEAD.format(
        cells=len(CELLS), command=PAGE.command, commit=_commit(root), cores=cores,
        date=datetime.date.today().isoformat(), workers=workers,
        faults="\n".join(f"| {fault} | {words} |" for fault, words in FAULTS.items()),
    )  # fmt: skip
    lines = [head]
    for link in LINKS:
        lines += [f"## {_TITLES[link]}", "", *_rows(link, took_ms), *_not_tried(link)]
    return "\n".join([*lines, PAGE.mark(root), ""])


class Page:
    """Collects the times of the cells; writes the page if all of them have passed."""

    def __init__(self, root, cores):
        self._root = root
        self._cores = cores
        self._took_ms = {}

    def pytest_runtest_logreport(self, report):
        """Of each test; with pytest-xdist in the controller."""
        if report.when == "call" and report.passed:
            self._took_ms.update(value for key, value in report.user_properties if key == "cell")

    def pytest_terminal_summary(self, terminalreporter, exitstatus, config):
        """At the end of the run."""
        missing = len(CELLS) - len(self._took_ms)
        if exitstatus or missing:
            terminalreporter.line(f"{PAGE.path} is not written: {missing} cells have not passed")
            return
        workers = config.getoption("numprocesses", None) or 1
        (self._root / PAGE.path).write_text(
            text_of(self._root, self._took_ms, workers, self._cores), encoding="utf-8"
        )
        terminalreporter.line(f"{PAGE.path} is written")
