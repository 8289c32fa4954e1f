# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The map's panel."""

from nicegui import ui

from lab.drawing.map import svg, traffic
from lab.model import BoardView, LabView


class MapPanel:
    """The board and what it is connected to."""

    def __init__(self) -> None:
        self._drawing = ui.html("", sanitize=False).classes("w-full")

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        self._drawing.set_content(svg(lab, board))
        self._drawing.classes(replace=f"w-full {traffic(board)}")
