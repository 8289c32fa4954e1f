# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The faults as a page offers them, from the one list: target/faults.py and typed_faults.py."""

import inspect
from dataclasses import dataclass

from commands import typed_faults

# By the parameter's name: the least, the greatest, the step and the start of a slider. It names no
# fault.
_RANGES: dict[str, tuple[float, float, float, float]] = {
    "dbm": (-127, 0, 1, -55),
    "ms": (0, 5000, 50, 0),
    "probability": (0, 1, 0.01, 0),
    "csq": (0, 31, 1, 20),
}


@dataclass(frozen=True)
class Value:
    """One value of a fault. kind: slider, switch, number or text."""

    name: str
    kind: str
    default: str
    required: bool
    range: tuple[float, float, float, float] = (0, 0, 0, 0)


@dataclass(frozen=True)
class Control:
    """A fault with the fields for its values. part: its short name, as "ap"."""

    name: str
    part: str
    label: str
    words: str
    values: tuple[Value, ...]

    def text(self, values: list[str]) -> str:
        """As it is typed. Values at the end that are empty are left out."""
        while values and values[-1] == "":
            values = values[:-1]
        return f"{self.name}={':'.join(values)}" if values else self.name


def _value(parameter: inspect.Parameter) -> Value:
    kind = str(parameter.annotation).partition(" | ")[0]
    required = parameter.default is parameter.empty and parameter.kind is not (
        parameter.VAR_POSITIONAL
    )
    given = parameter.default in (parameter.empty, None)
    default = "" if given else str(parameter.default)
    if parameter.name in _RANGES and kind in ("int", "float"):
        return Value(parameter.name, "slider", default, required, _RANGES[parameter.name])
    shown = {"bool": "switch", "int": "number", "float": "number"}.get(kind, "text")
    return Value(parameter.name, shown, default, required)


def controls() -> list[Control]:
    """Every fault of the list, in its order."""
    found = []
    for fault, words, parameters in typed_faults.described():
        part = next(p for p in typed_faults.PARTS if fault.text.startswith(f"{p}-"))
        values = tuple(map(_value, parameters))
        found.append(Control(fault.text, part, fault.text[len(part) + 1 :], words, values))
    return found
