# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The source of a test: its calls, and constants for what is too long for a line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from commands import typed_faults
from lab.recording.items import DEVICE, Item
from lab.recording.literals import LINE_MAX, block, columns, literal, topic
from lab.recording.moves import Move

_HEAD = """\
# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""
_GAP_MIN_S = 0.2
_INDENT = "    "
_BOARD = "lab_board"
_DEVICE = f"{_BOARD}.id"
_CELLULAR = re.compile("[\"']cell")  # a name of a NIC, in a script


@dataclass(frozen=True)
class _Argument:
    """As it stands in a call, and as the constant that stands for it where that is too long.
    before: what comes before either. more: what comes behind the constant's name."""

    line: str
    constant: str = ""
    before: str = ""
    more: str = ""


class Writer:
    """keys: by a key of the bench, the name of its access point. The key is not written."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = keys
        self._constants: dict[str, str] = {}  # by their values, as literals
        self._comments: dict[str, str] = {}  # by the name of the constant
        self._first: list[str] = []
        self._calls: list[str] = []
        self._fixtures = [_BOARD]

    def limit(self, limit_s: float) -> None:
        """How long what is waited for may take."""
        self._first = [f"{_BOARD}.limit_s = {limit_s:.0f}"]

    def move(self, move: Move) -> None:
        """What is waited for, and the step."""
        for one in move.awaited:
            self._item(f"{_BOARD}.{one.what}", one)
            if one.what in ("attempt", "session") and one.values[0].startswith("cell"):
                self._use("modem")
        step = move.step
        if step is None:
            return
        if self._calls and not move.quiet and move.gap_s >= _GAP_MIN_S:
            self.goes_on(move.gap_s)
        if step.what == "fault":
            self._fault(typed_faults.parse(step.values[0]))
        elif step.what == "run_script":
            name = self._constant("SCRIPT", block(step.values[0]))
            self._calls.append(f"{_BOARD}.run({name})")
            if _CELLULAR.search(step.values[0]):
                self._use("modem")
            for key, point in self._keys.items():
                if key in step.values[0]:
                    self._comments[name] = (
                        f"# The key in it is that of the access point {literal(point)}."
                    )
        elif step.what == "publish":
            self._use("world")
            self._item("world.broker.publish", step)
        else:
            self._item(f"{_BOARD}.{step.what}", step)

    def goes_on(self, for_s: float) -> None:
        """The board runs for so long."""
        self._calls.append(f"{_BOARD}.goes_on({for_s:.1f})")

    def text(self, name: str, docstring: str) -> str:
        """The whole file."""
        constants = "".join(
            f"{self._comments.get(name, '')}\n{name} = {value}\n".lstrip("\n")
            for value, name in self._constants.items()
        )
        body = "".join(f"{_INDENT}{call}\n" for call in self._first + self._calls)
        parts = [f"{_HEAD}{docstring}\n", f"\n{constants}" if constants else ""]
        return f"{''.join(parts)}\n\ndef test_{name}({', '.join(self._fixtures)}):\n{body}"

    def _use(self, fixture: str) -> None:
        if fixture not in self._fixtures:
            self._fixtures.append(fixture)

    def _constant(self, kind: str, value: str) -> str:
        """The name of the constant that has this value."""
        if value not in self._constants:
            number = 1 + sum(name.startswith(kind) for name in self._constants.values())
            self._constants[value] = kind if number == 1 else f"{kind}_{number}"
        return self._constants[value]

    def _fault(self, fault: typed_faults.Fault) -> None:
        kind, _, which = fault.part.partition(".")
        place = "modem" if kind == "modem" else f"world.{kind}"
        self._use(place.partition(".")[0])
        if which:
            place += f"[{literal(which)}]"
        values = [self._value(value) for value in typed_faults.arguments(fault)]
        self._call(f"{place}.{fault.method}", values)

    def _item(self, function: str, item: Item) -> None:
        """A call with the values of an item; a message of any payload has none."""
        values = [self._value(value) for value in item.values if value is not None]
        if item.what in ("publish", "message"):
            values[0] = _topic(item.values[0])
        if item.like:
            values[1] = replace(values[1], before="like=")
        self._call(function, values)

    def _value(self, value: object) -> _Argument:
        if isinstance(value, str) and value in self._keys:
            self._use("world")
            return _Argument(f"world.wifi[{literal(self._keys[value])}].key")
        if isinstance(value, (str, bytes)):
            return _Argument(literal(value), block(value))
        return _Argument(literal(value))

    def _call(self, function: str, arguments: list[_Argument]) -> None:
        while True:
            call = f"{function}({', '.join(one.before + one.line for one in arguments)})"
            long = max((one for one in arguments if one.constant), default=None,
                       key=lambda one: len(one.line))  # fmt: skip
            if long is None or columns(_INDENT + call) <= LINE_MAX:
                self._calls.append(call)
                return
            name = self._constant("TEXT", long.constant)
            arguments[arguments.index(long)] = _Argument(name + long.more, before=long.before)


def _topic(text: str) -> _Argument:
    if DEVICE not in text:
        return _Argument(literal(text), block(text))
    template = text.replace("{", "{{").replace("}", "}}").replace(DEVICE, "{id}")
    return _Argument(topic(text, _DEVICE), block(template), more=f".format(id={_DEVICE})")
