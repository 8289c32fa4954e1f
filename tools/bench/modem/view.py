# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The state of the modem in one value, for a display."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .scene import DOMAINS

if TYPE_CHECKING:
    from .radio import Radio
    from .sim7600 import Sim7600

# stat (3GPP TS 27.007, 10.1.22)
_HOME = {1, 9}
_WORDS = {3: "denied", 2: "searching"}


class View(NamedTuple):
    """state: "off", "starting", "on", "stopping", or "gone" once the simulator has ended.

    sim: one of Sim.STATES; "ready" once the PIN was right. registration: "registered" or "roaming"
    (data are possible), "no data", "denied", "searching", "none". csq: 0 to 31, 99 for unknown.
    apn: of the call, None while there is none.
    """

    state: str
    data: bool
    sim: str
    registration: str
    csq: int
    apn: str | None


GONE = View("gone", False, "removed", "none", 99, None)


def _registration(radio: Radio) -> str:
    stats = {radio.stat(domain) for domain in DOMAINS}
    if radio.has_data:
        return "registered" if stats & _HOME else "roaming"
    if radio.in_service:
        return "no data"
    return next((word for stat, word in _WORDS.items() if stat in stats), "none")


def look(modem: Sim7600) -> View:
    """The state now."""
    call, sim = modem.call, modem.scene.sim
    return View(
        modem.state,
        call.data,
        "ready" if sim.usable else sim.state,
        _registration(modem.radio),
        modem.radio.csq,
        call.apn if call.up else None,
    )
