# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The attempts' panel."""

from nicegui import ui

from lab.drawing.attempts import pieces
from lab.model import BoardView, LabView
from lab.page.style import heading


class AttemptsPanel:
    """The attempts, the newest first. Each is an element: only what has changed is sent."""

    def __init__(self) -> None:
        heading("Attempts")
        self._box = ui.element("div").classes("lab-attempts")
        self._box.props('tabindex=0 role=group aria-label="The last attempts"')  # keys scroll it
        self._shown: list[ui.html] = []

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        drawn = pieces(board.attempts)
        with self._box:
            while len(self._shown) < len(drawn):
                self._shown.append(ui.html("", sanitize=False))
        for at, element in enumerate(self._shown):
            element.set_content(drawn[at] if at < len(drawn) else "")
