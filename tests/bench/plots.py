# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The plots of docs/figures.md, as SVG; equal numbers give equal files."""

from collections.abc import Callable
from pathlib import Path

import pause
from stand import COLUMNS, TITLES

from commands import svg

_IDLE = "idle"
_COLOURS = {"ours": "#1b6ca8", "umqtt_simple": "#c0392b", "mqtt_as": "#b8860b",
            "minimal": "#7f8c8d", _IDLE: "#c9c9c9"}  # fmt: skip
_STAGES = ("HARDWARE", "LINK", "ADDRESS", "CLOCK", "RESOLVE", "DIAL", "PROXY", "TLS", "SESSION")


def _draw(file: Path, height_in: float, fill: Callable) -> None:
    figure, axes = svg.pyplot().subplots(figsize=(8, height_in), layout="constrained")
    fill(axes)
    # Above the axes, so that it cannot lie on what is drawn.
    figure.legend(loc="outside upper center", frameon=False, ncols=9, fontsize="small")
    svg.save(figure, file)


def pauses(gaps: dict[str, list[int]], file: Path) -> None:
    """How often a 1 ms Timer had to wait so long for its turn; counts for each class of
    pause.EDGES_MS."""

    def fill(axes) -> None:
        for name in (_IDLE, *reversed(COLUMNS)):
            if any(gaps.get(name, [])):
                title = TITLES.get(name, "idle board")
                axes.stairs(gaps[name], pause.EDGES_MS, baseline=None, label=title,
                            color=_COLOURS[name], linewidth=1.5)  # fmt: skip
        axes.axvline(5, color="black", linewidth=0.8, linestyle=":")
        axes.set_xscale("log")
        axes.set_yscale("log", nonpositive="clip")
        axes.set_ylim(bottom=0.7)
        axes.set_xticks([0.5, 1, 2, 5, 10, 20, 50], ["0.5", "1", "2", "5", "10", "20", "50"])
        axes.minorticks_off()
        axes.set_xlabel("between two calls of a 1 ms Timer while connecting [ms]; dotted: 5 ms")
        axes.set_ylabel("how often, in all runs")

    _draw(file, 4, fill)


def stages(links: dict[str, list], file: Path) -> None:
    """The stages of one attempt over each link, one after the other; durations in ms."""

    def fill(axes) -> None:
        import matplotlib

        colours = dict(zip(_STAGES, matplotlib.color_sequences["tab10"], strict=False))
        seen = set()
        for row, parts in enumerate(reversed(links.values())):
            begin = 0
            for stage, ms in parts:
                axes.barh(row, ms, left=begin, height=0.6, color=colours[stage],
                          label="_" if stage in seen else stage)  # fmt: skip
                seen.add(stage)
                begin += ms
        axes.set_yticks(range(len(links)), [name.replace(", ", ",\n") for name in reversed(links)])
        axes.set_xlabel("since connectwith() [ms]")

    _draw(file, 3, fill)
