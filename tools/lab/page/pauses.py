# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The panel of the pauses of user code."""

from nicegui import ui

from lab.drawing.pauses import html
from lab.model import BoardView, LabView
from lab.page.style import heading


class PausesPanel:
    """The plot of the last 30 s."""

    def __init__(self) -> None:
        heading("Pauses of a 1 ms timer")
        self._drawing = ui.html("", sanitize=False)

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        self._drawing.set_content(html(board))
