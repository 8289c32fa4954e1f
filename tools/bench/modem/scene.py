# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The surroundings of the modem, set by a test: SIM, network, PPP, faults. Survives a reboot."""

from __future__ import annotations

from dataclasses import dataclass, field

DOMAINS = ("creg", "cgreg", "cereg")
DATA_STATS = (1, 5, 9, 10)  # registration states that allow data (3GPP TS 27.007, 10.1.22)
PUK = "12345678"


@dataclass
class Sim:
    """A SIM card and its lock. state: see STATES."""

    STATES = ("ready", "pin", "puk", "removed", "busy", "failure")

    state: str = "ready"
    pin: str = "1234"
    pin_tries: int = 3
    puk_tries: int = 10
    unlocked: bool = False  # the PIN was given in this life of the modem

    @property
    def usable(self) -> bool:
        """True when nothing more is asked."""
        return self.state == "ready" or (self.state == "pin" and self.unlocked)


@dataclass
class Ppp:
    """The credentials that the network's PPP server requires, and the addresses that it gives."""

    auth: str = "none"
    user: str = ""
    password: str = ""
    dns: int = 1


@dataclass
class Scene:
    """Everything a test can set."""

    sim: Sim = field(default_factory=Sim)
    ppp: Ppp = field(default_factory=Ppp)
    stat: dict[str, int] = field(default_factory=lambda: dict.fromkeys(DOMAINS, 1))
    csq: int = 20
    operator: str = "Testnet"
    apn: str | None = None  # the only one accepted; None: any
    dial_result: str | None = None  # instead of CONNECT
    dial_hangs: bool = False
    glued: bool = False  # CONNECT comes with the first PPP frame, in one piece
    muted: bool = False
    pulled: bool = False
    delays_s: dict[str, float] = field(default_factory=dict)
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    clock: tuple[str, float] | None = None  # "yy/MM/dd,hh:mm:ss+zz" at a time of the model


def lookup(table: dict, line: str):
    """The entry for a command line: exact, or of a key that ends in `=`; None if there is none."""
    line = line.upper()
    if line in table:
        return table[line]
    for key, value in table.items():
        if key.endswith("=") and line.startswith(key):
            return value
    return None
