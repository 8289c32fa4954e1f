# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Colours, sizes, and small parts that all panels use."""

from nicegui import ui

_CSS = """
body { --lab-paper: #fff; } body.body--dark { --lab-paper: #1d1d1d; color-scheme: dark; }
.lab-map { width: 100%; max-width: 720px; height: auto; font: 13px sans-serif; }
.lab-map text { fill: currentColor; text-anchor: middle; }
.lab-map .small { font-size: 11px; }
.lab-map rect { fill: var(--lab-paper); stroke-width: 2; }
.lab-map line { stroke-width: 2; }
.lab-map .ok { stroke: #2e8b57; } .lab-map .off { stroke: #888; stroke-dasharray: 2 5; }
.lab-map .cut { stroke: #d1495b; stroke-dasharray: 7 5; }
.lab-map .faulty { stroke: #d98a00; stroke-dasharray: 12 3; }
.lab-map .slow { stroke: #d98a00; stroke-dasharray: 1 4; }
.lab-map .session { stroke: #2979d9; stroke-width: 6; stroke-dasharray: none; }
.lab-bar { display: flex; height: 1.3em; background: #8882; border-radius: 3px; overflow: hidden; }
.lab-bar div { min-width: 1px; overflow: hidden; white-space: nowrap; font-size: 11px;
  color: #fff; padding-left: 2px; }
.lab-attempt { margin-bottom: .8em; overflow-wrap: anywhere; }
.lab-good { color: #2e8b57; font-weight: bold; } .lab-bad { color: #d1495b; font-weight: bold; }
.lab-small { font-size: 12px; opacity: .8; }
.lab-0 { background: #5b6f8f; } .lab-1 { background: #2979d9; } .lab-2 { background: #00838f; }
.lab-3 { background: #8a6d3b; } .lab-4 { background: #6a4fb3; } .lab-5 { background: #2e7d4f; }
.lab-6 { background: #a0527a; } .lab-7 { background: #b3541e; } .lab-8 { background: #55606e; }
.lab-now { background: repeating-linear-gradient(45deg, #777 0 6px, #999 6px 12px); }
.lab-lines { white-space: pre-wrap; overflow-wrap: anywhere; font: 12px monospace; }
"""


def apply() -> None:
    """For a page that begins."""
    ui.add_css(_CSS)
    ui.colors(primary="#2b7cc4")


def heading(text: str) -> None:
    """The heading of a panel."""
    ui.label(text).classes("text-lg font-medium")
