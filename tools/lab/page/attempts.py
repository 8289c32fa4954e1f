# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The attempts' panel."""

from nicegui import ui

from lab.drawing.attempts import html
from lab.model import BoardView, LabView
from lab.page.style import heading


class AttemptsPanel:
    """The attempts, the newest first."""

    def __init__(self) -> None:
        heading("Attempts")
        self._drawing = ui.html("", sanitize=False).classes("lab-attempts")

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        self._drawing.set_content(html(board.attempts))
