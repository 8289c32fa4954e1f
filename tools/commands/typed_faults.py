# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The bench's faults as a person types them: `ap-off`, `dns-delay=500`, and `ap-off@5s` for later.

The names are made of those in target/faults.py, the values of the methods that make the faults.
target.faults.after() tells which faults of a part are active after one more.
"""

import difflib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, NoReturn

from setup.problem import Problem
from target.faults import FAULTS, Entry, kind_of

if TYPE_CHECKING:
    from bench import World

PARTS = {
    "ap": "wifi.home",
    "cafe": "wifi.cafe",
    "ethernet": "ethernet",
    "dns": "dns",
    "sntp": "sntp",
    "proxy": "proxy",
    "broker": "broker",
    "mobile": "cellular",
    "modem": "modem",
}
_TIME = re.compile(r"(\d{1,8}(?:\.\d{1,3})?)(ms|s|m|)")
_UNITS_S = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0}
_LONGEST_S = 86400.0


@dataclass(frozen=True)
class Fault:
    """A fault of a part of the bench, and when: seconds from the script's start."""

    text: str
    part: str
    method: str
    values: tuple[str, ...]
    at_s: float = 0.0


def name_of(short: str, method: str) -> str:
    """As it is typed: "ap-cable-cut" for the method "cable.cut" of the part "ap"."""
    return f"{short}-{re.sub('[_.]', '-', method)}"


def _table() -> dict[str, tuple[str, str]]:
    """By typed name: the part and the method."""
    return {
        name_of(short, method): (part, method)
        for short, part in PARTS.items()
        for method in FAULTS[kind_of(part)]
    }


def entry_of(fault: Fault) -> Entry:
    """What the list has about it."""
    return FAULTS[kind_of(fault.part)][fault.method]


def names() -> list[str]:
    """Every name that may be typed."""
    return list(_table())


def _refuse(what: str, why: str, next_step: str) -> NoReturn:
    raise Problem(what, why, next_step, 2)


def _seconds(text: str, whole: str) -> float:
    found = _TIME.fullmatch(text)
    value = float(found[1]) * _UNITS_S[found[2]] if found else -1.0
    if not 0 <= value <= _LONGEST_S:
        _refuse(
            f"{ascii(whole[:60])} has no time that can be understood.",
            f"{ascii(text[:60])} is not a time up to a day, such as 500ms, 5s or 2m.",
            "write the fault, then @ and the time: ap-off@5s",
        )
    return value


def parse(text: str) -> Fault:
    """Reads one fault, such as "ap-rssi=-80@5s". Raises Problem, with the names if it is none."""
    if not text.isprintable():
        # It is shown as it was typed.
        _refuse(
            f"{ascii(text[:60])} is not a fault.",
            "it has a control character in it.",
            "write it without.",
        )
    word, at, time = text.strip().partition("@")
    name, equals, values = word.partition("=")
    table = _table()
    if name not in table:
        close = difflib.get_close_matches(name, table, n=1, cutoff=0.5)
        advice = f"did you mean '{close[0]}'? " if close else ""
        _refuse(
            f"There is no fault {ascii(name[:60])}.",
            f"the faults are: {', '.join(table)}.",
            f"{advice}choose one; several go with commas: ap-off@5s,ap-on@20s",
        )
    part, method = table[name]
    at_s = _seconds(time, text) if at else 0.0
    return Fault(word, part, method, tuple(values.split(":")) if equals else (), at_s)


def parse_all(text: str) -> list[Fault]:
    """Reads faults with commas between them. Raises Problem."""
    return [parse(one.strip()) for one in text.split(",") if one.strip()]


def _class_of(fault: Fault) -> type:
    from bench import access_point, broker, cable, dns, ethernet, network, proxy, sntp
    from bench.modem import driver

    if fault.method.startswith("cable."):
        return cable.Cable
    classes: dict[str, type] = {
        "wifi": access_point.AccessPoint, "ethernet": ethernet.Ethernet, "dns": dns.Dns,
        "sntp": sntp.Sntp, "proxy": proxy.Proxy, "broker": broker.Broker,
        "cellular": network.Network, "modem": driver.Modem,
    }  # fmt: skip
    return classes[kind_of(fault.part)]


def _switch(text: str) -> bool:
    return {"on": True, "off": False}[text]


_KINDS_OF_VALUE: dict[str, Callable[[str], object]] = {
    "int": int, "float": float, "bool": _switch, "str": str,
}  # fmt: skip


def _parameters(fault: Fault) -> list[inspect.Parameter]:
    function = getattr(_class_of(fault), fault.method.rpartition(".")[2])
    return list(inspect.signature(function).parameters.values())[1:]


def _usage(fault: Fault) -> str:
    parameters = _parameters(fault)
    words = [p.name.upper() for p in parameters]
    words[:1] = ["|".join(entry_of(fault).choices) or word for word in words[:1]]
    for at, parameter in enumerate(parameters):
        if parameter.default is not parameter.empty:
            words[at] = f"[{words[at]}]"
    name = fault.text.partition("=")[0]
    return f"{name}={':'.join(words)}" if words else name


def _value(parameter: inspect.Parameter, text: str) -> object:
    kind, _, optional = str(parameter.annotation).partition(" | ")
    if optional == "None" and text == "none":
        return None
    return _KINDS_OF_VALUE[kind](text)


def arguments(fault: Fault) -> list[object]:
    """The values that its method gets. Raises Problem when they do not fit."""
    parameters = _parameters(fault)
    many = bool(parameters) and parameters[-1].kind is inspect.Parameter.VAR_POSITIONAL
    choices = entry_of(fault).choices
    required = sum(p.default is p.empty and p.kind is not p.VAR_POSITIONAL for p in parameters)
    try:
        if len(fault.values) < required or len(fault.values) > len(parameters) and not many:
            raise ValueError
        if choices and fault.values and fault.values[0] not in choices:
            raise ValueError
        more = len(fault.values) - len(parameters)
        parameters += parameters[-1:] * max(0, more)
        return [_value(p, text) for p, text in zip(parameters, fault.values, strict=False)]
    except (ValueError, KeyError):
        _refuse(
            f"The values of {ascii(fault.text[:60])} do not fit.",
            "each is a text, a number, or on or off, with : between them.",
            f"write it so: {_usage(fault)}",
        )


def apply(world: "World", fault: Fault, modem: int = 0) -> None:
    """Makes the fault; of the modems, at the one with this index, in the order of fit_modem().

    Raises Problem, and BenchError when the bench refuses it.
    """
    values = arguments(fault)
    kind, _, which = fault.part.partition(".")
    if kind == "modem":
        if not 0 <= modem < len(world.modems):
            what = f"{ascii(fault.text[:60])} was not made"
            _refuse(f"{what}.", f"no modem has the index {modem}.", "choose a board with a modem.")
        thing: object = world.modems[modem]
    else:
        thing = world.wifi[which] if which else getattr(world, kind)
    attrgetter(fault.method)(thing)(*values)


def help_lines() -> Iterator[str]:
    """A line for each fault: how to write it, and what it does."""
    for name, (part, method) in _table().items():
        fault = Fault(name, part, method, ())
        yield f"{_usage(fault):<33}  {entry_of(fault).words}"


def described() -> Iterator[tuple[Fault, str, list[inspect.Parameter]]]:
    """Each fault without its values, what it does, and the parameters of its method."""
    for name, (part, method) in _table().items():
        fault = Fault(name, part, method, ())
        yield fault, entry_of(fault).words, _parameters(fault)


class Schedule:
    """Faults that come in their turn, each at its time after start()."""

    def __init__(self, world: "World", faults: list[Fault]) -> None:
        self._world = world
        self._began_s = 0.0
        self.left = sorted(faults, key=lambda fault: fault.at_s)

    def start(self, now_s: float) -> None:
        """The times count from now on."""
        self._began_s = now_s

    def due(self, now_s: float) -> Iterator[Fault]:
        """Makes the faults whose time has come, and gives each."""
        while self.left and self.left[0].at_s <= now_s - self._began_s:
            fault = self.left.pop(0)
            apply(self._world, fault)
            yield fault
