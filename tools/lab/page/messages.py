# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The broker's messages, with a field to send one, and the list of events."""

from nicegui import ui

from lab.drawing import lines
from lab.model import BoardView, LabView
from lab.page.desk import BoardOrders
from lab.page.style import heading

_BOX = "w-full max-h-48 overflow-y-auto"


class MessagesPanel:
    """See the module."""

    def __init__(self, orders: BoardOrders) -> None:
        self._orders = orders
        self._device = ""
        heading("Messages at the broker")
        with ui.row().classes("w-full items-center gap-2"):
            self._topic = ui.input("topic").props("dense").classes("w-64")
            self._payload = ui.input("message", value='"hello"').props("dense").classes("w-40")
            ui.button("Send", on_click=self._send).props("dense no-caps outline")
        self._drawing = ui.html("", sanitize=False).classes(_BOX)

    def _send(self) -> None:
        self._orders.publish(self._topic.value or "", self._payload.value or "")

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel. The topic is that of the board, once its ID is known."""
        self._drawing.set_content(lines.html([f"{topic}  {text}" for topic, text in lab.messages]))
        if board.device and board.device != self._device:
            self._device = board.device
            self._topic.set_value(f"imp/{board.device}/device/hello")


class EventsPanel:
    """What has happened, the newest first."""

    def __init__(self) -> None:
        heading("Events")
        self._drawing = ui.html("", sanitize=False).classes(_BOX)

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        self._drawing.set_content(lines.html(lab.events))
