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
from lab.page.console import HINT_ID, ConsolePanel
from lab.page.desk import BoardOrders, Orders
from lab.page.faults import FaultsPanel
from lab.page.head import HeadPanel
from lab.page.map import MapPanel
from lab.page.messages import EventsPanel, MessagesPanel
from lab.page.modem import ModemPanel
from lab.page.pauses import PausesPanel
from lab.page.recording import RecordingPanel
from lab.page.script import ScriptPanel
from lab.page.style import panel

_DRAW_S = 0.2


class Panel(Protocol):
    """A part of the page."""

    def draw(self, lab: LabView, board: BoardView) -> None:
        """Shows the state; called at each change, and 5 times a second during an attempt. What
        has not changed is not sent again."""


class Page:
    """One browser's page."""

    def __init__(self, lab: Lab, desk: Orders) -> None:
        self._lab = lab
        self._seen = (-1, -1)
        self._chosen = lab.first
        self._client = ui.context.client
        orders = BoardOrders(desk, lambda: self._chosen)
        style.apply()
        self._panels: list[Panel] = [HeadPanel(lab, orders, self._choose)]
        # page.css puts the panels of both columns into one order on a narrow screen. The script's
        # does not wait: page.js keeps what is typed there.
        with ui.element("div").classes("lab-page"):
            with ui.element("div").classes("lab-column"):
                with panel("map", "Map"):
                    self._panels.append(MapPanel())
                with panel("faults", "Faults"):
                    self._panels.append(FaultsPanel(lab, orders))
                with panel("attempts", "Attempts"):
                    self._panels.append(AttemptsPanel())
                with panel("pauses", "Pauses"):
                    self._panels.append(PausesPanel())
                with panel("events", "Events"):
                    self._panels.append(EventsPanel())
            with ui.element("div").classes("lab-column"):
                with panel("script", "Script", waiting=False):
                    self._script = ScriptPanel(lab, orders)
                    self._panels.append(self._script)
                with panel("console", "The board's REPL"):
                    self._console = ConsolePanel(lab, orders)
                with panel("recording", "Recording"):
                    self._panels.append(RecordingPanel(orders))
                with panel("messages", "Messages at the broker"):
                    self._panels.append(MessagesPanel(orders))
                with panel("modem", "Modem"):
                    self._panels.append(ModemPanel())
        ui.timer(_DRAW_S, self._tick)
        style.call("start", self._script.editor.id, self._console.terminal.id, HINT_ID)
        self.draw()

    def _choose(self, board: int) -> None:
        self._chosen = board
        self.draw()

    def _tick(self) -> None:
        # What is sent to a browser that has gone would be kept for it.
        if self._client.has_socket_connection:
            self.draw()

    def draw(self) -> None:
        """Draws what has changed."""
        self._console.follow(self._chosen)
        self._script.follow()
        seen = (self._chosen, self._lab.version)
        if seen == self._seen and not self._lab.boards[self._chosen].running:
            return
        self._seen = seen
        view = self._lab.snapshot(time.monotonic(), self._chosen)
        for part in self._panels:
            part.draw(view, view.boards[self._chosen])
