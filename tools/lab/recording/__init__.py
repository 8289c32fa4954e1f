# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What was done in the lab and what was seen: recorded, played again, saved as a system test.

Knows no page. items.py has what a recording is, moves.py what each step waits for; replay.py and
export.py do the same with it, at the bench and as the text of a test.
"""

from lab.recording.export import as_pytest
from lab.recording.items import Devices, Item, Orders, Recording, Seen
from lab.recording.replay import Player, play
from lab.recording.saving import command, save

__all__ = [
    "Devices",
    "Item",
    "Orders",
    "Player",
    "Recording",
    "Seen",
    "as_pytest",
    "command",
    "play",
    "save",
]
