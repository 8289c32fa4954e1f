# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Commands about packet data: contexts, their credentials, attachment (AT manual, chapter 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .results import AtError
from .syntax import Command

if TYPE_CHECKING:
    from .sim7600 import Sim7600

ADDRESS = "10.0.200.15"  # of the modem in the bench's network "cellular"
_TYPES = ("IP", "PPP", "IPV6", "IPV4V6")


def _cid(text: str) -> int:
    if not text.isdigit() or not (1 <= int(text) <= 24 or 100 <= int(text) <= 179):
        raise AtError(50)
    return int(text)


def _context(modem: Sim7600, command: Command) -> float:
    if command.op == "?":
        for cid, (kind, apn) in sorted(modem.contexts.items()):
            modem.say(f'+CGDCONT: {cid},"{kind}","{apn}","0.0.0.0",0,0,0,0')
        return 0
    if modem.radio.cfun == 0:
        raise AtError(3)  # an APN would be lost
    fields = command.arguments
    cid = _cid(fields[0])
    if len(fields) == 1:
        modem.contexts.pop(cid, None)
        return 0
    kind = fields[1].upper()
    if kind not in _TYPES or len(fields) > 8:
        raise AtError(50)
    modem.contexts[cid] = (kind, fields[2] if len(fields) > 2 else "")
    return 0


def _auth(modem: Sim7600, command: Command) -> float:
    if command.op == "?":
        for cid, (kind, user, password) in sorted(modem.auth.items()):
            # The user comes first here, and second when it is set.
            modem.say(f'+CGAUTH: {cid},{kind},"{user}","{password}"')
        return 0
    fields = command.arguments
    cid = _cid(fields[0])
    kind = fields[1] if len(fields) > 1 else "0"
    if kind not in ("0", "1", "2", "3") or len(fields) > 4:
        raise AtError(50)
    if kind == "0":
        modem.auth.pop(cid, None)
        return 0
    if len(fields) < 3:
        raise AtError(50)
    modem.auth[cid] = (int(kind), fields[3] if len(fields) > 3 else "", fields[2])
    return 0


def _attach(modem: Sim7600, command: Command) -> float:
    radio = modem.radio
    if command.op == "?":
        modem.say(f"+CGATT: {int(radio.has_data)}")
        return 0
    if command.text not in ("0", "1"):
        raise AtError(50)
    radio.attached = command.text == "1"
    if not radio.attached:
        radio.lose("detached")
    else:
        radio.search()
    return modem.profile.attach_s


def _active(modem: Sim7600) -> set[int]:
    return {cid for cid in modem.contexts if cid == 1 and modem.radio.has_data}


def _activate(modem: Sim7600, command: Command) -> float:
    if command.op == "?":
        active = _active(modem)
        for cid in sorted(modem.contexts):
            modem.say(f"+CGACT: {cid},{int(cid in active)}")
        return 0
    fields = command.arguments
    if len(fields) != 2 or fields[0] not in ("0", "1"):
        raise AtError(50)
    if _cid(fields[1]) not in modem.contexts or (fields[0] == "1" and not modem.radio.has_data):
        raise AtError(30 if not modem.radio.has_data else 50)
    if fields[0] == "0":
        modem.call.lose_carrier()
    return modem.profile.attach_s


def _address(modem: Sim7600, command: Command) -> float:
    cids = [_cid(text) for text in command.arguments] if command.op else sorted(modem.contexts)
    active = _active(modem)
    for cid in cids:
        modem.say(f"+CGPADDR: {cid},{ADDRESS if cid in active else '0.0.0.0'}")
    return 0


def _event_reports(modem: Sim7600, command: Command) -> float:
    if command.op == "?":
        modem.say(f"+CGEREP: {modem.radio.cgerep},0")
        return 0
    fields = command.arguments
    if fields[0] not in ("0", "1", "2") or len(fields) > 2:
        raise AtError(50)
    modem.radio.cgerep = int(fields[0])
    return 0


def _cell(modem: Sim7600, _command: Command) -> float:
    radio = modem.radio
    if radio.cfun != 1:
        modem.say("+CPSI: NO SERVICE,Low Power Mode")
    elif not radio.in_service:
        modem.say("+CPSI: NO SERVICE,Online")
    else:
        # The power of the received signal in tenths of dBm, as AT+CSQ has it in steps of 2 dBm.
        rssi = -1130 + 20 * min(modem.scene.csq, 31)
        modem.say(
            "+CPSI: LTE,Online,001-01,0x1A2B,29605377,257,EUTRAN-BAND3,1300,5,5,-94,"
            f"{rssi - 300},{rssi},15"
        )
    return 0


TABLE = {
    ("+CGDCONT", "?"): _context,
    ("+CGDCONT", "="): _context,
    ("+CGAUTH", "?"): _auth,
    ("+CGAUTH", "="): _auth,
    ("+CGATT", "?"): _attach,
    ("+CGATT", "="): _attach,
    ("+CGACT", "?"): _activate,
    ("+CGACT", "="): _activate,
    ("+CGPADDR", ""): _address,
    ("+CGPADDR", "="): _address,
    ("+CGEREP", "?"): _event_reports,
    ("+CGEREP", "="): _event_reports,
    ("+CPSI", "?"): _cell,
}
