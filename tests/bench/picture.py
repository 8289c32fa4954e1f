# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The picture that docs/figures.md opens with: the longest pause of user code, as bars."""

import math
from pathlib import Path
from xml.sax.saxutils import escape

from figures import Cell, Row, number
from stand import TITLES

_COLUMNS = ("ours", "umqtt_simple", "mqtt_as")
_PREFIX = "longest pause of a 1 ms Timer: "
_WIDTH, _LEFT, _RIGHT = 780, 215, 720
_TOP, _BAR, _GROUP_GAP = 76, 20, 18
_VALUE = 60  # the width of a value
_LEAST_MS, _MOST_MS = 1.0, 10_000.0
_BAR_MS = 5.0
_TICKS = ((1, "1 ms"), (10, "10 ms"), (100, "100 ms"), (1000, "1 s"), (10_000, "10 s"))
_STYLE = """
text { font: 14px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 16px }
.small { font-size: 12px; fill: #59636e }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.bar { stroke: #1f2328; stroke-width: 1.5; stroke-dasharray: 4 3 }
.ours { fill: #1b6ca8 } .umqtt_simple { fill: #c0392b } .mqtt_as { fill: #b8860b }
.ground { fill: #ffffff }
@media (prefers-color-scheme: dark) {
 text { fill: #e6edf3 } .small { fill: #9198a1 } .grid { stroke: #3d444d }
 .bar { stroke: #e6edf3 } .ground { fill: #0d1117 }
 .ours { fill: #4493f8 } .umqtt_simple { fill: #f0695c } .mqtt_as { fill: #d4a72c }
}
"""


def _x(ms: float) -> float:
    """The place of a time on the logarithmic axis."""
    share = math.log(max(ms, _LEAST_MS) / _LEAST_MS) / math.log(_MOST_MS / _LEAST_MS)
    return _LEFT + min(share, 1.0) * (_RIGHT - _LEFT)


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    attribute = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{attribute}>{escape(text)}</text>'


def _head() -> list[str]:
    lines = [_text(16, 26, "Longest pause of user code while a board connects", "title")]
    x = _LEFT
    for name in _COLUMNS:
        lines.append(f'<rect x="{x}" y="42" width="14" height="14" rx="2" class="{name}"/>')
        lines.append(_text(x + 20, 54, TITLES[name]))
        x += 140
    lines.append(f'<path d="M{x} 49h28" class="bar"/>')
    lines.append(_text(x + 34, 54, f"bar: {_BAR_MS:g} ms"))
    return lines


def _axis(bottom: float) -> list[str]:
    lines = []
    for ms, label in _TICKS:
        lines.append(f'<path d="M{_x(ms):.1f} {_TOP}V{bottom:.1f}" class="grid"/>')
        lines.append(_text(_x(ms), bottom + 18, label, "small", "middle"))
    return lines


def _bars(row: Row, top: float) -> tuple[list[str], list[str]]:
    """The bars of one scene, and the values beside them."""
    lines, values = [], []
    for place, name in enumerate(_COLUMNS):
        cell = row.cells.get(name, Cell())
        if cell.summary is None:
            continue
        ms, y = cell.summary.judged(row.worst), top + place * _BAR
        width = max(_x(ms) - _LEFT, 2.0)
        lines.append(f'<rect x="{_LEFT}" y="{y + 2:.1f}" width="{width:.1f}" '
                     f'height="{_BAR - 4}" rx="2" class="{name}"/>')  # fmt: skip
        text = f"{ms / 1000:.3g} s" if ms >= 1000 else f"{number(ms)} ms"
        x, line = _LEFT + width + 6, _x(_BAR_MS)
        x = line + 6 if line - _VALUE < x < line + 6 else x  # not on the line of the bar
        values.append(_text(x, y + 15, "> " * cell.bound + text))
    return lines, values


def longest(results: list) -> str:
    """The SVG; "" where no pause was measured."""
    rows = [row for r in results for row in r.rows if row.name.startswith(_PREFIX)]
    if not rows:
        return ""
    height = len(_COLUMNS) * _BAR
    bottom = _TOP + _GROUP_GAP / 2 + len(rows) * (height + _GROUP_GAP)
    lines, values = [*_head(), *_axis(bottom)], []
    for place, row in enumerate(rows):
        top = _TOP + _GROUP_GAP + place * (height + _GROUP_GAP)
        scene = row.name.removeprefix(_PREFIX)
        lines.append(_text(_LEFT - 12, top + height / 2 + 5, scene, "", "end"))
        bars, beside = _bars(row, top)
        lines, values = lines + bars, values + beside
    # After the bars, which must not hide it.
    lines.append(f'<path d="M{_x(_BAR_MS):.1f} {_TOP}V{bottom:.1f}" class="bar"/>')
    lines += values
    whole = bottom + 30
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {whole:.0f}" '
        f'width="{_WIDTH}" height="{whole:.0f}" role="img">',
        "<title>Longest pause of user code while a board connects</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{whole:.0f}" rx="6" class="ground"/>',
        *lines, "</svg>", "",
    ])  # fmt: skip


def draw(results: list, file: Path) -> None:
    """Writes the SVG, if there is something to show."""
    text = longest(results)
    if text:
        file.write_text(text, encoding="utf-8")
