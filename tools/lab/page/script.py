# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The editor, whose text all pages share."""

import time

from nicegui import ui

from lab.model import BoardView, Lab, LabView
from lab.page.desk import BoardOrders
from lab.page.style import heading


class ScriptPanel:
    """See the module."""

    def __init__(self, lab: Lab, orders: BoardOrders) -> None:
        self._lab, self._orders = lab, orders
        self._known = lab.snapshot(time.monotonic()).script  # as here and in the model
        with ui.row().classes("w-full items-center gap-2"):
            heading("Script")
            ui.button("Run", on_click=self._run).props("dense no-caps")
        self._editor = ui.codemirror(
            self._known, language="Python", theme="oneDark",
            on_change=lambda event: self._edited(event.value),
        ).classes("w-full").style("height: 17em")  # fmt: skip

    def _edited(self, text: str) -> None:
        if text != self._known:
            self._known = text
            self._lab.edited(text)

    def _run(self) -> None:
        self._orders.run_script(self._editor.value)

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel. Another page's text takes the place of this one's."""
        if lab.script != self._known:
            self._known = lab.script
            self._editor.set_value(lab.script)
