# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A SIM7600 as seen from its pins: power key, STATUS, and the UART with its AT commands.

No I/O: bytes, key presses and time go in, actions come out. Facts and figures are from public
drivers, logs and the AT manual (SIM7500_SIM7600 Series AT Command Manual V3.00, "AT manual").

It is one machine in seven files: the radio, the call, the transcript and the commands
(commands.py, identity.py, packet.py) read and change each other's state through the Sim7600 that
each gets. They import its class for annotations only.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .call import Call
from .clock import Action, Clock, Send, Status
from .commands import run
from .line import resample
from .profile import KEY_START_S, KEY_STOP_S, Profile
from .radio import Radio
from .record import record
from .results import AtError, UnknownCommand
from .scene import Scene, lookup
from .syntax import COMMANDS_MAX, LINE_MAX, Command, SyntaxProblem, split
from .transcript import Transcript

OFF, STARTING, ON, STOPPING = "off", "starting", "on", "stopping"
FACTORY_RATE = 115200
_QUEUE_MAX = 1024  # bytes that wait while a command runs


class Sim7600:
    """Off at first. scale: all times of `profile` are multiplied by it."""

    def __init__(self, now: float = 0.0, scale: float = 1.0, profile: Profile | None = None):
        self.clock = Clock(now)
        self.scale = scale
        self.profile = profile or Profile()
        self.actions: list[Action] = []
        self.transcript = Transcript(self)
        self.state = OFF
        self.status = False
        self._silent = True  # of the UART
        self._pressed: float | None = None
        # What the pressed key will start, after so many seconds.
        self._ordered: tuple[float, Callable[[], None]] | None = None
        self.restore()

    # Its surroundings, and the record of what the board did

    def restore(self) -> None:
        """As fitted: off, no faults, factory settings, nothing seen."""
        self.scene = Scene()
        self.permanent_rate = FACTORY_RATE
        self.contexts: dict[int, tuple[str, str]] = {1: ("IP", ""), 6: ("IPV4V6", "ims")}
        self.auth: dict[int, tuple[int, str, str]] = {}
        self.commands: list[str] = []
        self.unknown: list[str] = []
        self.pin_tries: list[str] = []
        self.presses: list[float] = []
        self._lose_state()
        self.power_off()

    def _lose_state(self) -> None:
        self._drop_work()
        self.call = Call(self)
        self.radio = Radio(self)
        self.scene.sim.unlocked = False
        self.settings = {"E": 1, "X": 1, "&C": 1, "&D": 1, "CMEE": 1, "IFC": "0,0", "ICF": "3,3"}
        self.rate = self.permanent_rate

    def _drop_work(self) -> None:
        self.clock.end_life()
        if hasattr(self, "call"):
            self.call.hang_up()
        self._line = bytearray()
        self._noisy = False  # the line came in at another rate
        self._busy = False
        self._waiting = bytearray()
        self._commands: list[Command] = []
        self._typed = ""
        self.abortable: str | None = None
        self.after_ok: Callable[[], None] | None = None

    # Time

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Calls after a time of the profile, unless power is lost before."""
        self.clock.after(seconds * self.scale, call)

    def advance(self, now: float) -> None:
        """Sets the time to `now`, in seconds, and runs the timers that are due."""
        self.clock.advance(now)

    def due(self) -> float | None:
        """When advance() is needed next."""
        return self.clock.due()

    def take(self) -> list[Action]:
        """The actions to do now, in order."""
        actions, self.actions = self.actions, []
        return actions

    # Power

    @property
    def serving(self) -> bool:
        """True while radio and SIM work."""
        return self.state in (STARTING, ON)

    def _set_status(self, level: bool) -> None:
        if level != self.status:
            self.status = level
            self.actions.append(Status(level))

    def key(self, now: float, pressed: bool) -> None:
        """The power key, as the pin drives it. now: when it changed; the call may come later."""
        self.advance(now)
        if pressed == (self._pressed is not None):
            return
        if pressed:
            self._pressed = now
            self._key_down()
            return
        assert self._pressed is not None
        length_s = now - self._pressed
        record(self.presses, length_s)
        self._pressed = None
        if self._ordered is not None and length_s >= self._ordered[0]:
            self._obey(self._ordered)
        self._ordered = None

    def _key_down(self) -> None:
        # Presses while it starts or stops are ignored.
        orders = {OFF: (KEY_START_S, self.boot), ON: (KEY_STOP_S, self.stop)}
        order = self._ordered = orders.get(self.state)
        if order is not None:
            self.clock.after(order[0], lambda: self._obey(order), lasting=True)

    def _obey(self, order: tuple[float, Callable[[], None]]) -> None:
        if self._ordered is order:  # neither done nor cancelled
            self._ordered = None
            order[1]()

    def boot(self) -> None:
        """Starts, as KEY_START_S after the key was pressed, or after a reset."""
        self._lose_state()
        self._set_status(False)
        self.state, self._silent = STARTING, True
        profile = self.profile
        self.later(profile.uart_s, self._uart_up)
        self.radio.power_up(profile.sim_s, profile.sms_s, profile.phonebook_s)
        self.later(profile.status_s, lambda: self._set_status(True))

    def _uart_up(self) -> None:
        self.state, self._silent = ON, False
        self.urc("RDY")

    def stop(self) -> None:
        """Powers down, after the key or AT+CPOF."""
        if self.state != ON:
            return
        self._drop_work()
        self.state = STOPPING
        self.later(self.profile.uart_silent_s, self._go_silent)
        self.later(self.profile.off_s, self.power_off)

    def _go_silent(self) -> None:
        self._silent = True

    def reboot(self) -> None:
        """Resets itself, as from a weak supply; nothing if it is off."""
        if self.serving:
            self.boot()

    def power_off(self) -> None:
        """Off at once, as when the supply fails."""
        self._lose_state()
        self.state, self._silent = OFF, True
        self._set_status(False)

    def power_on(self) -> None:
        """On at once, as if it had started a while ago; registers from now on."""
        self._lose_state()
        self.state, self._silent = ON, False
        self._set_status(True)
        self.radio.settle()
        self.radio.search()

    def warm(self) -> None:
        """On, SIM ready, registered since long."""
        self.scene.sim.state = "ready"
        self.power_on()
        self.radio.settle()

    # The serial line

    @property
    def _hears(self) -> bool:
        return not (self._silent or self.scene.muted or self.scene.pulled)

    def send(self, data: bytes) -> None:
        """Puts bytes on the line, if it is connected and the modem speaks."""
        if not self._hears or not data:
            return
        last = self.actions[-1] if self.actions else None
        if isinstance(last, Send) and last.rate == self.rate:
            self.actions[-1] = Send(last.data + data, self.rate)
        else:
            self.actions.append(Send(data, self.rate))

    def send_raw(self, data: bytes) -> None:
        """Bytes of a test, which need not be lines."""
        if self._hears and not self.call.data:
            self.transcript.sent_raw(len(data))
        self.send(data)

    def say(self, text: str) -> None:
        """One line in command mode."""
        if self._hears:
            self.transcript.said(text)
        self.send(f"\r\n{text}\r\n".encode("latin-1"))

    def urc(self, text: str) -> None:
        """Sends an unsolicited line; it is lost in data mode."""
        if not self.call.data:
            self.say(text)

    def receive(self, now: float, data: bytes, rate: int | None = None) -> None:
        """Bytes from the board, which sends at `rate` baud; None: at the modem's own rate."""
        self.advance(now)
        if not self._hears:
            return
        if rate is not None:
            heard = resample(data, rate, self.rate)
            self._noisy = self._noisy or heard != data
            data = heard
        self._take_bytes(data)

    def _take_bytes(self, data: bytes) -> None:
        for i, byte in enumerate(data):
            if self.call.data:
                self.call.receive(data[i:])
                return
            self._take_byte(byte)

    def _take_byte(self, byte: int) -> None:
        if self._busy:
            if byte == 0x0A:
                return  # V.250, 5.6.1: what may follow a command line's end aborts nothing
            if self.abortable is not None:
                self.finish(self.abortable)
            elif len(self._waiting) < _QUEUE_MAX:
                self._waiting.append(byte)
            return
        if self.settings["E"]:
            self.send(bytes((byte,)))
        if byte == 0x0D:
            line, self._line = self._line.decode("latin-1"), bytearray()
            self._run_line(line)
            self._noisy = False
        elif byte in (0x08, 0x7F):
            self._line[-1:] = b""
        elif byte != 0x0A:
            # Twice the limit, because other bytes may come before AT.
            if len(self._line) < 2 * LINE_MAX:
                self._line.append(byte)

    # Command lines

    def _run_line(self, line: str) -> None:
        self.transcript.heard(line, self._noisy)
        match = re.search("AT", line, re.IGNORECASE)
        if match is None:
            return
        self._typed = line[match.start() :]
        self._garbled = self._noisy
        if not self._garbled:
            record(self.commands, self._typed)
        self._busy = True
        scripted = lookup(self.scene.answers, self._typed)
        try:
            self._commands = split(self._typed[2:])
            if len(self._typed) > LINE_MAX or len(self._commands) > COMMANDS_MAX:
                raise SyntaxProblem
        except SyntaxProblem:
            self._commands = []
            if scripted is None:
                self._after_reply(lambda: self.finish("ERROR"))
                return
        extra_s = lookup(self.scene.delays_s, self._typed) or 0.0
        begin = self._next if scripted is None else lambda: self._answer(scripted)
        self.clock.after(extra_s, lambda: self._after_reply(begin))

    def _after_reply(self, call: Callable[[], None]) -> None:
        self.later(self.profile.reply_s, call)

    def _answer(self, lines: list[bytes]) -> None:
        reply = b"".join(lines)
        if self._hears:
            self.transcript.said(reply.decode("latin-1"))
        self.send(reply)
        self._end_command()

    def _next(self) -> None:
        if not self._commands:
            self.finish("OK")
            return
        command = self._commands.pop(0)
        try:
            takes_s = run(self, command)
        except AtError as error:
            self.finish(error.line(self.settings["CMEE"]))
        except UnknownCommand:
            # A command that was garbled by another rate is not the sender's mistake.
            if not self._garbled:
                record(self.unknown, self._typed)
            self.finish("ERROR")
        else:
            if takes_s is not None:  # None: it will call finish() itself
                self.later(takes_s, self._next)

    def search_operators(self) -> None:
        """AT+COPS=?, which takes long and which any byte ends."""
        searched = self._typed

        def found() -> None:
            if self.abortable is not None and self._typed is searched:
                self.say(f'+COPS: (2,"{self.scene.operator}","Test","00101",7),,(0-4),(0-2)')
                self.finish("OK")

        self.later(self.profile.operators_s, found)

    def finish(self, result: str) -> None:
        """The final result of the running command line."""
        self.say(result)
        then, self.after_ok = self.after_ok, None
        if result == "OK" and then is not None:
            then()
        self._end_command()

    def _end_command(self) -> None:
        self._busy = False
        self.abortable = None
        self._commands = []
        waiting, self._waiting = bytes(self._waiting), bytearray()
        self._take_bytes(waiting)
