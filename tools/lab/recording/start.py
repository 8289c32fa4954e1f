# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Where a recording starts: with what is run, not with what was going on before."""

from collections.abc import Iterable

from lab.recording.items import Item

_RUNS = ("run_script", "type")
_RESETS = ("press_en", "soft_reset", "power")


def from_first_run(items: Iterable[Item]) -> tuple[Item, ...]:
    """Without what was seen of a board before anything was run there, because no step has caused
    it. Boots stay, and so does all of a board on which nothing is run."""
    items = tuple(items)
    waits = {one.board for one in items if one.what in _RUNS}
    kept = []
    for one in items:
        if one.what in _RUNS:
            waits.discard(one.board)
        if one.is_step or one.what == "booted" or one.board not in waits:
            kept.append(one)
    return tuple(kept)


def is_fresh(items: Iterable[Item]) -> bool:
    """Whether the board was reset before anything was run."""
    first = next((one for one in items if one.what in (*_RUNS, *_RESETS)), None)
    return first is not None and first.what in _RESETS
