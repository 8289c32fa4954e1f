# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Drives the simulated modem of one board."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from ..errors import BenchError
from ..guard import Guard
from ..netsim_process import Netsim
from ..network import Network
from .simulator import Simulator
from .transcript import Line
from .view import View

_PPP_SERVER = Path(__file__).resolve().parents[3] / "build" / "ppp" / "ppp-server"
PIN_KEY, PIN_STATUS = 4, 34  # MODEM_PWRKEY and MODEM_STATUS in boards/VIRTUAL/pins.csv


def find_ppp_server() -> Path:
    """The program: $CONNECTWITH_PPP_SERVER, else what was built. Raises BenchError."""
    path = Path(os.environ.get("CONNECTWITH_PPP_SERVER", _PPP_SERVER))
    if not path.is_file():
        raise BenchError(f"there is no PPP server at {path}: run ./tools/cw setup")
    return path


class HasUart(Protocol):
    """The interface of a board for its modem: bench.Board."""

    dir: Path

    @property
    def pid(self) -> int:
        """Process id. Raises BenchError while the board is off."""

    @property
    def running(self) -> bool:
        """False while the board is off."""


class Modem:
    """Fitted to UART `uart` of `board`; off until its power key is pressed.

    Its data calls lead to `network` of `netsim`, where `number` is part of its MAC address. `log`
    gets the simulator's messages. All times of a real modem are multiplied by `scale`.
    Follows the pin MODEM_PWRKEY and drives MODEM_STATUS. Methods raise BenchError when the
    simulator refuses.
    """

    def __init__(
        self,
        netsim: Netsim,
        network: Network,
        guard: Guard,
        log: Path,
        board: HasUart,
        *,
        uart: int = 1,
        scale: float = 1.0,
        number: int = 1,
    ) -> None:
        self._netsim = netsim
        self._board = board
        self.cable = network.cable
        self.mac = f"026377c8{number:04x}"  # of its way out into `network`
        self._first_scale = scale
        self._pins: str | None = None  # MAC by which the board's pins were last seen
        options = [
            "--tty", board.dir / f"uart{uart}", "--net", netsim.path, "--mac", self.mac,
            "--ppp-server", find_ppp_server(), "--scale", str(scale),
        ]  # fmt: skip
        self._simulator = Simulator(options, log, guard, self._drive_status)
        self._call = self._simulator.call
        netsim.listeners.append(self._event)
        try:
            self._begin()
        except BenchError:
            self.close()
            raise

    def _begin(self) -> None:
        self.clock()
        self._simulator.write({"status": "?"})

    # The pins. A board is identified by its process, which stays through a reset.

    def _mine(self, event_mac: str | None = None) -> str | None:
        for kind, mac, pid in list(self._netsim.clients.values()):
            if kind == "gpio" and self._board.running and pid == self._board.pid:
                self._pins = mac
                return mac if event_mac in (None, mac) else None
        return None

    def _drive_status(self, level: bool) -> None:
        mac = self._mine()
        if mac is not None:
            try:
                self._netsim.command(f"gpio {mac} {PIN_STATUS} {int(level)}")
            except BenchError:
                pass  # the board has just been switched off; it gets the level when it is on again

    def _event(self, event: str) -> None:
        # Runs in netsim's reader, so it must not ask netsim anything.
        now = time.monotonic()
        write = self._simulator.write
        word, *rest = event.split(" ")
        try:
            if word == "gpio" and rest[1] == str(PIN_KEY) and self._mine(rest[0]):
                write({"key": rest[2] == "1", "at": now})
            elif word == "client" and rest[1] == "gpio" and self._mine(rest[2]):
                write({"status": "?"})  # a board that has just booted has no levels yet
            elif word == "gone":
                if self._netsim.clients[int(rest[0])][:2] == ("gpio", self._pins):
                    write({"key": False, "at": now})  # now a pull-down holds it
        except (BenchError, KeyError):
            pass  # the modem has ended, which its next command reports

    def close(self) -> None:
        """Takes the modem out of the board; it can do nothing more."""
        if self._event in self._netsim.listeners:
            self._netsim.listeners.remove(self._event)
        self._simulator.close()

    @property
    def pid(self) -> int:
        """Process id of the simulator."""
        return self._simulator.pid

    @property
    def board_pid(self) -> int | None:
        """Process id of the board; None while it is off."""
        try:
            return self._board.pid if self._board.running else None
        except BenchError:
            return None  # it has just been switched off

    @property
    def log(self) -> str:
        """The last lines of the output of the simulator and its PPP server."""
        return self._simulator.log

    # For a display. Neither waits for the simulator nor fails, also after close().

    def view(self) -> View:
        """The state that the simulator has told last."""
        return self._simulator.view

    def transcript(self, since: int = 0) -> tuple[list[Line], int]:
        """Lines of command mode, secrets as ***, from number `since` on, and the number to ask for
        next. The last 500 are kept, through restore() too."""
        return self._simulator.transcript(since)

    # Power

    def scale(self, factor: float) -> None:
        """Times of the profile are multiplied by this: 1.0 is a real modem."""
        self._call("scale", factor)

    def power_on(self) -> None:
        """Running at once, without a key; it now looks for a network."""
        self._call("power_on")

    def warm(self) -> None:
        """Running for long: card ready, registered."""
        self._call("warm")

    def power_off(self) -> None:
        """Off at once, as when the supply fails."""
        self._call("power_off")

    def reboot(self) -> None:
        """Resets itself: silent for the boot time, then RDY."""
        self._call("reboot")

    @property
    def on(self) -> bool:
        """True from when the UART answers until it is told to stop."""
        return self._call("on")

    def restore(self) -> None:
        """As fitted: off, no faults, factory settings, nothing seen. A simulator that has ended
        is started again."""
        if self._simulator.revive():
            self._begin()
            return
        self._call("restore")
        self.scale(self._first_scale)
        self.clock()

    # Card and network

    def sim(self, state: str, pin: str = "1234", tries: int = 3) -> None:
        """The card: ready, pin (locked), puk, removed, busy or failure."""
        self._call("sim", state, pin, tries)

    def register(self, domain: str = "all", stat: int = 1) -> None:
        """Registration of "creg", "cgreg", "cereg" or "all" (3GPP TS 27.007, 10.1.22)."""
        self._call("register", domain, stat)

    def deny(self) -> None:
        """The network denies registration."""
        self.register("all", 3)

    def search(self) -> None:
        """No network is found."""
        self.register("all", 2)

    def signal(self, csq: int) -> None:
        """The answer to AT+CSQ, 0 to 31, or 99 for unknown."""
        self._call("signal", csq)

    def clock(self, text: str | None = "now") -> None:
        """The answer to AT+CCLK? from now on, "yy/MM/dd,hh:mm:ss+zz"; None: no network time yet.

        By default, and from the start, the real time.
        """
        if text == "now":
            text = datetime.now(UTC).strftime("%y/%m/%d,%H:%M:%S+00")
        self._call("clock", text)

    # Data calls

    def context(self, cid: int, apn: str, kind: str = "IP") -> None:
        """A PDP context as an earlier user has left it; cid 1 has an empty APN from the start."""
        self._call("context", cid, apn, kind)

    def apn(self, name: str | None) -> None:
        """The only APN that the network accepts; None: any."""
        self._call("apn", name)

    def ppp(self, auth: str = "none", user: str = "", password: str = "", dns: int = 1) -> None:
        """What the next call demands ("none", "pap" or "chap"), and how many name servers it
        gives: of two, the first is not there."""
        self._call("ppp", auth, user, password, dns)

    def refuse_dial(self, result: str | None = "NO CARRIER") -> None:
        """Dialling ends with `result`; None: it works."""
        self._call("refuse_dial", result)

    def hang_dial(self) -> None:
        """Dialling never ends, unless a byte aborts it; refuse_dial(None) ends this."""
        self._call("hang_dial")

    def glue_connect(self) -> None:
        """CONNECT is sent in one piece with the first PPP frame, from now on."""
        self._call("glue_connect")

    def carrier_lost(self) -> None:
        """The network ends the call: NO CARRIER."""
        self._call("carrier_lost")

    def silence_ppp(self) -> None:
        """The call is dead, both ways, without notice. The next call works."""
        self._call("silence_ppp")

    # The serial line

    def mute(self) -> None:
        """Neither receives nor sends, although it is on."""
        self._call("mute", True)

    def speak(self) -> None:
        """Ends mute()."""
        self._call("mute", False)

    def pull(self) -> None:
        """Takes the cable of the UART out."""
        self._call("pull", True)

    def plug(self) -> None:
        """Puts it in."""
        self._call("pull", False)

    def baud(self, rate: int) -> None:
        """Its rate, now and after each start; bytes at another come out as other bytes."""
        self._call("baud", rate)

    @property
    def rate(self) -> int:
        """Its rate now, in baud."""
        return self._call("rate")

    def chunk(self, size: int | None) -> None:
        """Output comes in pieces of so many bytes; None: as it is."""
        self._call("chunk", size)

    def urc(self, text: str) -> None:
        """Sends an unsolicited line; it is lost in data mode."""
        self._call("urc", text)

    def storm(self, n: int) -> None:
        """`n` URCs at once, those of a wrong APN."""
        self._call("storm", n)

    def raw(self, data: bytes) -> None:
        """Bytes as they are, in either mode."""
        self._call("raw", data.decode("latin-1"))

    def delay(self, command: str, ms: float) -> None:
        """Delays the reply to this command line. "AT+X=" means all lines that begin so.

        Not scaled.
        """
        self._call("delay", command, ms)

    def answer(self, command: str, lines: list[str | bytes] | None) -> None:
        """Another reply to this command line: texts are framed as lines, bytes are not.

        The final result is one of them, or is missing. None: the reply as usual.
        """
        framed = lines and [
            x.decode("latin-1") if isinstance(x, bytes) else f"\r\n{x}\r\n" for x in lines
        ]
        self._call("answer", command, framed)

    # What was observed since restore()

    def _seen(self, what: str) -> Any:
        return self._call("seen")[what]

    @property
    def commands(self) -> list[str]:
        """Command lines, in order."""
        return self._seen("commands")

    @property
    def unknown(self) -> list[str]:
        """Those that the simulator does not know."""
        return self._seen("unknown")

    @property
    def pin_tries(self) -> list[str]:
        """PINs that were tried, in order."""
        return self._seen("pin_tries")

    @property
    def lcp_requests(self) -> int:
        """How many LCP Configure-Requests the network has sent in the last call."""
        return self._seen("lcp_requests")

    @property
    def presses(self) -> list[float]:
        """Lengths of the pulses of the power key, in seconds."""
        return self._seen("presses")

    @property
    def state(self) -> str:
        """off, starting, on or stopping."""
        return self._seen("state")

    @property
    def data(self) -> bool:
        """True while in data mode."""
        return self._seen("data")

    @property
    def contexts(self) -> dict[int, tuple[str, str]]:
        """PDP contexts: by cid, type and APN."""
        return {int(cid): tuple(value) for cid, value in self._seen("contexts").items()}

    @property
    def auth(self) -> dict[int, tuple[int, str, str]]:
        """Credentials of contexts: by cid, type (1 PAP, 2 CHAP, 3 both), user, password."""
        return {int(cid): tuple(value) for cid, value in self._seen("auth").items()}
