# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""docs/faults.md, from what a whole run of the matrix has measured."""

import datetime
import subprocess

from matrix import CELLS, FAULTS, LINKS, REASONS, STAGES, name_of

from commands.freshness import FAULTS as PAGE

_TITLES = {"wl0": "Wi-Fi (`wl0`)", "eth0": "Ethernet (`eth0`)", "cell0": "Cellular (`cell0`)"}

_HEAD = """\
# Faults

What an attempt ends with when something goes wrong: each fault in each stage of each link, {cells}
cells, all tried on the virtual board by `{command}`.
{date}, commit {commit}, {workers} cells at a time on {cores} cores.

Of each cell is checked: the result code; exactly one callback; never later than the timeout, and
before it where the end can be known; a cause in `imp.diag` that names no secret; the interface
powered down after a failure; no socket, thread, file or memory left behind; and that the next
attempt on the same board works. `tests/faults/matrix.py` has the cells.

The times are from the call to the callback as measured in this run. **Bold** ones use the timeout
that was given, or most of it: only the time can tell, or what may pass is tried again.
`SERVER_CONNECTED` means that the attempt has got over the fault.

| Fault | |
|---|---|
"""


def _commit(root):
    found = subprocess.run(
        ["git", "-C", str(root), "describe", "--always", "--dirty"], capture_output=True, text=True
    )
    return found.stdout.strip() or "unknown"


def _seconds(cell, took_ms):
    text = f"{took_ms / 1000:.1f} s"
    return f"**{text}**" if cell.ends in ("late", "tried") else text


class _Table:
    """The stages and faults of one link; what a place cannot say in two words is a note."""

    def __init__(self, link, took_ms):
        self._link = link
        self._took_ms = took_ms
        self._notes = []

    def _note(self, text):
        if text not in self._notes:
            self._notes.append(text)
        return self._notes.index(text) + 1

    def _place(self, stage, fault):
        place = (self._link, stage, fault)
        if place in REASONS:
            return f"– ({self._note(REASONS[place])})"
        lines = [
            f"{cell.how}: `{name_of(cell)}` {_seconds(cell, self._took_ms[str(cell)])}"
            for cell in CELLS
            if (cell.link, cell.stage, cell.fault) == place
        ]
        return "<br>".join(lines)

    def lines(self):
        """The table and its notes in Markdown."""
        yield f"| Stage | {' | '.join(FAULTS)} |"
        yield "|---" * (len(FAULTS) + 1) + "|"
        for stage in STAGES:
            yield f"| {stage} | {' | '.join(self._place(stage, fault) for fault in FAULTS)} |"
        yield ""
        for number, text in enumerate(self._notes, 1):
            yield f"({number}) {text[0].upper()}{text[1:]}."
            yield ""


def _text(root, took_ms, workers, cores):
    head = _HEAD.format(
        cells=len(CELLS), command=PAGE.command, commit=_commit(root), cores=cores,
        date=datetime.date.today().isoformat(), workers=workers,
    )  # fmt: skip
    lines = [head + "\n".join(f"| {fault} | {words} |" for fault, words in FAULTS.items()), ""]
    for link in LINKS:
        lines += [f"## {_TITLES[link]}", "", *_Table(link, took_ms).lines()]
    return "\n".join([*lines, PAGE.mark(root), ""])


class Page:
    """Collects what the cells took; writes the page if all of them have passed."""

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
            _text(self._root, self._took_ms, workers, self._cores), encoding="utf-8"
        )
        terminalreporter.line(f"{PAGE.path} is written")
