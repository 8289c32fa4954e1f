# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The page: draws the model's snapshot and hands on what is pressed. It keeps nothing."""

import time
from collections.abc import Callable
from typing import Protocol

from nicegui import ui

from commands.typed_faults import PARTS
from lab import drawing
from lab.controls import Control, Value, controls
from lab.model import Model, State

_DRAW_S = 0.2
_TERMINAL = {"rows": 16, "cols": 80, "scrollback": 2000, "fontSize": 12, "cursorBlink": True}


class Orders(Protocol):
    """What the page needs of desk.Desk."""

    def type(self, text: str) -> None:
        """Keys for the console."""

    def run_script(self, code: str) -> None:
        """Runs a script."""

    def soft_reset(self) -> None:
        """Ctrl-D."""

    def press_en(self) -> None:
        """Presses EN."""

    def power(self, on: bool) -> None:
        """Switches the board."""

    def fault(self, text: str) -> None:
        """Makes a fault."""

    def publish(self, topic: str, payload: str) -> None:
        """Publishes a message."""


def _field(value: Value) -> Callable[[], str]:
    """A field for one value of a fault; gives what was entered."""
    if value.kind == "switch":
        switch = ui.switch(value.name, value=value.default == "True")
        return lambda: "on" if switch.value else "off"
    box = ui.input(value.name, value=value.default).props("dense").classes("w-28")
    return lambda: str(box.value or "").strip()


class Page:
    """One browser's page."""

    def __init__(self, model: Model, desk: Orders) -> None:
        self._model, self._desk = model, desk
        self._seen = -1
        self._console_at = 0
        self._topic_set = False
        ui.add_css(drawing.CSS)
        ui.colors(primary="#2b7cc4")
        state = model.snapshot(time.monotonic())
        self._head()
        with ui.element("div").classes("w-full grid grid-cols-1 lg:grid-cols-2 gap-4"):
            with ui.column().classes("min-w-0"):
                self._map = ui.html("", sanitize=False).classes("w-full")
                self._heading("Attempts")
                box = "w-full max-h-80 overflow-y-auto"
                self._attempts = ui.html("", sanitize=False).classes(box)
                self._faults()
            with ui.column().classes("min-w-0"):
                self._work(state)
        ui.timer(_DRAW_S, self.draw)
        self.draw()

    @staticmethod
    def _heading(text: str) -> None:
        ui.label(text).classes("text-lg font-medium")

    def _head(self) -> None:
        with ui.row().classes("w-full items-center gap-2"):
            ui.label("connectwith lab").classes("text-xl font-medium")
            self._power = ui.label("").classes("text-base")
            ui.button("Soft reset", on_click=self._desk.soft_reset).props("dense no-caps outline")
            ui.button("EN reset", on_click=self._desk.press_en).props("dense no-caps outline")
            self._off = ui.button("Power off", on_click=lambda: self._desk.power(False))
            self._on = ui.button("Power on", on_click=lambda: self._desk.power(True))
            for button in (self._off, self._on):
                button.props("dense no-caps outline")
        self._problem = ui.label("").classes("w-full text-red-700 dark:text-red-300")
        self._problem.props("role=alert")

    # -- faults

    def _faults(self) -> None:
        with ui.row().classes("w-full items-center gap-2"):
            self._heading("Faults")
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

    def _control(self, control: Control) -> None:
        with ui.row().classes("w-full items-center gap-3"):
            if [v.kind for v in control.values] == ["slider"]:
                self._slider(control, control.values[0])
                return
            button = ui.button(control.label).props("dense no-caps outline")
            fields = [_field(value) for value in control.values]
            button.on_click(lambda: self._desk.fault(control.text([field() for field in fields])))
            ui.label(control.words).classes("text-sm opacity-70")

    def _slider(self, control: Control, value: Value) -> None:
        low, high, step, start = value.range
        ui.label(f"{control.label}, {value.name}").classes("text-sm")
        slider = ui.slider(min=low, max=high, step=step, value=start).classes("w-40")
        slider.props("label")
        # "change" comes when the slider is let go.
        slider.on("change", lambda: self._desk.fault(control.text([f"{slider.value:g}"])))
        ui.label(control.words).classes("text-sm opacity-70")

    def _end_all(self) -> None:
        for part, found in self._model.snapshot(time.monotonic()).parts.items():
            if found["faults"]:
                self._desk.fault(f"{part}-restore")

    # -- editor, terminal, messages

    def _work(self, state: State) -> None:
        with ui.row().classes("w-full items-center gap-2"):
            self._heading("Script")
            ui.button("Run", on_click=self._run).props("dense no-caps")
        self._editor = ui.codemirror(
            state.script, language="Python", theme="oneDark",
            on_change=lambda event: self._model.edited(event.value),
        ).classes("w-full").style("height: 17em")  # fmt: skip
        self._heading("The board's REPL")
        with ui.element("div").classes("w-full overflow-x-auto"):
            self._terminal = ui.xterm(_TERMINAL, on_data=lambda event: self._desk.type(event.data))
        self._heading("Messages at the broker")
        with ui.row().classes("w-full items-center gap-2"):
            self._topic = ui.input("topic").props("dense").classes("w-64")
            self._payload = ui.input("message", value='"hello"').props("dense").classes("w-40")
            ui.button("Send", on_click=self._send).props("dense no-caps outline")
        box = "w-full max-h-48 overflow-y-auto"
        self._messages = ui.html("", sanitize=False).classes(box)
        self._heading("Events")
        self._events = ui.html("", sanitize=False).classes(box)

    def _run(self) -> None:
        self._desk.run_script(self._editor.value)

    def _send(self) -> None:
        self._desk.publish(self._topic.value or "", self._payload.value or "")

    # -- drawing

    def draw(self) -> None:
        """Draws what has changed."""
        text, self._console_at = self._model.console_from(self._console_at)
        if text:
            self._terminal.write(text)
        version = self._model.version
        if version == self._seen and not self._model.running():
            return
        self._seen = version
        state = self._model.snapshot(time.monotonic())
        self._power.set_text(f"power {state.power}")
        self._off.set_visibility(state.power == "on")
        self._on.set_visibility(state.power != "on")
        self._problem.set_text(state.problem)
        self._map.set_content(drawing.map_svg(state))
        self._attempts.set_content(drawing.attempts_html(state))
        lines = [f"{topic}  {text}" for topic, text in state.messages]
        self._messages.set_content(drawing.lines_html(lines))
        self._events.set_content(drawing.lines_html(state.events))
        if state.device and not self._topic_set:
            self._topic_set = True
            self._topic.set_value(f"imp/{state.device}/device/hello")
