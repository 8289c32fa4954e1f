# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The faults as a page offers them, from the one list: target/faults.py and typed_faults.py."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from commands import typed_faults
from target.faults import FAULTS, MOMENT, NONE, Entry, kind_of

# By the parameter's name: the least, the greatest and the step of a slider, its start where the
# list knows no healthy value, and the unit. It names no fault.
_RANGES: dict[str, tuple[float, float, float, float, str]] = {
    "dbm": (-127, 0, 1, -55, "dBm"),
    "ms": (0, 5000, 50, 0, "ms"),
    "probability": (0, 1, 0.01, 0, "of the frames"),
    "csq": (0, 31, 1, 20, "of 31"),
}
# By the kind of part and the parameter's name, or by this name alone: what a field begins with
# where the method has no default.
_STARTS = {"reason": "203", "key": "another key", "n_bytes": "2000", "s": "86400",
           "dns.name": "broker.test", "modem.name": "another.apn"}  # fmt: skip
# What is wanted most often: in words, and as it is typed.
QUICK = {
    "access point off": "ap-off",
    "cable out": "ethernet-unplug",
    "DNS silent": "dns-drop",
    "broker stalls": "broker-stall",
    "certificate expired": "broker-certificate=expired",
    "SIM out": "modem-sim=removed",
}


@dataclass(frozen=True)
class Range:
    """Of a slider."""

    low: float
    high: float
    step: float
    start: float
    unit: str


@dataclass(frozen=True)
class Value:
    """One value of a fault. kind: slider, fixed (only one other value than the healthy one),
    choice, number or text. start: what its field begins with, as it is typed."""

    name: str
    kind: str
    start: str
    required: bool
    choices: tuple[str, ...] = ()
    range: Range | None = None


@dataclass(frozen=True)
class Control:
    """A fault with the fields for its values. part: its short name, as "ap". end: as it is typed,
    what ends it; "" for one that leaves nothing. pair: the name of its counterpart, or ""."""

    name: str
    part: str
    method: str
    label: str
    words: str
    entry: Entry
    values: tuple[Value, ...]
    end: str = ""
    pair: str = ""

    def text(self, values: Sequence[str]) -> str:
        """As it is typed. Values at the end that are empty are left out."""
        given = list(values)
        while given and given[-1] == "":
            given.pop()
        return f"{self.name}={':'.join(given)}" if given else self.name

    @property
    def is_moment(self) -> bool:
        """Whether it happens and leaves nothing."""
        return self.entry.leaves == MOMENT


def _value(parameter: inspect.Parameter, part: str, entry: Entry, first: bool) -> Value:
    kind = str(parameter.annotation).partition(" | ")[0]
    required = parameter.default is parameter.empty and parameter.kind is not (
        parameter.VAR_POSITIONAL
    )
    given = parameter.default in (parameter.empty, None)
    start = str(parameter.default)
    if given:
        long = f"{kind_of(part)}.{parameter.name}"
        start = _STARTS.get(long, _STARTS.get(parameter.name, ""))
    if first and entry.choices:
        start = start or next(c for c in entry.choices if c != entry.healthy)
        fixed = entry.healthy in entry.choices and len(entry.choices) == 2
        shown = "fixed" if fixed else "choice"
        return Value(parameter.name, shown, start, required, entry.choices)
    if parameter.name in _RANGES and kind in ("int", "float"):
        low, high, step, begin, unit = _RANGES[parameter.name]
        begin = begin if entry.healthy is None else float(entry.healthy)
        scale = Range(low, high, step, begin, unit)
        return Value(parameter.name, "slider", f"{begin:g}", required, range=scale)
    shown = {"int": "number", "float": "number"}.get(kind, "text")
    return Value(parameter.name, shown, start, required)


def _ends(entry: Entry, method: str) -> bool:
    """Whether an entry of the same part ends this fault."""
    return any(fnmatchcase(method, pattern) for pattern in entry.ends)


def _end_and_pair(part: str, method: str) -> tuple[str, str]:
    """Of a fault that leaves something: see Control. The end is the one that ends the least."""
    methods = FAULTS[kind_of(typed_faults.PARTS[part])]
    names = {name: typed_faults.name_of(part, name) for name in methods}
    counts = {
        name: sum(_ends(entry, other) for other in methods)
        for name, entry in methods.items()
        if entry.leaves == NONE and _ends(entry, method)
    }
    least = min(counts, key=lambda name: counts[name])
    if methods[method].healthy is not None:
        end = f"{names[method]}={methods[method].healthy}"
    elif least != "restore":
        end = names[least]
    else:
        values = (f"{names[name]}={entry.healthy}" for name, entry in methods.items()
                  if entry.healthy is not None and _ends(entry, method))  # fmt: skip
        end = next(values, names["restore"])
    return end, names[least] if least != "restore" else ""


def controls() -> list[Control]:
    """Every fault of the list, in its order."""
    shorts = {part: short for short, part in typed_faults.PARTS.items()}
    found = []
    for fault, words, parameters in typed_faults.described():
        part = shorts[fault.part]
        entry = typed_faults.entry_of(fault)
        values = tuple(_value(p, fault.part, entry, not at) for at, p in enumerate(parameters))
        leaves = entry.leaves not in (MOMENT, NONE)
        end, pair = _end_and_pair(part, fault.method) if leaves else ("", "")
        label = fault.text.removeprefix(f"{part}-")
        control = Control(fault.text, part, fault.method, label, words, entry, values, end, pair)
        found.append(control)
    return found


def made(parts: dict[str, tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """By name, the faults that are in force, as they were typed, the newest last. parts: as in
    LabView."""
    found: dict[str, tuple[str, ...]] = {}
    for text in (text for _, texts in parts.values() for text in texts):
        name = text.partition("=")[0]
        found[name] = (*found.get(name, ()), text)
    return found
