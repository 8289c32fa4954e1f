# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The attempts, the newest first: their stages as bars on one time axis, which all of them share.

The axis grows in steps, so that a running attempt does not move the others at each update.
"""

from functools import lru_cache
from html import escape

from lab.model.attempts import AttemptView

STAGES = ("HARDWARE", "LINK", "ADDRESS", "CLOCK", "RESOLVE", "DIAL", "PROXY", "TLS", "SESSION")
# Length and step of an axis in ms. The shortest is long enough for an attempt over Wi-Fi.
_AXES = (
    (500, 100), (1000, 200), (2000, 500), (5000, 1000), (10000, 2000), (20000, 5000),
    (30000, 5000), (60000, 10000), (120000, 20000), (300000, 60000), (600000, 120000),
)  # fmt: skip
# In a square of 16.
_MARKS = {
    "runs": '<circle cx="8" cy="8" r="6" stroke-dasharray="3 3.3"/>',
    "good": '<circle cx="8" cy="8" r="7"/><path d="M4.5 8.5L7 11L11.5 5.5"/>',
    "bad": '<circle cx="8" cy="8" r="7"/><path d="M5.2 5.2L10.8 10.8M5.2 10.8L10.8 5.2"/>',
}


def axis(attempts: list[AttemptView]) -> tuple[int, int]:
    """Length and step in ms of the axis on which all of them fit."""
    longest = max((attempt.ms for attempt in attempts), default=0)
    last, step = _AXES[-1]
    more = -(-longest // last)
    return next((pair for pair in _AXES if pair[0] >= longest), (last * more, step * more))


def duration(ms: float) -> str:
    """A time in words: 229 ms, 2.6 s."""
    return f"{ms:.0f} ms" if ms < 1000 else _seconds(ms)


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.3g} s" if ms < 1e6 else f"{ms / 1000:.0f} s"


def ruler(axis_ms: int, step_ms: int) -> str:
    """The axis with its ticks, which lead down through all rows."""
    ticks = "".join(
        f'<i style="left:{100 * at / axis_ms:g}%">{_seconds(at) if at else "0"}</i>'
        for at in range(0, axis_ms + 1, step_ms)
    )
    return f'<div class="attempt-ruler" aria-hidden="true">{ticks}</div>'


def _percent(ms: float, axis_ms: int) -> str:
    return f"{100 * ms / axis_ms:.2f}%"


def _stages(attempt: AttemptView) -> tuple[tuple[str, int], ...]:
    """The stages until now: the board tells the last one while it lasts, too."""
    if not attempt.running:
        return attempt.stages
    *ended, (now, _) = attempt.stages or (("", 0),)
    return (*ended, (now, attempt.ms - sum(ms for _, ms in ended)))


def _bars(attempt: AttemptView, axis_ms: int) -> str:
    drawn, at = [], 0
    stages = _stages(attempt)
    for index, (name, ms) in enumerate(stages):
        lasts = " attempt-lasts" if attempt.running and index == len(stages) - 1 else ""
        place = f"left:{_percent(at, axis_ms)};width:{_percent(ms, axis_ms)}"
        drawn.append(
            f'<b class="attempt-stage-{_number(name)}{lasts}" style="{place}"'
            f' title="{escape(f"{name} {ms} ms".strip())}"><span>{escape(name)}</span></b>'
        )
        at += ms
    return "".join(drawn)


def _number(stage: str) -> int | str:
    return STAGES.index(stage) if stage in STAGES else "other"


def _deadline(timeout_ms: int | None, axis_ms: int) -> str:
    if timeout_ms is None:
        return ""
    words = _seconds(timeout_ms)
    if timeout_ms > axis_ms:
        return f'<u class="attempt-beyond" title="deadline, beyond the axis">→ {words}</u>'
    place = f"left:{_percent(timeout_ms, axis_ms)}"
    return f'<u class="attempt-deadline" style="{place}" title="deadline">{words}</u>'


def _legend(attempt: AttemptView) -> str:
    items = "".join(
        f'<span><i class="attempt-stage-{_number(name)}"></i>{escape(name)} {ms}</span>'
        for name, ms in _stages(attempt)
        if name
    )
    return items and f"{items.removesuffix('</span>')} ms</span>"


def _why(attempt: AttemptView) -> str:
    """A sentence about how it stands, or about its end."""
    last = attempt.stages[-1][0] if attempt.stages else ""
    if attempt.ok:
        return "the broker has accepted the session"
    where = f"in {last}" if last else ""
    if attempt.running:
        again = attempt.cause and f"tried again after: {attempt.cause}"
        return ", ".join(filter(None, (where, again))) or "it begins"
    return ": ".join(filter(None, (where, attempt.cause))) or "no cause is known"


def _time(attempt: AttemptView) -> str:
    """Its time, and of how much. A running one has tenths, so that the width does not change."""
    took = f"{attempt.ms / 1000:.1f} s" if attempt.running else duration(attempt.ms)
    if attempt.timeout_ms is None:
        return took
    return f"{took.removesuffix(' s')} of {_seconds(attempt.timeout_ms)}"


# Only a row that has changed is drawn again.
@lru_cache(maxsize=128)
def row(attempt: AttemptView, axis_ms: int, step_ms: int, newest: bool) -> str:
    """One attempt. The newest has room for all that may come yet."""
    kind = "runs" if attempt.running else "good" if attempt.ok else "bad"
    result, tick = attempt.result or "under way", _percent(step_ms, axis_ms)
    mark = f'<svg viewBox="0 0 16 16" aria-hidden="true">{_MARKS[kind]}</svg>'
    return (
        f'<div class="lab-attempt{" attempt-newest" if newest else ""}">'
        f'<div class="attempt-head"><span>{escape(attempt.interface)}</span>'
        f' <b class="attempt-{kind}">{mark}{escape(result)}</b>'
        f'<span class="attempt-time">{_time(attempt)}</span></div>'
        f'<div class="attempt-track" style="--attempt-tick:{tick}">{_bars(attempt, axis_ms)}'
        f"{_deadline(attempt.timeout_ms, axis_ms)}</div>"
        f'<div class="attempt-legend">{_legend(attempt)}</div>'
        f'<div class="attempt-why">{escape(_why(attempt))}</div></div>'
    )


def pieces(attempts: list[AttemptView]) -> list[str]:
    """The axis, and a row for each attempt."""
    if not attempts:
        return ['<div class="lab-small">No attempt yet: run the script.</div>']
    length, step = axis(attempts)
    rows = (row(attempt, length, step, at == 0) for at, attempt in enumerate(attempts))
    return [ruler(length, step), *rows]
