# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The broker's messages, with a field to send one, and the list of events."""

from html import escape

from nicegui import ui

from lab.model import BoardView, LabView
from lab.model.lab import Message
from lab.page.desk import BoardOrders
from lab.page.lines import Lines
from lab.page.style import bar, button, heading, set_prop

_HINT = ('agent.on("hello", …) on the board gets what is sent here. Its payload is JSON: '
         '"text", 5, {"a": 1}.')  # fmt: skip
_REAL = ("A real board has a broker of its own, which the lab does not see. This is the broker of "
         "the virtual boards.")  # fmt: skip


def _message(item: object) -> str:
    at, topic, text = Message(*item)  # type: ignore[misc]  # it is one
    return f'{at} <span class="lab-topic">{escape(topic)}</span> {escape(text)}'


class MessagesPanel:
    """See the module."""

    def __init__(self, orders: BoardOrders) -> None:
        self._orders = orders
        self._device = ""
        heading("Messages at the broker")
        with bar() as self._row:
            self._topic = ui.input("topic").props("dense outlined").classes("lab-topic-field")
            self._payload = ui.input("message", value='"hello"').props("dense outlined")
            self._payload.classes("lab-payload-field").on("keydown.enter", self._send)
            button("Send", self._send)
        self._hint = ui.label(_HINT).classes("lab-hint")
        self._lines = Lines("Messages at the broker, the newest first", _message)

    def _send(self) -> None:
        topic = (self._topic.value or "").strip()
        set_prop(self._topic, "error", not topic)
        set_prop(self._topic, "error-message", "" if topic else "A topic is missing.")
        if topic:
            self._orders.publish(topic, self._payload.value or "")

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel. The topic is that of the board, once its ID is known."""
        self._lines.draw(lab.messages)
        is_real = board.kind == "real"
        set_prop(self._row, "inert", is_real)
        self._hint.set_text(_REAL if is_real else _HINT)
        if not is_real and board.device and board.device != self._device:
            self._device = board.device
            self._topic.set_value(f"imp/{board.device}/device/hello")


class EventsPanel:
    """What has happened, the newest first."""

    def __init__(self) -> None:
        heading("Events")
        self._lines = Lines(
            "Events, the newest first", lambda item: escape(str(item)), read_out=True
        )

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        self._lines.draw(lab.events)
