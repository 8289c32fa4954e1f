# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The attempts, the newest first: stages as bars on one time axis."""

from html import escape

from lab.model.attempts import AttemptView

_STAGES = ("HARDWARE", "LINK", "ADDRESS", "CLOCK", "RESOLVE", "DIAL", "PROXY", "TLS", "SESSION")


def _segment(name: str, ms: int, whole_ms: int) -> str:
    number = _STAGES.index(name) if name in _STAGES else len(_STAGES) - 1
    share = 100 * ms / whole_ms
    words = escape(f"{name} {ms} ms")
    return (
        f'<div class="lab-{number}" style="width:{share:.2f}%" title="{words}">'
        f"{escape(name) if share > 12 else ''}</div>"
    )


def _attempt(attempt: AttemptView, axis_ms: int) -> str:
    done_ms = sum(ms for _, ms in attempt.stages)
    bars = [_segment(name, ms, axis_ms) for name, ms in attempt.stages]
    if attempt.running:
        share = 100 * (attempt.ms - done_ms) / axis_ms
        bars.append(f'<div class="lab-now" style="width:{share:.2f}%"></div>')
        verdict = "<b>under way</b>"
    else:
        kind = "good" if attempt.ok else "bad"
        verdict = f'<span class="lab-{kind}">{escape(str(attempt.result))}</span>'
    cause = f": {escape(attempt.cause)}" if attempt.cause else ""
    stages = " · ".join(f"{name} {ms}" for name, ms in attempt.stages)
    return (
        f'<div class="lab-attempt">{escape(attempt.interface)} {verdict}, {attempt.ms} ms'
        f'{cause}<div class="lab-bar">{"".join(bars)}</div>'
        f'<div class="lab-small">{escape(stages)}</div></div>'
    )


def html(attempts: list[AttemptView]) -> str:
    """The attempts on one axis, which the longest of them fills."""
    if not attempts:
        return "No attempt yet: run the script."
    axis_ms = max(1, *(attempt.ms for attempt in attempts))
    rows = "".join(_attempt(attempt, axis_ms) for attempt in attempts)
    return f'{rows}<div class="lab-small">The axis is {axis_ms} ms long.</div>'
