# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The page's head: which board, its power and resets, and what is wrong."""

from collections.abc import Callable

from nicegui import ui

from lab.model import BoardView, Lab, LabView
from lab.page.desk import BoardOrders
from lab.page.style import bar, button, call, set_prop, waits

# A shape for each state, so that the colour is not the only sign.
SHAPES = {"on": "●", "off": "○", "crashed": "▲"}
_THEMES = {None: ("◐", "system"), False: ("☀", "light"), True: ("☾", "dark")}
_STEPS = ("Run the script.", "Press “access point off”: the board loses its session.",
          "Press it again: the session comes back.")  # fmt: skip
_NO_SUPPLY = "The lab cannot switch the supply of a real board: unplug it, or plug it in."


class _Boards:
    """A button for each board, with its state."""

    def __init__(self, lab: Lab, choose: Callable[[int], None]) -> None:
        self._buttons: list[ui.button] = []
        self._choose = choose
        if len(lab.boards) > 1:
            with ui.element("div").classes("lab-boards").props('role=group aria-label="Boards"'):
                self._buttons = [self._button(number) for number in range(len(lab.boards))]

    def _button(self, number: int) -> ui.button:
        return button("", lambda: self._choose(number)).classes("lab-toggle")

    def draw(self, boards: list[BoardView], chosen: BoardView) -> None:
        """Shows the states."""
        for made, board in zip(self._buttons, boards, strict=False):
            over = f" · {board.session}" if board.session else ""
            made.set_text(f"{SHAPES.get(board.power, '')} {board.name}: {board.power}{over}")
            set_prop(made, "aria-pressed", "true" if board is chosen else "false")


class _Theme:
    """A button that goes from the system's theme to light and to dark."""

    def __init__(self) -> None:
        self._mode = ui.dark_mode(None)
        self._button = button("", self._next).classes("lab-quiet")
        self._show()

    def _next(self) -> None:
        themes = list(_THEMES)
        self._mode.set_value(themes[(themes.index(self._mode.value) + 1) % len(themes)])
        self._show()

    def _show(self) -> None:
        shape, name = _THEMES[self._mode.value]
        self._button.set_text(f"{shape} {name}")
        self._button.props(f'aria-label="Theme: {name}" title="Theme: {name}"')


class _Help:
    """Three steps for who comes here for the first time."""

    def __init__(self) -> None:
        self._seen = ui.context.client.request.cookies.get("lab-help") == "seen"
        self._button = button("?", self._turn, "What to do here").classes("lab-quiet")
        self._button.props('aria-label="Help"')

    def place(self) -> None:
        """Where the steps stand."""
        with ui.element("div").classes("lab-help") as self._row:
            with ui.element("ol"):
                for step in _STEPS:
                    ui.html(step, sanitize=False, tag="li")
            button("Got it", self._turn).classes("lab-quiet")
        self._show()

    def _turn(self) -> None:
        self._seen = not self._seen
        if self._seen:
            call("helped")
        self._show()

    def _show(self) -> None:
        self._row.set_visibility(not self._seen)
        set_prop(self._button, "aria-expanded", "false" if self._seen else "true")


class HeadPanel:
    """choose: gets the index of the board that is chosen."""

    def __init__(self, lab: Lab, orders: BoardOrders, choose: Callable[[int], None]) -> None:
        self._lab, self._orders = lab, orders
        with waits(ui.header(fixed=False, bordered=False)).classes("lab-head"):
            with bar():
                ui.html("connectwith lab", sanitize=False, tag="h1")
                self._state = ui.label("").classes("lab-state").props("role=status")
                self._resets(orders)
                ui.element("div").classes("lab-gap")
                help_ = _Help()
                _Theme()
            self._boards = _Boards(lab, choose)
            help_.place()
            with ui.element("div").classes("lab-problem") as self._problem_row:
                self._problem = ui.label("").props("role=alert")
                button("Dismiss", self._dismiss).classes("lab-quiet")

    def _resets(self, orders: BoardOrders) -> None:
        button("Soft reset", orders.soft_reset, "Interrupts what runs, then Ctrl-D")
        button("EN reset", orders.press_en, "As the board's button EN does")
        self._off = button("Power off", lambda: orders.power(False))
        self._on = button("Power on", lambda: orders.power(True))

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        over = f", session over {board.session}" if board.session else ""
        self._state.set_text(f"{SHAPES.get(board.power, '')} power {board.power}{over}")
        self._state.classes(replace=f"lab-state lab-power-{board.power}")
        self._boards.draw(lab.boards, board)
        self._off.set_visibility(board.power == "on")
        self._on.set_visibility(board.power != "on")
        for supply, hint in ((self._off, "Takes the supply away"), (self._on, "Gives it back")):
            supply.set_enabled(board.kind != "real")
            set_prop(supply, "title", _NO_SUPPLY if board.kind == "real" else hint)
        words = " ".join(filter(None, (board.problem, lab.problem)))
        self._problem.set_text(words)
        self._problem_row.set_visibility(bool(words))

    def _dismiss(self) -> None:
        self._lab.problem("")
        self._lab.boards[self._orders.board].problem("")
