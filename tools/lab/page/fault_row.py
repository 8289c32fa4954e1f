# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""One fault: a button with fields for its values, or a slider. Both follow the state."""

from collections.abc import Callable

from nicegui import events, ui

from lab.controls import Control, Value
from lab.drawing.map.words import name_of
from lab.page.style import button, call, set_prop

Make = Callable[[str], None]
# A slider that was let go shows the state again after this, whatever came of it.
_ANSWER_S = 1.0


class Toggle:
    """A button that is pressed while its fault is in force; pressed again, it ends the fault.

    text: gives the fault as it is typed now, None when a value is missing.
    """

    def __init__(
        self, label: str, control: Control, make: Make, text: Callable[[], str | None]
    ) -> None:
        self._control, self._make, self._text = control, make, text
        self._made: tuple[str, ...] = ()
        again = "" if control.is_moment else f" Pressed again, it ends this: {control.end}"
        self.button = button(label, self._press, f"{control.name}: {control.words}.{again}")
        if not control.is_moment:
            self.button.classes("lab-toggle").props("aria-pressed=false")

    def _press(self) -> None:
        text = self._text()
        if text is not None:
            self._make(self._control.end if text in self._made else text)

    def draw(self, made: tuple[str, ...], shown: bool) -> None:
        """made: the fault as it is in force. shown: whether the button is it."""
        self._made = made
        if not self._control.is_moment:
            set_prop(self.button, "aria-pressed", "true" if shown else "false")


class _Field:
    """The field for one value."""

    def __init__(self, value: Value) -> None:
        self._value = value
        self._box: ui.select | ui.input
        name = value.name.replace("_", " ")
        if value.choices:
            self._box = ui.select(list(value.choices), value=value.start, label=name)
        else:
            self._box = ui.input(name, value=value.start)
        self._box.props("dense outlined").classes("lab-field")

    def text(self) -> str | None:
        """As it is typed; None when it is missing, which the field then says."""
        text = str(self._box.value or "").strip()
        missing = self._value.required and not text
        set_prop(self._box, "error", missing)
        set_prop(self._box, "error-message", "A value is missing." if missing else "")
        return None if missing else text

    def show(self, text: str) -> None:
        """Another text, because it is in force."""
        self._box.set_value(text)


class ButtonRow:
    """A fault with a button, and a field for each of its values."""

    def __init__(self, control: Control, make: Make) -> None:
        self._control = control
        self._made: tuple[str, ...] = ()
        self._fixed = [value.start for value in control.values if value.kind == "fixed"]
        self._fields = [] if self._fixed else [_Field(value) for value in control.values]
        self._toggle = Toggle(control.label, control, make, self._text)
        self.button = self._toggle.button

    def _text(self) -> str | None:
        if self._fixed:
            return self._control.text(self._fixed)
        texts = [field.text() for field in self._fields]
        return None if None in texts else self._control.text([t for t in texts if t is not None])

    def draw(self, made: tuple[str, ...]) -> None:
        """made: the fault as it is in force. The fields show the newest."""
        self._toggle.draw(made, bool(made))
        if made != self._made:
            self._made = made
            values = made[-1].partition("=")[2].split(":") if made else []
            for field, text in zip(self._fields, values, strict=False):
                field.show(text)


class SliderRow:
    """A fault with one value of a range. A slider that is held does not follow the state."""

    def __init__(self, control: Control, make: Make) -> None:
        scale = control.values[0].range
        assert scale is not None
        self._control, self._make, self._scale = control, make, scale
        self._now, self._held = scale.start, False
        self._slider = ui.slider(
            min=min(scale.low, scale.start), max=max(scale.high, scale.start), step=scale.step,
            value=scale.start,
        ).classes("lab-slider")  # fmt: skip
        name = f"{control.name}: {control.words}, {scale.unit}"
        set_prop(self._slider, "aria-label", f"{name_of(control.part)}, {name}")
        set_prop(self._slider, "title", name)
        self._words = ui.label().classes("lab-value")
        self._words.bind_text_from(self._slider, "value", self._shown)
        call("slider", self._slider.id)
        self._slider.on("pan", self._on_pan).on("change", self._let_go)

    def _shown(self, value: float) -> str:
        normal = f" (normal {self._scale.start:g})" if value != self._scale.start else ""
        return f"{value:g} {self._scale.unit}{normal}"

    def _on_pan(self, event: events.GenericEventArguments) -> None:
        self._held = event.args == "start"

    def _let_go(self) -> None:
        self._held = False
        self._make(self._control.text([f"{self._slider.value:g}"]))
        ui.timer(_ANSWER_S, self._follow, once=True)

    def _follow(self) -> None:
        if not self._held:
            self._slider.set_value(self._now)

    def draw(self, made: tuple[str, ...]) -> None:
        """made: the fault as it is in force."""
        now = self._scale.start
        if made:
            try:
                now = float(made[-1].partition("=")[2].partition(":")[0])
            except ValueError:
                return  # typed in another way
        if now != self._now:
            self._now = now
            self._follow()
