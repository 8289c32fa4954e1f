# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A recording as a test in the style of tests/system, where lab_board.py has what it calls."""

import re
import textwrap
from collections.abc import Collection, Mapping

from commands import typed_faults
from lab.recording.items import Item, Recording
from lab.recording.moves import LIMIT_S, Move, moves
from lab.recording.start import from_first_run, is_fresh
from lab.recording.writer import Writer
from setup.problem import Problem

_NAME = re.compile(r"[a-z0-9_]{1,40}")
_TITLE_MAX = 200
_DOCSTRING_COLUMNS = 90
_CRASH_MIN_S = 5.0  # for how long a board must go on where it has crashed
_OF_THE_BENCH = ("fault", "publish")


def check_name(name: str) -> None:
    """Raises Problem when a test can not have this name."""
    if not _NAME.fullmatch(name):
        raise Problem(
            f"{ascii(name[:60])} is no name for a test.",
            "it becomes a part of a file's name and of a function's.",
            "use 1 to 40 characters of a-z, 0-9 and _, such as cable_out.",
            2,
        )


def as_pytest(
    recording: Recording, name: str, title: str, keys: Mapping[str, str] | None = None,
    real: Collection[int] = (),
) -> str:  # fmt: skip
    """The text of a test. title: a sentence, for its docstring. keys: those of the bench's access
    points, by name; a value that is one of them is looked up by the test. real: which boards are
    at serial ports. Raises Problem."""
    check_name(name)
    items = _of_one_board(recording.items, real)
    if is_fresh(items):
        items = list(from_first_run(items))
    crash = next((at for at, one in enumerate(items) if one.what == "crashed"), None)
    found = moves(items[:crash])
    _check(found, crash is not None)
    writer = Writer({key: point for point, key in (keys or {}).items() if key})
    limit_s = max(move.limit_s for move in found)
    if limit_s > LIMIT_S:
        writer.limit(limit_s)
    for move in found:
        writer.move(move)
    if crash is not None:
        step_s = max(one.at_s for one in items[:crash] if one.is_step)
        writer.goes_on(max(_CRASH_MIN_S, 3 * (items[crash].at_s - step_s)))
    return writer.text(name, _docstring(title, crash is not None))


def _of_one_board(items: tuple[Item, ...], real: Collection[int]) -> list[Item]:
    """All that concerns the board on which something was done. What the bench did to another one,
    such as a fault of its modem, has no effect here."""
    boards = {one.board for one in items if one.is_step and one.what not in _OF_THE_BENCH}
    if len(boards) > 1:
        raise Problem(
            "This recording cannot be saved as a test.",
            f"its steps are of {len(boards)} boards, and a test has one.",
            "record the steps of one board; this recording can be played again as it is.",
        )
    if boards & set(real):
        raise Problem(
            "This recording cannot be saved as a test.",
            "its steps are of a board at a serial port.",
            "a test runs in the bench: record the steps of a virtual board. This recording can be "
            "played again as it is.",
        )
    return [one for one in items if not boards or _board_of(one) in {None, *boards}]


def _board_of(item: Item) -> int | None:
    """None for what all boards share."""
    if item.what == "fault" and typed_faults.parse(item.values[0]).part != "modem":
        return None
    return item.board


def _check(found: list[Move], crashed: bool) -> None:
    """Raises Problem when nothing is tested, or when what was seen has begun before."""
    begun = False
    for move in found:
        first = next((one.words() for one in move.awaited if one.what != "booted"), None)
        if first and not begun:
            raise Problem(
                "This recording cannot be saved as a test.",
                f"it begins in the middle: '{first}' comes before anything was run.",
                "record again: press EN reset first, and then run the script.",
            )
        begun = begun or move.step is not None and move.step.what not in _OF_THE_BENCH
    if not begun or not crashed and not any(move.awaited for move in found):
        raise Problem(
            "This recording cannot be saved as a test.",
            "nothing was run in it, or nothing was seen after it: the test would check nothing.",
            "record a script that runs until an attempt has ended or a message has come.",
        )


def _docstring(title: str, crashed: bool) -> str:
    """The title as a sentence, as the first line of the file. It has no quote and no backslash."""
    words = "".join(char if char.isprintable() else " " for char in title[:_TITLE_MAX]).split()
    sentence = " ".join(words).replace('"', "'").replace("\\", "/").rstrip(".")
    said = "Recorded with ./tools/cw lab."
    if crashed:
        said += " The board crashed at the end: the test fails until it goes on."
    lines = []
    if sentence:
        # What is not ASCII may be twice as wide as a letter.
        width = _DOCSTRING_COLUMNS if sentence.isascii() else _DOCSTRING_COLUMNS // 2
        lines = [*textwrap.wrap(f"{sentence[0].upper()}{sentence[1:]}.", width), ""]
    lines.append(said)
    return '"""' + "\n".join(lines) + ('\n"""' if len(lines) > 1 else '"""')
