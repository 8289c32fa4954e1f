# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The board's modem: its state in words, and the AT lines."""

import re
from html import escape

from nicegui import ui

from lab.model import BoardView, LabView
from lab.model.board import GONE, NO_MODEM, Modem
from lab.page.lines import Lines
from lab.page.style import heading

_NAME = "AT lines: > from the board, < from the modem"
_MOST = 200
_NONE = "This board has no modem in the bench."
_REAL = "A real board's modem is known to that board alone."
_SAYS = {">": "board", "<": "modem", "-": "mode"}
# From so many dBm on; those of CSQ 20 and 10 (3GPP TS 27.007, 8.5).
_GOOD_DBM, _FAIR_DBM = -73, -93


def signal(text: str) -> str:
    """A signal in dBm with a word for it."""
    found = re.fullmatch(r"(-?\d+) dBm", text)
    if found is None:
        return text
    dbm = int(found[1])
    word = "good" if dbm >= _GOOD_DBM else "fair" if dbm >= _FAIR_DBM else "weak"
    return f"{word}, {text}"


def _facts(modem: Modem) -> dict[str, str]:
    data = f"a call, APN {modem.apn}" if modem.apn else "a call" if modem.data else "no call"
    return {"Modem": modem.state, "SIM": modem.sim, "Registration": modem.registration,
            "Signal": signal(modem.signal), "Data": data}  # fmt: skip


def _line(item: object) -> str:
    direction, text = map(str, item)  # type: ignore[call-overload]  # a pair
    says = _SAYS.get(direction, "")
    return (
        f'<span class="lab-topic" aria-hidden="true">{escape(direction)}</span>'
        f'<span class="lab-unseen">{says}: </span> {escape(text)}'
    )


class ModemPanel:
    """See the module."""

    def __init__(self) -> None:
        heading("Modem")
        self._hint = ui.label(_NONE).classes("lab-hint")
        with ui.element("div").classes("lab-some") as self._some:
            self._facts = ui.html("", sanitize=False, tag="dl").classes("lab-facts")
            self._lines = Lines(_NAME, _line, _MOST, newest_first=False)

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        there, gone = bool(board.modem.state), board.modem.state == GONE
        self._hint.set_text(NO_MODEM if gone else _REAL if board.kind == "real" else _NONE)
        self._hint.set_visibility(gone or not there)
        self._some.set_visibility(there)
        self._facts.set_content("".join(
            f"<div><dt>{name}</dt><dd>{escape(words or 'unknown')}</dd></div>"
            for name, words in _facts(board.modem).items()
        ))  # fmt: skip
        self._lines.draw(board.modem_lines, board.name)
