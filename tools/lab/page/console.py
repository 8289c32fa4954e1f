# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The board's REPL, in a terminal."""

from nicegui import ui

from lab.model import Lab
from lab.page.desk import BoardOrders
from lab.page.style import bar, button, heading

_TERMINAL = {"rows": 16, "cols": 80, "scrollback": 2000, "fontSize": 13, "cursorBlink": False,
             "disableStdin": True,  # until page.js has started
             "fontFamily": "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
             "minimumContrastRatio": 4.5}  # fmt: skip
_CLEAR = "\x1bc"  # RIS of a terminal: as new
# For one browser and one drawing, of which there are five a second.
_MOST = 16384
HINT_ID = "lab-terminal-hint"
_HINT = "Keys go to the board, Tab too. To leave: Esc, then Tab."


def shortened(text: str, lost: int = 0) -> str:
    """At most about 16 kB of a text: its begin and its end, in whole lines where there are lines,
    and between them how much is left out. lost: what is missing before the text already."""
    if len(text) <= _MOST and not lost:
        return text
    half = _MOST // 2
    begin, end = ("", text[-_MOST:]) if lost else (text[:half], text[-half:])
    begin = begin[: begin.rfind("\n") + 1] or begin
    end = end[end.find("\n") + 1 :] or end
    left_out = (len(text) + lost - len(begin) - len(end)) / 1000
    return f"{begin}\r\n\x1b[0m… {left_out:.0f} kB left out …\r\n{end}"


class ConsolePanel:
    """See the module."""

    def __init__(self, lab: Lab, orders: BoardOrders) -> None:
        self._lab = lab
        self._board, self._at = 0, 0
        with bar():
            heading("The board's REPL")
            ui.element("div").classes("lab-gap")
            button("Ctrl-C", lambda: orders.type("\x03"), "Interrupts what runs")
            button("Ctrl-D", lambda: orders.type("\x04"), "At the prompt: a soft reset")
        with ui.element("div").classes("lab-terminal"):
            self.terminal = ui.xterm(_TERMINAL, on_data=lambda event: orders.type(event.data))
            self.terminal.classes("lab-deaf")
        ui.label(_HINT).classes("lab-hint").props(f"id={HINT_ID}")

    def follow(self, board: int) -> None:
        """Shows what has come since the last call; all that is kept of another board."""
        before = ""
        if board != self._board:
            self._board, self._at, before = board, 0, _CLEAR
        first = self._at == 0
        text, at = self._lab.boards[board].console_from(self._at)
        lost = 0 if first else at - self._at - len(text)
        self._at = at
        if before or text:
            self.terminal.write(before + (text if first else shortened(text, lost)))
