# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the lab's own code on the board says, between two control characters of the console."""

import json
import re
from pathlib import Path

ON_BOARD = Path(__file__).parents[1] / "on_board"
# boot.py runs at each boot and each soft reset, before the prompt. Ctrl-C, with which Run begins,
# waits until it has ended.
_BOOT = """\
import micropython
micropython.kbd_intr(-1)
try:
    import lab_notes{more}
finally:
    micropython.kbd_intr(3)
"""


def board_files(pauses: bool = True) -> dict[str, str]:
    """What is written to the board's flash. pauses: the board measures them."""
    more = "" if pauses else "\n    lab_notes.pauses(False)"
    return {
        "/boot.py": _BOOT.format(more=more),
        "/lab_notes.py": ON_BOARD.joinpath("lab_notes.py").read_text(encoding="utf-8"),
    }


# JSON has no control characters in it, so other text between the two is the user's.
_NOTE = re.compile(rb"\x1e(\{[^\x00-\x1f]*\})\x1f")
_BEGUN = re.compile(rb"\x1e(?:\{[^\x00-\x1f]*)?\Z")
LONGEST_BYTES = 4000
# A note has some for its stages; a program of the user's may nest deeper than Python reads.
_BRACKETS = 500


class Splitter:
    """Takes the notes out of a console's bytes, which come in pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> tuple[bytes, list[dict]]:
        """The bytes for the terminal, and the notes that this piece completes."""
        whole = self._rest + data
        notes = [note for text in _NOTE.findall(whole) if (note := _read(text)) is not None]
        whole = _NOTE.sub(b"", whole)
        begun = _BEGUN.search(whole)
        # What is too long is no note, but what the user's code has printed.
        if begun is None or len(whole) - begun.start() > LONGEST_BYTES:
            self._rest = b""
            return whole, notes
        self._rest = whole[begun.start() :]
        return whole[: begun.start()], notes

    def reset(self) -> None:
        """A note that was cut short by a reset does not come any more."""
        self._rest = b""


def _read(text: bytes) -> dict | None:
    if text.count(b"[") + text.count(b"{") > _BRACKETS:
        return None
    try:
        value = json.loads(text)
        # JSON's escapes can make half a character, which no page takes.
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError:  # UnicodeDecodeError is one
        return None
    return value if isinstance(value, dict) else None
