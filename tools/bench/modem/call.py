# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The data call: dialling, data mode, the escape from it and its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .clock import Dial, HangUp, PppInput
from .profile import PLUS_GAP_S
from .results import UnknownCommand

if TYPE_CHECKING:
    from .sim7600 import Sim7600

# Configure-Request of LCP as a PPP server sends it, escaped (RFC 1662, 4.2).
_LCP_REQUEST = b"~\xff}#\xc0!}!"

NUMBER = re.compile(r"[TP]?\*99(?:\*\*\*(\d+))?#", re.IGNORECASE)


class Call:
    """At most one. `data`: the serial line belongs to PPP, not to commands."""

    def __init__(self, modem: Sim7600) -> None:
        self._modem = modem
        self.up = False
        self.data = False
        self.dead = False  # silence_ppp(): nothing passes, without notice
        self.apn: str | None = None  # of the call that is up
        self.lcp_requests = 0  # of the network, in this call
        self._held = False  # CONNECT waits for the first frame
        self._dials = 0
        self._plus = 0
        self._last = 0.0  # when the last byte came in

    def begin(self, number: str) -> None:
        """ATD: works until finish(), or for ever."""
        modem = self._modem
        match = NUMBER.fullmatch(number)
        if match is None:
            raise UnknownCommand
        modem.abortable = "NO CARRIER"
        cid = int(match.group(1) or 1)
        self._dials += 1
        dial = self._dials
        modem.later(modem.profile.dial_s, lambda: self._answer(dial, cid))

    def _answer(self, dial: int, cid: int) -> None:
        modem, scene = self._modem, self._modem.scene
        if dial != self._dials or modem.abortable is None or scene.dial_hangs:
            return  # aborted meanwhile, or never to be answered
        apn = modem.contexts.get(cid, (None, None))[1]
        if scene.dial_result is not None:
            modem.finish(scene.dial_result)
        elif self.up or not modem.radio.has_data or apn is None or scene.apn not in (None, apn):
            modem.finish("NO CARRIER")
        else:
            ppp = scene.ppp
            self.up, self.apn = True, apn
            modem.actions.append(Dial(ppp.auth, ppp.user, ppp.password, ppp.dns, scene.glued))
            self.lcp_requests = 0
            self._held = scene.glued
            if not self._held:
                self.resume()

    def resume(self) -> None:
        """CONNECT: data mode begins."""
        modem = self._modem
        self.data = True
        self._plus = 0
        self._last = modem.clock.now
        modem.finish("CONNECT" if modem.settings["X"] == 0 else f"CONNECT {modem.rate}")
        modem.transcript.note("data mode")

    def receive(self, data: bytes) -> None:
        """Bytes of the line in data mode."""
        modem = self._modem
        now = modem.clock.now
        pause = now - self._last
        self._last = now
        guard = modem.profile.guard_s * modem.scale
        begins = self._plus == 0 and pause >= guard
        if set(data) == {ord("+")} and (begins or 0 < self._plus and pause <= PLUS_GAP_S):
            self._plus += len(data)
        else:
            self._plus = 0
        if self._plus == 3:
            modem.later(modem.profile.guard_s, lambda: self._escape(now))
        if self.up and not self.dead:
            modem.actions.append(PppInput(data))

    def _escape(self, when: float) -> None:
        if self.data and self._plus == 3 and self._last == when:
            self._end_data()
            self._modem.say("OK")

    def output(self, data: bytes) -> None:
        """Bytes of the PPP server; those of command mode are lost."""
        if self._held:
            self._held = False
            if self._modem.abortable is not None:
                self.resume()
        if self.data and not self.dead:
            self.lcp_requests += data.count(_LCP_REQUEST)
            self._modem.send(data)

    def ended(self) -> None:
        """The PPP server has ended, because PPP has."""
        if self.up:
            self.up = False
            self._modem.later(self._modem.profile.carrier_s, self._report)

    def lose_carrier(self) -> None:
        """The network ends the call."""
        if self.up:
            self._modem.actions.append(HangUp())
            self.up = False
            self._report()

    def _end_data(self) -> None:
        if self.data:
            self.data = False
            self._modem.transcript.note("data mode ends")

    def _report(self) -> None:
        self._end_data()
        self.dead = self._held = False
        self._modem.urc("NO CARRIER")
        self._modem.urc("+PPPD: DISCONNECTED")

    def hang_up(self) -> None:
        """ATH, or power loss: ends without a message."""
        if self.up:
            self._modem.actions.append(HangUp())
        self._end_data()
        self.up = self.dead = self._held = False
