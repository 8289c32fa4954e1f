# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The faults: those that are wanted most often, and all of the bench's list, by their parts."""

from nicegui import events, ui

from commands.typed_faults import PARTS
from lab.controls import QUICK, Control, controls, made
from lab.drawing.map.words import name_of
from lab.model import BoardView, Lab, LabView
from lab.model.lab import Part
from lab.page.desk import BoardOrders
from lab.page.fault_row import ButtonRow, SliderRow, Toggle
from lab.page.style import bar, button, call, heading, set_prop
from target.faults import NONE

_REAL = ("These need the bench. This board is at {name}, in your own networks, so make the faults "
         "there by hand.")  # fmt: skip

InForce = dict[str, tuple[str, ...]]  # see controls.made()


def _elsewhere(lab: LabView, board: BoardView) -> str:
    """What is in force at the parts of other boards alone."""
    found = [
        f"{', '.join(texts)} on {lab.boards[number].name}"
        for number, part, texts in lab.faults()
        if part in lab.own[number] and lab.boards[number] is not board
    ]
    return f"Elsewhere: {'; '.join(found)}." if found else ""


class _Row:
    """What is in force is told by a mark, by its button, and by the row's colour."""

    def __init__(self, control: Control, orders: BoardOrders) -> None:
        self.name = control.name
        words = control.words[:1].upper() + control.words[1:]
        with ui.element("div").classes("lab-fault") as self._box:
            with ui.element("div").classes("lab-fault-words"):
                ui.label(words)
                self._mark = ui.label("on").classes("lab-mark")
            with ui.element("div").classes("lab-fault-keys") as self.keys:
                is_slider = [value.kind for value in control.values] == ["slider"]
                self._row = (SliderRow if is_slider else ButtonRow)(control, orders.fault)
        self._mark.set_visibility(False)

    def draw(self, made: tuple[str, ...]) -> None:
        """made: the fault as it is in force, with several values where several count."""
        values = ", ".join(text.partition("=")[2] for text in made)
        self._mark.set_text("on" if len(made) == 1 else f"{len(made)} on: {values}")
        self._mark.set_visibility(bool(made))
        self._box.classes(**{"add" if made else "remove": "lab-in-force"})
        self._row.draw(made)


class _PartFaults:
    """All faults of one part. They are built when the part is opened."""

    def __init__(self, part: str, found: list[Control], orders: BoardOrders) -> None:
        self._rows: list[_Row] = []
        ends = {control.name: control for control in found if control.entry.leaves == NONE}
        groups: dict[str, list[Control]] = {}  # those that share a counterpart stand together
        for control in found:
            if control.entry.leaves != NONE:
                groups.setdefault(control.pair or control.name, []).append(control)
        for pair, group in groups.items():
            with ui.element("div").classes("lab-fault-group"):
                rows = [_Row(control, orders) for control in group]
                if pair in ends:
                    with rows[-1].keys if len(rows) == 1 else bar().classes("lab-right"):
                        self._end(ends.pop(pair), orders)
            self._rows += rows
        with bar().classes("lab-right"):
            for end in ends.values():
                self._end(end, orders)

    @staticmethod
    def _end(control: Control, orders: BoardOrders) -> None:
        hint = f"{control.name}: {control.words}"
        button(control.label, lambda: orders.fault(control.name), hint)

    def draw(self, in_force: InForce) -> None:
        """Shows them."""
        for row in self._rows:
            row.draw(in_force.get(row.name, ()))


class FaultsPanel:
    """See the module."""

    def __init__(self, lab: Lab, orders: BoardOrders) -> None:
        self._orders = orders
        self._controls = controls()
        self._parts: dict[str, Part] = {}
        self._in_force: InForce = {}
        self._open: _PartFaults | None = None
        with bar():
            heading("Faults")
            with bar().classes("lab-quick") as self._quick_row:
                self._quick = {text: self._quick_one(words, text) for words, text in QUICK.items()}
            self._more = button("All faults", lambda: self._turn(not self._all.visible))
            self._more.classes("lab-more")
            self._end = button("End all faults", orders.end_faults)
        self._hint = ui.label("").classes("lab-hint")
        with ui.element("div").classes("lab-faults") as self._all:
            with ui.tabs(on_change=lambda event: self._show(event.value)) as self._tabs:
                self._tabs.props("dense no-caps align=left inline-label").classes("lab-tabs")
                self._tab = {part: self._make_tab(part) for part in PARTS}
            self._panel = ui.element("div").props("role=tabpanel").classes("lab-part")
        self._turn(False)
        ui.on("labPart", self._clicked)

    def _turn(self, is_open: bool) -> None:
        if is_open and self._open is None:
            self._tabs.set_value(next(iter(PARTS)))
        self._all.set_visibility(is_open)
        set_prop(self._more, "aria-expanded", "true" if is_open else "false")

    @staticmethod
    def _make_tab(part: str) -> ui.tab:
        return ui.tab(part, name_of(part)).props(f"data-part={part}")

    def _quick_one(self, words: str, text: str) -> Toggle:
        control = next(c for c in self._controls if c.name == text.partition("=")[0])
        return Toggle(words, control, self._orders.fault, lambda: text)

    def _clicked(self, event: events.GenericEventArguments) -> None:
        """A place of the map."""
        if event.args in PARTS:
            self._tabs.set_value(event.args)
            self._turn(True)
            call("show", ".lab-on-faults")

    def _show(self, part: str) -> None:
        self._panel.clear()
        set_prop(self._panel, "aria-label", f"Faults of {name_of(part)}")
        with self._panel:
            mine = [control for control in self._controls if control.part == part]
            self._open = _PartFaults(part, mine, self._orders)
        self._open.draw(self._in_force)

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""
        is_real = board.kind == "real"
        for row in (self._quick_row, self._all):
            set_prop(row, "inert", is_real)
        for each in (self._more, self._end):
            each.set_enabled(not is_real)
        elsewhere = _elsewhere(lab, board)
        self._hint.set_text(_REAL.format(name=board.name) if is_real else elsewhere)
        parts = lab.parts_of(board)
        if parts == self._parts:
            return
        self._parts, self._in_force = parts, made(parts)
        for text, toggle in self._quick.items():
            now = self._in_force.get(text.partition("=")[0], ())
            toggle.draw(now, text in now)
        for part, (_, texts) in parts.items():
            count = f" · {len(texts)} on" if texts else ""
            set_prop(self._tab[part], "label", f"{name_of(part)}{count}")
        if self._open is not None:
            self._open.draw(self._in_force)
