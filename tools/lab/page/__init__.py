# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The page: draws the model's snapshot and hands on what is pressed. It keeps nothing but which
board it shows."""

import time
from typing import Protocol

from nicegui import ui

from lab.model import BoardView, Lab, LabView
from lab.page import style
from lab.page.attempts import AttemptsPanel
from lab.page.console import ConsolePanel
from lab.page.desk import BoardOrders, Orders
from lab.page.faults import FaultsPanel
from lab.page.head import HeadPanel
from lab.page.map import MapPanel
from lab.page.messages import EventsPanel, MessagesPanel
from lab.page.script import ScriptPanel

_DRAW_S = 0.2


class Panel(Protocol):
    """A part of the page."""

    def draw(self, lab: LabView, board: BoardView) -> None:
        """Shows the state; called at each change, and 5 times a second during an attempt."""


class Page:
    """One browser's page."""

    def __init__(self, lab: Lab, desk: Orders) -> None:
        self._lab = lab
        self._seen = (-1, -1)
        self._chosen = lab.first
        orders = BoardOrders(desk, lambda: self._chosen)
        style.apply()
        self._panels: list[Panel] = [HeadPanel(lab, orders, self._choose)]
        with ui.element("div").classes("w-full grid grid-cols-1 lg:grid-cols-2 gap-4"):
            with ui.column().classes("min-w-0"):
                self._panels += [MapPanel(), AttemptsPanel(), FaultsPanel(lab, orders)]
            with ui.column().classes("min-w-0"):
                self._panels.append(ScriptPanel(lab, orders))
                self._console = ConsolePanel(lab, orders)
                self._panels += [MessagesPanel(orders), EventsPanel()]
        ui.timer(_DRAW_S, self.draw)
        self.draw()

    def _choose(self, board: int) -> None:
        self._chosen = board
        self.draw()

    def draw(self) -> None:
        """Draws what has changed."""
        self._console.follow(self._chosen)
        seen = (self._chosen, self._lab.version)
        if seen == self._seen and not self._lab.boards[self._chosen].running:
            return
        self._seen = seen
        view = self._lab.snapshot(time.monotonic())
        for panel in self._panels:
            panel.draw(view, view.boards[self._chosen])
