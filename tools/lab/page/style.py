# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What all panels use: the page's colours and rules, and small parts of one look."""

import json
from collections.abc import Callable
from html import escape
from pathlib import Path

from nicegui import ui

from lab.drawing import style as drawings

_HERE = Path(__file__).parent
_CSS = _HERE.joinpath("page.css").read_text(encoding="utf-8") + drawings.CSS
_SCRIPT = f"<script>{_HERE.joinpath('page.js').read_text(encoding='utf-8')}</script>"


def apply() -> None:
    """For a page that begins."""
    ui.add_css(_CSS)
    ui.add_head_html(_SCRIPT)


def call(function: str, *values: object) -> None:
    """Has the browser call a function of page.js."""
    ui.run_javascript(f"lab.{function}({', '.join(map(json.dumps, values))})")


def panel(key: str, name: str, waiting: bool = True) -> ui.element:
    """A part of the page, as a context. key: for page.css. name: for who does not see it.
    waiting: see waits()."""
    element = ui.element("section").classes(f"lab-panel lab-on-{key}")
    element.props(f'aria-label="{name}"')
    return waits(element) if waiting else element


def waits(element: ui.element) -> ui.element:
    """The element takes no input until the page's connection stands. Until then NiceGUI holds each
    event back by a timer of its own, so that what is pressed last may arrive first."""
    element.classes("lab-waits").props("inert")
    ui.context.client.on_connect(lambda: element.props(remove="inert"))
    return element


def bar() -> ui.element:
    """A row of a panel, as a context; it wraps."""
    return ui.element("div").classes("lab-row")


def heading(text: str) -> None:
    """The heading of a panel."""
    ui.html(escape(text), sanitize=False, tag="h2")


def button(text: str, on_click: Callable[[], object] | None = None, hint: str = "") -> ui.button:
    """A button. hint: what it does, or its keys, where the words do not say it."""
    made = ui.button(text, on_click=on_click, color=None)
    made.props("no-caps unelevated").classes("lab-button")
    if hint:
        made.props["title"] = hint
    return made


def set_prop(element: ui.element, name: str, value: object) -> None:
    """Sets a property; nothing is sent when it is so already."""
    if element.props.get(name) != value:
        element.props[name] = value
