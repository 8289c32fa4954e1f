# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Commands about the module itself and about time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .syntax import Command

if TYPE_CHECKING:
    from .sim7600 import Sim7600

MODEL = "SIMCOM_SIM7600G-H"
REVISION = "LE20B03SIM7600M22"
# Luhn digits are right; the numbers belong to nobody (type approval 00, test network 001 01).
IMEI = "004999010640000"
IMSI = "001010123456789"
ICCID = "8988211000000123457F"


def _manufacturer(modem: Sim7600, _command: Command) -> float:
    modem.say("SIMCOM INCORPORATED")
    return 0


def _model(modem: Sim7600, _command: Command) -> float:
    modem.say(MODEL)
    return 0


def _revision(modem: Sim7600, _command: Command) -> float:
    modem.say(f"+CGMR: {REVISION}")
    return 0


def _serial(modem: Sim7600, _command: Command) -> float:
    modem.say(IMEI)
    return 0


def _subscriber(modem: Sim7600, _command: Command) -> float:
    modem.radio.pin_state()
    modem.say(IMSI)
    return 0


def _card(modem: Sim7600, command: Command) -> float:
    modem.radio.pin_state()
    modem.say(f"{'+ICCID' if command.name == '+CICCID' else '+CCID'}: {ICCID}")
    return 0


def _information(modem: Sim7600, _command: Command) -> float:
    modem.say(
        f"Manufacturer: SIMCOM INCORPORATED\r\nModel: {MODEL}\r\nRevision: {REVISION}\r\n"
        f"IMEI: {IMEI}\r\n+GCAP: +CGSM"
    )
    return 0


def _clock(modem: Sim7600, _command: Command) -> float:
    now = modem.clock.now
    text, since = modem.scene.clock or ("80/01/06,00:00:00", 0.0)
    then = datetime.strptime(text[:17], "%y/%m/%d,%H:%M:%S")  # 69 and later: the last century
    shown = then + timedelta(seconds=int(now - since))
    modem.say(f'+CCLK: "{shown:%y/%m/%d,%H:%M:%S}{text[17:]}"')
    return 0


TABLE = {
    ("I", "="): _information,
    ("+CGMI", ""): _manufacturer,
    ("+CGMM", ""): _model,
    ("+CGMR", ""): _revision,
    ("+CGSN", ""): _serial,
    ("+CIMI", ""): _subscriber,
    ("+CICCID", ""): _card,
    ("+CCID", ""): _card,
    ("+CCLK", "?"): _clock,
}
