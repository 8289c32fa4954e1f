# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The faults: a button or a slider for each one of the bench's list."""

import time
from collections.abc import Callable

from nicegui import ui

from commands.typed_faults import PARTS
from lab.controls import Control, Value, controls
from lab.model import BoardView, Lab, LabView
from lab.page.desk import BoardOrders
from lab.page.style import heading


def _field(value: Value) -> Callable[[], str]:
    """A field for one value of a fault; gives what was entered."""
    if value.kind == "switch":
        switch = ui.switch(value.name, value=value.default == "True")
        return lambda: "on" if switch.value else "off"
    box = ui.input(value.name, value=value.default).props("dense").classes("w-28")
    return lambda: str(box.value or "").strip()


class FaultsPanel:
    """See the module."""

    def __init__(self, lab: Lab, orders: BoardOrders) -> None:
        self._lab, self._orders = lab, orders
        with ui.row().classes("w-full items-center gap-2"):
            heading("Faults")
            ui.button("End all faults", on_click=self._end_all).props("dense no-caps outline")
        found = controls()
        with ui.tabs().classes("w-full") as tabs:
            tabs.props("dense no-caps outside-arrows mobile-arrows")
            for part in PARTS:
                ui.tab(part)
        with ui.tab_panels(tabs, value=next(iter(PARTS))).classes("w-full"):
            for part in PARTS:
                with ui.tab_panel(part).classes("p-1"):
                    for control in (c for c in found if c.part == part):
                        self._control(control)

    def draw(self, lab: LabView, board: BoardView) -> None:
        """See Panel."""

    def _control(self, control: Control) -> None:
        with ui.row().classes("w-full items-center gap-3"):
            if [v.kind for v in control.values] == ["slider"]:
                self._slider(control, control.values[0])
                return
            button = ui.button(control.label).props("dense no-caps outline")
            fields = [_field(value) for value in control.values]
            button.on_click(lambda: self._orders.fault(control.text([f() for f in fields])))
            ui.label(control.words).classes("text-sm opacity-70")

    def _slider(self, control: Control, value: Value) -> None:
        low, high, step, start = value.range
        ui.label(f"{control.label}, {value.name}").classes("text-sm")
        slider = ui.slider(min=low, max=high, step=step, value=start).classes("w-40")
        slider.props("label")
        # "change" comes when the slider is let go.
        slider.on("change", lambda: self._orders.fault(control.text([f"{slider.value:g}"])))
        ui.label(control.words).classes("text-sm opacity-70")

    def _end_all(self) -> None:
        for part, (_, made) in self._lab.snapshot(time.monotonic()).parts.items():
            if made:
                self._orders.fault(f"{part}-restore")
