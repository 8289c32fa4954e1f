# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The board's REPL, in a terminal."""

from nicegui import ui

from lab.model import Lab
from lab.page.desk import BoardOrders
from lab.page.style import heading

_TERMINAL = {"rows": 16, "cols": 80, "scrollback": 2000, "fontSize": 12, "cursorBlink": True}
_CLEAR = "\x1bc"  # RIS of a terminal: as new


class ConsolePanel:
    """See the module."""

    def __init__(self, lab: Lab, orders: BoardOrders) -> None:
        self._lab = lab
        self._board, self._at = 0, 0
        heading("The board's REPL")
        with ui.element("div").classes("w-full overflow-x-auto"):
            self._terminal = ui.xterm(_TERMINAL, on_data=lambda event: orders.type(event.data))

    def follow(self, board: int) -> None:
        """Shows what has come since the last call; all that is kept of another board."""
        text = ""
        if board != self._board:
            self._board, self._at, text = board, 0, _CLEAR
        more, self._at = self._lab.boards[board].console_from(self._at)
        if text or more:
            self._terminal.write(text + more)
