# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A program: the page of the lab without a bench, whose board shows the keys that it gets."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from lab.model import Lab
from lab.model.recording import Entry, RecordingView
from lab.server.server import Server, listen

from commands import typed_faults


class Desk:
    """Faults are made at once, and other orders are events."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._parts = {part: short for short, part in typed_faults.PARTS.items()}
        self.recorder = self

    def __getattr__(self, name: str):
        return lambda *values: self._lab.said(f"{name} {values!r}")

    def type(self, board: int, text: str) -> None:
        """Keys for the board."""
        self._lab.boards[board].console(f"<{text.encode().hex()}>")

    def record(self) -> None:
        """There is a recording at once."""
        entries = (Entry(0.0, "board", "the script is run", True),)
        self._lab.show(RecordingView(entries=entries, text="# a test\n"))

    def fault(self, board: int, text: str) -> None:
        """Makes a fault."""
        fault = typed_faults.parse(text)
        self._lab.fault(self._parts[fault.part], fault.method, fault.text, fault.values, board)


def main() -> None:
    """Until SIGINT."""
    lab = Lab(typed_faults.PARTS, "import imp\n")
    board = lab.add_board("board")
    board.powered("on")
    board.note({"boot": 1, "device": "240ac4000001"}, time.monotonic())
    for number in range(300):
        lab.message(f"imp/240ac4000001/a-topic-without-a-space/{number}", b"", "x" * 200)
    with listen(0) as listener:
        server = Server(listener)
        print(server.url, flush=True)
        server.serve(lab, Desk(lab))


main()
