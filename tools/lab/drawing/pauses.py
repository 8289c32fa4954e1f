# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The pauses of user code: the longest gap of a 1 ms timer in each window, as a plot of 30 s.

The right edge is the end of the last window, so that the drawing changes only when there is a new
one. Windows stand on a grid of absolute time: they move to the left and do not change their shape.
"""

from bisect import bisect_left, bisect_right
from functools import lru_cache
from html import escape
from typing import NamedTuple

from lab.model import BoardView
from lab.model.attempts import AttemptView

SHOWN_S = 30
PROMISE_US = 5000
TOP_US = 10000  # of the axis; what is longer is cut off there, and has a number
_PER_S = 20  # columns of the drawing: windows of 50 ms
_COLUMNS = SHOWN_S * _PER_S
_HEIGHT = 100
_APART = _COLUMNS * 15 // 100  # between two numbers above the plot, or two names of attempts
_MOST_NUMBERS = 6
_NEAR_S = 0.4  # between a window and what the kernel counted for its time: both come with a delay
_LOST = _PER_S // 4  # columns without a window that are a hole, and not the clock's noise

_SPACE = "\N{NO-BREAK SPACE}"
_NOT_MEASURED = (
    "The board does not measure. This begins it, at the REPL: "
    "<code>import lab_notes; lab_notes.pauses()</code>"
)
_SHADED = '<span class="lab-small">shaded: attempts</span>'

Gaps = tuple[tuple[float, int], ...]


class Windows(NamedTuple):
    """The windows as they are drawn. over: longer than the promise. host: the same, but by the
    computer's doing. longest_us: of those in sight. host_us: the longest wait for a processor
    that has made one of them so long; 0 without one."""

    area: str
    over: str
    host: str
    numbers: str
    longest_us: int
    host_us: int


def ms(gap_us: int) -> str:
    """A pause in words: 3.1 ms."""
    return f"{gap_us / 1000:.1f}{_SPACE}ms"


def columns(gaps: Gaps) -> list[tuple[int, int, int]]:
    """The windows that are in sight: where each begins and ends, 0 to 600, and its longest gap."""
    first = _first(gaps)
    found = []
    before = -_COLUMNS
    for end_s, gap_us in gaps:
        end = round(end_s * _PER_S) - first
        begin = before if 0 <= end - before <= _LOST else end - 1
        before = end
        if end > 0:
            found.append((begin if begin > 0 else 0, end, gap_us))
    return found


def _first(gaps: Gaps) -> int:
    """The number of the column at the left edge, since the clock's zero."""
    return round(gaps[-1][0] * _PER_S) - _COLUMNS


def _host_us(end_s: float, waits: Gaps) -> int:
    """For how long the computer kept the board waiting at about this time."""
    first = bisect_left(waits, (end_s - _NEAR_S,))
    last = bisect_right(waits, (end_s + _NEAR_S, 0))
    return max((us for _, us in waits[first:last]), default=0)


def _height(gap_us: int) -> int:
    return _HEIGHT - min(gap_us, TOP_US) * _HEIGHT // TOP_US


# Every page draws the same windows, and they change at 4 Hz.
@lru_cache(maxsize=16)
def windows(gaps: Gaps, waits: Gaps = ()) -> Windows:
    """The paths of one window at least. waits: as in BoardView."""
    shown = columns(gaps)
    first, line = _first(gaps), _height(PROMISE_US)
    area, over, host, before, longest_wait_us = [], [], [], None, 0
    for begin, end, gap_us in shown:
        if begin != before:  # a hole ends one area, and another one begins
            area.append(f"{'' if before is None else f'V{_HEIGHT}'}M{begin} {_HEIGHT}")
        area.append(f"V{_height(gap_us)}H{end}")
        before = end
        if gap_us <= PROMISE_US:
            continue
        wait_us = _host_us((end + first) / _PER_S, waits)
        by_host = gap_us - wait_us <= PROMISE_US
        (host if by_host else over).append(f"M{begin} {line}V{_height(gap_us)}H{end}V{line}")
        longest_wait_us = max(longest_wait_us, wait_us) if by_host else longest_wait_us
    longest_us = max(gap_us for _, _, gap_us in shown)
    paths = f"{''.join(area)}V{_HEIGHT}", "".join(over), "".join(host)
    return Windows(*paths, _numbers(shown), longest_us, longest_wait_us)


def _numbers(shown: list[tuple[int, int, int]]) -> str:
    """For the longest of those that are cut off: an arrow, and how long each was."""
    told: list[int] = []
    drawn = []
    for _, end, gap_us in sorted(shown, key=lambda column: -column[2]):
        if gap_us <= TOP_US or len(told) == _MOST_NUMBERS:
            break
        left = min(max(end, _APART // 2), _COLUMNS - _APART // 2)
        if all(abs(left - other) >= _APART for other in told):
            told.append(left)
            place = f"left:{100 * left / _COLUMNS:.1f}%"
            words = f"{gap_us / 1000:.{1 if gap_us < 100000 else 0}f}"
            drawn.append(f'<i class="pause-number" style="{place}">▲ {words}</i>')
    return "".join(drawn)


def _bands(attempts: list[AttemptView], first: int) -> tuple[str, str]:
    """The attempts that are in sight, and their names where there is room."""
    bands, names, free = [], [], float(_COLUMNS + _APART)
    for attempt in attempts:
        begin = attempt.began_s * _PER_S - first
        end = min(begin + attempt.ms * _PER_S / 1000, _COLUMNS)
        if end <= 0 or begin >= _COLUMNS:
            continue
        begin = max(0.0, min(begin, end - 1))
        bands.append(f'<rect x="{begin:.1f}" width="{end - begin:.1f}" height="{_HEIGHT}"/>')
        if free - begin >= _APART:
            free = begin
            left = f"left:{min(100 * begin / _COLUMNS, 90):.1f}%"
            names.append(
                f'<i class="pause-name" style="{left}">{escape(attempt.interface[:8])}</i>'
            )
    return "".join(bands), "".join(names)


def longest_in_attempt(board: BoardView) -> int | None:
    """The longest gap in us during the last attempt; None: nothing of it was measured."""
    if not board.attempts or not board.gaps:
        return None
    attempt = board.attempts[0]
    begin_s, end_s = attempt.began_s, attempt.began_s + attempt.ms / 1000 + 1 / _PER_S
    return max((us for at_s, us in board.gaps if begin_s < at_s <= end_s), default=None)


def _verdict(board: BoardView, drawn: Windows) -> str:
    if board.power != "on":
        return f"The board is {board.power}: the plot stands still."
    if drawn.over:
        return '<b class="pause-broken">✗ over the promise of 5 ms</b>'
    if drawn.host:
        return (
            '<b class="pause-kept">✓ within the promise, but for waits of this computer '
            f"(up to {ms(drawn.host_us)})</b>"
        )
    return '<b class="pause-kept">✓ within the promise of 5 ms</b>'


def html(board: BoardView) -> str:
    """The plot, and the longest pauses in numbers."""
    if not board.gaps:
        why = _NOT_MEASURED if board.gaps is None else "Nothing is measured yet."
        return f'<div class="lab-pauses"><p>{why}</p></div>'
    gaps = tuple(board.gaps)
    drawn = windows(gaps, tuple(board.waits))
    bands, names = _bands(board.attempts, _first(gaps))
    attempt_us = longest_in_attempt(board)
    during = f"{_SPACE}{'–' if attempt_us is None else ms(attempt_us)}"
    told = f"Longest pause in {SHOWN_S} s: {ms(drawn.longest_us)}; in the last attempt:{during}"
    return (
        f'<div class="lab-pauses"><p class="pause-told">{told}{_SHADED}</p>'
        f'<p class="pause-verdict">{_verdict(board, drawn)}</p>'
        f'<div class="pause-plot" role="img" aria-label="{told}.">'
        f'<svg viewBox="0 0 {_COLUMNS} {_HEIGHT}" preserveAspectRatio="none">'
        f'<g class="pause-bands">{bands}</g><path class="pause-area" d="{drawn.area}"/>'
        f'<path class="pause-host" d="{drawn.host}"/>'
        f'<path class="pause-over" d="{drawn.over}"/></svg>{_SCALE}{names}{drawn.numbers}</div>'
        f"{_TIMES}</div>"
    )


def _scale() -> str:
    """The lines and words of the axis of pauses."""
    lines = (
        (0, "0", "level"),
        (PROMISE_US, "promise<br>5 ms", "promise"),
        (TOP_US, "10 ms", "level"),
    )
    return "".join(
        f'<u class="pause-{kind}" style="bottom:{100 * us // TOP_US}%"><s>{words}</s></u>'
        for us, words, kind in lines
    )


def _times() -> str:
    words = {0: "-30 s", 10: "-20 s", 20: "-10 s", SHOWN_S: "now"}
    ticks = (f'<i style="left:{100 * at / SHOWN_S:.1f}%">{each}</i>' for at, each in words.items())
    return f'<div class="pause-times" aria-hidden="true">{"".join(ticks)}</div>'


_SCALE, _TIMES = _scale(), _times()
