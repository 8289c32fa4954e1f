# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a page shows of the recorder."""

from dataclasses import dataclass
from typing import NamedTuple


class Entry(NamedTuple):
    """A line of a recording: seconds from its start, the board's name ("" for the bench), what
    happened, and whether a person did it."""

    at_s: float
    board: str
    words: str
    is_step: bool


@dataclass(frozen=True)
class RecordingView:
    """state: idle, recording or playing. note: a sentence about the last of these. text: the test
    that a recording makes, "" while there is none."""

    state: str = "idle"
    entries: tuple[Entry, ...] = ()
    note: str = ""
    text: str = ""
