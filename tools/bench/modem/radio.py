# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""SIM and registration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .record import record
from .results import AtError
from .scene import DATA_STATS, DOMAINS, PUK

if TYPE_CHECKING:
    from .sim7600 import Sim7600

CELL = '"1A2B","01C3D4"'  # location area or tracking area, cell


class Radio:
    """What CPIN, CFUN, COPS and the three registrations are about. Lost with the power."""

    def __init__(self, modem: Sim7600) -> None:
        self._modem = modem
        self.cfun = 1
        self.reports = dict.fromkeys(DOMAINS, 0)
        self.cgerep = 0
        self.attached = True
        self.selected = True  # False after AT+COPS=2
        self._read = False  # the card has been read since it got power
        self._registered = False
        self._said = dict.fromkeys(DOMAINS, 0)

    @property
    def _scene(self):
        return self._modem.scene

    def power_up(self, sim_s: float, sms_s: float, phonebook_s: float) -> None:
        """Reads the card; seconds from now on, of real time before scaling."""
        modem = self._modem
        modem.later(sim_s, self._card_read)
        modem.later(sms_s, lambda: self._say_if_usable("SMS DONE"))
        modem.later(phonebook_s, lambda: self._say_if_usable("PB DONE"))

    def settle(self) -> None:
        """Sets the state of long after a start, without its messages."""
        self._read = self._registered = True
        self._said = {domain: self.stat(domain) for domain in DOMAINS}

    def _say_if_usable(self, text: str) -> None:
        if self.cfun != 0 and self._scene.sim.usable:
            self._modem.urc(text)

    def _card_read(self) -> None:
        if self.cfun == 0:
            return
        self._read = True
        self.announce_card()
        self.search()

    def announce_card(self) -> None:
        """Tells the state of the card as after a start."""
        state = self._scene.sim.state
        if state == "removed":
            self._modem.urc("+SIMCARD: NOT AVAILABLE")
        elif state in ("ready", "pin", "puk"):
            self._modem.urc("+CPIN: " + self.pin_state())

    def pin_state(self) -> str:
        """The answer to AT+CPIN?. Raises AtError."""
        sim = self._scene.sim
        if self.cfun == 0 or sim.state == "removed":
            raise AtError(10)
        if sim.state == "failure":
            raise AtError(13)
        if sim.state == "busy" or not self._read:
            raise AtError(14)
        if sim.usable:
            return "READY"
        return "SIM PUK" if sim.state == "puk" else "SIM PIN"

    def enter_pin(self, first: str, new: str | None) -> None:
        """AT+CPIN=. Raises AtError unless it is right."""
        sim = self._scene.sim
        pending = self.pin_state()
        if pending == "READY" or (pending == "SIM PUK") != (new is not None):
            raise AtError(3)
        if pending == "SIM PIN":
            record(self._modem.pin_tries, first)
        if first != (sim.pin if pending == "SIM PIN" else PUK):
            self._count_wrong(pending)
            raise AtError(16)
        if new is not None:
            sim.pin, sim.state = new, "pin"
        sim.pin_tries, sim.unlocked = 3, True
        modem = self._modem
        profile = modem.profile
        modem.later(profile.pin_s + 0.05, lambda: modem.urc("+CPIN: READY"))  # after OK
        modem.later(profile.sms_s - profile.sim_s, lambda: self._say_if_usable("SMS DONE"))
        modem.later(profile.phonebook_s - profile.sim_s, lambda: self._say_if_usable("PB DONE"))
        self.search()

    def _count_wrong(self, pending: str) -> None:
        sim = self._scene.sim
        if pending == "SIM PUK":
            sim.puk_tries = max(0, sim.puk_tries - 1)
            return
        sim.pin_tries = max(0, sim.pin_tries - 1)
        if sim.pin_tries == 0:
            sim.state = "puk"

    def set_cfun(self, level: int) -> None:
        """AT+CFUN=: 0 minimum, 1 full, 4 radio off."""
        before, self.cfun = self.cfun, level
        if level == 0 and before != 0:
            self._read = False
            self._scene.sim.unlocked = False
            self._modem.urc("+SIMCARD: NOT AVAILABLE")
        if level != 1:
            self.lose("radio off")
        elif before == 0:
            profile = self._modem.profile
            start = profile.sim_s - profile.uart_s
            self.power_up(start, start + profile.sms_s - profile.sim_s,
                          start + profile.phonebook_s - profile.sim_s)  # fmt: skip
        elif before != 1:
            self.search()

    def search(self) -> None:
        """Registration begins anew."""
        self._registered = False
        self.report()
        self._modem.later(self._modem.profile.registration_s, self._found)

    def _found(self) -> None:
        self._registered = True
        self.report()

    def lose(self, _why: str) -> None:
        """No registration, so no data."""
        self._registered = False
        self._modem.call.lose_carrier()
        self.report()

    def stat(self, domain: str) -> int:
        """The registration of "creg", "cgreg" or "cereg" now."""
        on = self._modem.serving and self.cfun == 1 and self.selected
        if not on or not self._read or not self._scene.sim.usable:
            return 0
        if domain == "cgreg" and not self.attached:
            return 0
        return self._scene.stat[domain] if self._registered else 2

    @property
    def has_data(self) -> bool:
        """True when a packet connection is possible."""
        return self.attached and any(self.stat(d) in DATA_STATS for d in ("cereg", "cgreg"))

    @property
    def in_service(self) -> bool:
        """True when an operator is there."""
        return any(self.stat(d) in (*DATA_STATS, 6, 7) for d in DOMAINS)

    @property
    def csq(self) -> int:
        """The strength of the signal as AT+CSQ has it, 0 to 31; 99 while it is not known."""
        return self._scene.csq if self._modem.serving and self.cfun == 1 else 99

    def report(self) -> None:
        """Sends the URCs of what has changed."""
        for domain in DOMAINS:
            stat = self.stat(domain)
            if stat != self._said[domain]:
                self._said[domain] = stat
                if self.reports[domain] > 0:
                    self._modem.urc(f"+{domain.upper()}: {self.describe(domain)}")

    def describe(self, domain: str) -> str:
        """stat, and with n=2 the cell, as in a URC."""
        stat = self.stat(domain)
        if self.reports[domain] < 2 or stat not in DATA_STATS:
            return str(stat)
        return f"{stat},{CELL}" + ("" if domain == "creg" else ",7")
