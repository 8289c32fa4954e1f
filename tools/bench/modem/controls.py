# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The controls of the model for tests, by name."""

from __future__ import annotations

from .scene import DOMAINS, Ppp, Sim
from .sim7600 import FACTORY_RATE, ON, Sim7600


class Controls:
    """The commands of the process. Arguments and results are values of JSON."""

    def __init__(self, modem: Sim7600) -> None:
        self._modem = modem
        self.chunk_size: int | None = None

    def restore(self) -> None:
        """As fitted: off, healthy, nothing seen."""
        self.chunk_size = None
        self._modem.restore()

    def scale(self, factor: float) -> None:
        """Times of the profile are multiplied by this from now on."""
        if not 0 < factor <= 100:
            raise ValueError("scale: greater than 0, at most 100")
        self._modem.scale = factor

    def power_on(self) -> None:
        """Running, and looking for a network."""
        self._modem.power_on()

    def warm(self) -> None:
        """Running and registered."""
        self._modem.warm()

    def power_off(self) -> None:
        """Off at once."""
        self._modem.power_off()

    def reboot(self) -> None:
        """Resets itself."""
        self._modem.reboot()

    def on(self) -> bool:
        """True once the UART answers, until the modem is told to stop."""
        return self._modem.state == ON

    def sim(self, state: str, pin: str, tries: int) -> None:
        """Another card, or the same in another state."""
        if state not in Sim.STATES or not 0 <= tries <= 3:
            raise ValueError(f"sim: one of {', '.join(Sim.STATES)}, 0 to 3 tries")
        modem = self._modem
        modem.scene.sim = Sim(state, pin, tries)
        if modem.state == ON and modem.radio.cfun != 0:
            modem.radio.announce_card()
            if modem.scene.sim.usable:
                modem.radio.search()
            else:
                modem.radio.lose("card")

    def register(self, domain: str, stat: int) -> None:
        """The state of registration from now on."""
        if domain not in (*DOMAINS, "all") or not 0 <= stat <= 11:
            raise ValueError("register: all, creg, cgreg or cereg; stat 0 to 11")
        modem = self._modem
        for one in DOMAINS if domain == "all" else (domain,):
            modem.scene.stat[one] = stat
        modem.radio.report()
        if modem.call.up and not modem.radio.has_data:
            modem.call.lose_carrier()

    def signal(self, csq: int) -> None:
        """The answer to AT+CSQ, 0 to 31 or 99."""
        if csq not in (*range(32), 99):
            raise ValueError("signal: 0 to 31, or 99 for unknown")
        self._modem.scene.csq = csq

    def context(self, cid: int, apn: str, kind: str) -> None:
        """A context as an earlier user of the modem has left it."""
        self._modem.contexts[cid] = (kind, apn)

    def apn(self, name: str | None) -> None:
        """The only APN that the network accepts; None: any."""
        self._modem.scene.apn = name

    def ppp(self, auth: str, user: str, password: str, dns: int) -> None:
        """What the next data call demands and gives."""
        if not 0 <= dns <= 2:
            raise ValueError("ppp: up to 2 name servers")
        if auth not in ("none", "pap", "chap"):
            raise ValueError("ppp: none, pap or chap")
        self._modem.scene.ppp = Ppp(auth, user, password, dns)

    def refuse_dial(self, result: str | None) -> None:
        """This instead of CONNECT; None: dialling works."""
        self._modem.scene.dial_result = result
        self._modem.scene.dial_hangs = False

    def hang_dial(self) -> None:
        """Dialling never ends by itself."""
        self._modem.scene.dial_result = None
        self._modem.scene.dial_hangs = True

    def glue_connect(self) -> None:
        """CONNECT is kept until the first PPP frame, and sent in one piece with it."""
        self._modem.scene.glued = True

    def mute(self, on: bool) -> None:
        """Neither receives nor sends, although it is on."""
        self._modem.scene.muted = on

    def pull(self, out: bool) -> None:
        """The cable of the UART is out."""
        self._modem.scene.pulled = out

    def carrier_lost(self) -> None:
        """The network ends the data call."""
        self._modem.call.lose_carrier()

    def silence_ppp(self) -> None:
        """The data call is dead, and the modem does not notice."""
        self._modem.call.dead = True

    def urc(self, text: str) -> None:
        """Sends an unsolicited line."""
        self._modem.urc(text)

    def storm(self, count: int) -> None:
        """So many URCs at once."""
        for i in range(count):
            self._modem.urc(f"+CGEV: ME PDN {'DE' * (i % 2)}ACT 1")

    def raw(self, text: str) -> None:
        """Bytes (one character each) as they are, in either mode."""
        self._modem.send_raw(text.encode("latin-1"))

    def chunk(self, size: int | None) -> None:
        """Output comes in pieces of so many bytes."""
        if size is not None and size < 1:
            raise ValueError("chunk: 1 or more, or None")
        self.chunk_size = size

    def baud(self, rate: int) -> None:
        """Its rate, now and after a start."""
        self._modem.rate = self._modem.permanent_rate = rate or FACTORY_RATE

    def rate(self) -> int:
        """Its rate now, in baud."""
        return self._modem.rate

    def delay(self, line: str, ms: float) -> None:
        """The reply to this command line comes so much later, on top of the profile's time."""
        self._modem.scene.delays_s[line.upper()] = ms / 1000

    def answer(self, line: str, lines: list[str] | None) -> None:
        """The reply to this command line, byte for byte; None: as usual."""
        if lines is None:
            self._modem.scene.answers.pop(line.upper(), None)
        else:
            self._modem.scene.answers[line.upper()] = [x.encode("latin-1") for x in lines]

    def clock(self, text: str | None) -> None:
        """The answer to AT+CCLK? now; None: as before the network has sent the time."""
        modem = self._modem
        modem.scene.clock = None if text is None else (text, modem.clock.now)

    def seen(self) -> dict[str, object]:
        """What was observed since restore()."""
        modem = self._modem
        return {
            "commands": modem.commands,
            "unknown": modem.unknown,
            "pin_tries": modem.pin_tries,
            "presses": modem.presses,
            "contexts": {str(cid): list(c) for cid, c in modem.contexts.items()},
            "auth": {str(cid): list(a) for cid, a in modem.auth.items()},
            "lcp_requests": modem.call.lcp_requests,
            "state": modem.state,
            "data": modem.call.data,
        }
