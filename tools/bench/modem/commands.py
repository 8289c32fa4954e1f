# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The AT commands of the simulator: one function for each, as a SIM7600 handles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from . import identity, packet
from .results import AtError, UnknownCommand
from .scene import DOMAINS
from .syntax import Command

if TYPE_CHECKING:
    from .sim7600 import Sim7600

# A handler sends the lines of the answer and returns the duration of the command, in seconds of
# the profile. It returns None if it calls modem.finish() itself.
Handler = Callable[["Sim7600", Command], "float | None"]

RATES = (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600,
         3000000, 3200000, 3686400)  # fmt: skip

# Basic settings and the values they take. "S" parameters: 0 to 255.
_SETTINGS = {"E": (0, 1), "V": (1,), "Q": (0,), "X": (0, 1, 2, 3, 4), "&C": (0, 1),
             "&D": (0, 1, 2), "&S": (0, 1), "\\V": (0, 1)}  # fmt: skip
_S_PARAMETERS = ("S0", "S3", "S4", "S5", "S6", "S7", "S8", "S10")

# Extended settings that are only stored and read back here.
_STORED = {"+IFC": 2, "+ICF": 2, "+CTZU": 1, "+CTZR": 1, "+CNMP": 1, "+CVHU": 1, "+CSCLK": 1,
           "+CATR": 2, "+CFGRI": 1, "+CGPS": 2, "+CNSMOD": 1, "+CGREPC": 1}  # fmt: skip
_FACTORY = {"+IFC": "0,0", "+ICF": "3,3", "+CTZU": "1", "+CNMP": "2", "+CVHU": "1"}


def number(text: str, low: int, high: int) -> int:
    """A decimal parameter. Raises AtError."""
    if not text.isdigit() or not low <= int(text) <= high:
        raise AtError(50)
    return int(text)


def _basic(modem: Sim7600, command: Command) -> float:
    if command.name in _S_PARAMETERS:
        if command.op == "?":
            modem.say(f"{int(modem.settings.get(command.name, 0)):03d}")
        else:
            modem.settings[command.name] = number(command.text, 0, 255)
        return 0
    value = int(command.text or 0)
    if value not in _SETTINGS[command.name]:
        raise AtError()
    modem.settings[command.name] = value
    return 0


def _hang_up(modem: Sim7600, command: Command) -> float:
    if command.text not in ("", "0"):
        raise AtError()
    modem.call.hang_up()
    return modem.profile.hang_up_s


def _online(modem: Sim7600, _command: Command) -> None:
    if modem.call.up:
        modem.call.resume()
    else:
        modem.finish("NO CARRIER")


def _dial(modem: Sim7600, command: Command) -> None:
    modem.call.begin(command.text)


def _reset_settings(modem: Sim7600, _command: Command) -> float:
    modem.call.hang_up()
    modem.settings.update({"E": 1, "X": 1, "&C": 1, "&D": 1, "CMEE": 1})
    return 0


def _save(_modem: Sim7600, _command: Command) -> float:
    return 0  # the settings of this simulator are factory settings after each start


def _cmee(modem: Sim7600, command: Command) -> float:
    if command.op == "?":
        modem.say(f"+CMEE: {modem.settings['CMEE']}")
    else:
        modem.settings["CMEE"] = number(command.text, 0, 2)
    return 0


def _stored(modem: Sim7600, command: Command) -> float:
    name = command.name
    if command.op == "?":
        value = modem.settings.get(name, _FACTORY.get(name, "0"))
        modem.say(f"{name}: {value}")
        return 0
    fields = command.arguments
    if not 1 <= len(fields) <= _STORED[name] or not all(f.isdigit() for f in fields):
        raise AtError(50)
    modem.settings[name] = command.text
    return 0


def _rate(modem: Sim7600, command: Command) -> float:
    if command.op == "?":
        rate = modem.rate if command.name == "+IPR" else modem.permanent_rate
        modem.say(f"{command.name}: {rate}")
        return 0
    rate = number(command.text, 0, RATES[-1])
    if rate not in RATES:
        raise AtError()  # 0, automatic, is not known to all firmware (AT manual, 19.2.15)

    def change() -> None:  # OK still comes at the old rate
        modem.rate = rate
        if command.name == "+IPREX":
            modem.permanent_rate = rate

    modem.after_ok = change
    return 0


def _cpin(modem: Sim7600, command: Command) -> float:
    if command.op == "?":
        modem.say("+CPIN: " + modem.radio.pin_state())
        return 0
    fields = command.arguments
    if len(fields) > 2 or not all(4 <= len(f) <= 8 and f.isdigit() for f in fields):
        raise AtError(16)
    modem.radio.enter_pin(fields[0], fields[1] if len(fields) == 2 else None)
    return modem.profile.pin_s


def _spic(modem: Sim7600, _command: Command) -> float:
    sim = modem.scene.sim
    if modem.radio.cfun == 0 or sim.state == "removed":
        raise AtError(10)
    modem.say(f"+SPIC: {sim.pin_tries},{sim.puk_tries},0,10")
    return 0


def _clck(modem: Sim7600, command: Command) -> float:
    if command.arguments != ["SC", "2"]:
        raise UnknownCommand
    modem.radio.pin_state()
    modem.say(f"+CLCK: {int(modem.scene.sim.state in ('pin', 'puk'))}")
    return 0


def _cfun(modem: Sim7600, command: Command) -> float:
    if command.op == "?":
        modem.say(f"+CFUN: {modem.radio.cfun}")
        return 0
    fields = command.arguments
    level = number(fields[0], 0, 7)
    if len(fields) > 2 or (len(fields) == 2 and fields not in (["1", "1"], [fields[0], "0"])):
        raise AtError(50)
    if level == 6 or fields == ["1", "1"]:
        modem.after_ok = modem.reboot
    elif level in (0, 1, 4):
        modem.radio.set_cfun(level)
    else:
        raise AtError(3)
    return modem.profile.cfun_s


def _csq(modem: Sim7600, _command: Command) -> float:
    modem.say(f"+CSQ: {modem.radio.csq},99")
    return 0


def _registration(modem: Sim7600, command: Command) -> float:
    domain = command.name[1:].lower()
    radio = modem.radio
    if command.op == "?":
        modem.say(f"{command.name}: {radio.reports[domain]},{radio.describe(domain)}")
    else:
        radio.reports[domain] = number(command.text, 0, 2)
    return 0


def _cops(modem: Sim7600, command: Command) -> float | None:
    radio = modem.radio
    if command.op == "?":
        known = radio.in_service
        modem.say("+COPS: 0" + (f',0,"{modem.scene.operator}",7' if known else "")
                  if radio.selected else "+COPS: 2")  # fmt: skip
        return 0
    if command.op == "=?":
        modem.abortable = "ERROR"  # any byte ends the search
        modem.search_operators()
        return None
    mode = command.arguments[0]
    if mode not in ("0", "2", "3"):
        raise UnknownCommand
    if mode == "3":
        return 0  # format of the name
    radio.selected = mode == "0"
    if mode == "2":
        radio.lose("deregistered")
    else:
        radio.search()
    return modem.profile.attach_s


def _power_off(modem: Sim7600, _command: Command) -> float:
    modem.after_ok = modem.stop
    return 0


def _reset(modem: Sim7600, _command: Command) -> float:
    modem.after_ok = modem.reboot
    return 0


def _read_and_set(name: str, handler: Handler) -> dict[tuple[str, str], Handler]:
    return {(name, "?"): handler, (name, "="): handler}


def _table() -> dict[tuple[str, str], Handler]:
    table: dict[tuple[str, str], Handler] = {
        ("D", "="): _dial, ("H", "="): _hang_up, ("O", "="): _online, ("Z", "="): _reset_settings,
        ("&F", "="): _reset_settings, ("&W", "="): _save,
        ("+SPIC", ""): _spic, ("+CLCK", "="): _clck, ("+CSQ", ""): _csq, ("+COPS", "=?"): _cops,
        ("+CPOF", ""): _power_off, ("+CRESET", ""): _reset,
    }  # fmt: skip
    for name in _SETTINGS:
        table[name, "="] = _basic
    for name in _S_PARAMETERS:
        table.update(_read_and_set(name, _basic))
    for name in _STORED:
        table.update(_read_and_set(name, _stored))
    for domain in DOMAINS:
        table.update(_read_and_set("+" + domain.upper(), _registration))
    for name, handler in {"+CMEE": _cmee, "+IPR": _rate, "+IPREX": _rate, "+CPIN": _cpin,
                          "+CFUN": _cfun, "+COPS": _cops}.items():  # fmt: skip
        table.update(_read_and_set(name, handler))
    return table | identity.TABLE | packet.TABLE


TABLE = _table()


def run(modem: Sim7600, command: Command) -> float | None:
    """Runs one command; see Handler. Raises AtError and UnknownCommand."""
    handler = TABLE.get((command.name, command.op))
    if handler is None:
        raise UnknownCommand
    return handler(modem, command)
