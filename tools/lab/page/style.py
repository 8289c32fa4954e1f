# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Colours, sizes, and small parts that all panels use."""

from pathlib import Path

from nicegui import ui

from lab.drawing import style as drawings

_CSS = Path(__file__).with_name("page.css").read_text(encoding="utf-8") + drawings.CSS


def apply() -> None:
    """For a page that begins."""
    ui.add_css(_CSS)
    ui.colors(primary="#2b7cc4")


def heading(text: str) -> None:
    """The heading of a panel."""
    ui.label(text).classes("text-lg font-medium")
