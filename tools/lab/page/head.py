# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The page's head: which board, its power and resets, and what is wrong."""

from collections.abc import Callable

from nicegui import ui

from lab.model import BoardView, Lab, LabView
from lab.page.desk import BoardOrders


class HeadPanel:
    """choose: gets the index of the board that is chosen."""

    def __init__(self, lab: Lab, orders: BoardOrders, choose: Callable[[int], None]) -> None:
        with ui.row().classes("w-full items-center gap-2"):
            ui.label("connectwith lab").classes("text-xl font-medium")
            if len(lab.boards) > 1:
                names = {number: board.name for number, board in enumerate(lab.boards)}
                ui.toggle(
                    names, value=lab.first, on_change=lambda event: choose(event.value)
                ).props("dense no-caps outline")
            self._power = ui.label("").classes("text-base")
            ui.button("Soft reset", on_click=orders.soft_reset).props("dense no-caps outline")
            ui.button("EN reset", on_click=orders.press_en).props("dense no-caps outline")
            self._off = ui.button("Power off", on_click=lambda: orders.power(False))
            self._on = ui.button("Power on", on_click=lambda: orders.power(True))
            for button in (self._off, self._on):
                button.props("dense no-caps outline")
        self._problem = ui.label("").classes("w-full text-red-700 dark:text-red-300")
        self._problem.props("role=alert")

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        self._power.set_text(f"power {board.power}")
        self._off.set_visibility(board.power == "on")
        self._on.set_visibility(board.power != "on")
        self._problem.set_text(" ".join(filter(None, (board.problem, lab.problem))))
