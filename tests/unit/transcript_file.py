# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Reads the transcripts of a modem, see transcripts/README.md."""

from pathlib import Path

FOLDER = Path(__file__).parent / "transcripts"
EVENTS = "OK ERROR CME CMS CONNECT NO_CARRIER BUSY NO_ANSWER NO_DIALTONE INFO URC PROMPT".split()


class Transcript:
    """`steps`: ("begin", command, prefix), ("reset",) and ("bytes", data), in their order.
    `events`: what must come of them, as text. `rest`: the bytes for PPP, concatenated."""

    def __init__(self, path):
        self.steps = []
        self.events = []
        self.rest = b""
        for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
            try:
                self._read(line)
            except ValueError as error:
                raise ValueError(f"{path.name}:{number}: {line!r}: {error}") from error

    def _read(self, line):
        kind, _, text = line.partition(" ")
        if kind == "#":
            return
        if kind == "begin":
            # A command may hold blanks inside quotation marks only; a prefix holds none.
            command, _, prefix = text.partition(" ")
            self.steps.append(("begin", command.encode(), prefix.strip("'").encode()))
        elif kind == "reset":
            self.steps.append(("reset",))
        elif kind.startswith("<"):
            self._add(_unescape(text) * int(kind[1:] or 1))
        elif kind == "=":
            self.events.append(text)
        elif kind == "rest":
            self.rest += _unescape(text)
        else:
            raise ValueError("unknown line")

    def _add(self, data):
        if self.steps and self.steps[-1][0] == "bytes":
            data = self.steps.pop()[1] + data
        self.steps.append(("bytes", data))


def _unescape(text):
    return text.encode("ascii").decode("unicode_escape").encode("latin-1")


def transcripts():
    """All of them, by name."""
    return {path.stem: Transcript(path) for path in sorted(FOLDER.glob("*.txt"))}


def describe(name, number, text):
    """An event as a transcript writes it."""
    return f"{name} {number} {text}" if name in ("CME", "CMS") else f"{name} {text}"
