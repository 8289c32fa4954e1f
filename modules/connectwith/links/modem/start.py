# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""From a modem in an unknown state to one that answers AT at a known speed, and back to off.

After a reset of the microcontroller alone the modem may be in command mode at any speed that was
set, or still in data mode with PPP on the line. So it is asked before the power key is touched:
AT, then an LCP Terminate-Request, which only PPP answers, then the escape with its guard times.
"""

import time

from micropython import const

from connectwith.links.modem import at
from connectwith.links.modem.line import Restart, pause
from connectwith.links.modem.power import BOOT_MS
from connectwith.links.modem.ppp import TERMINATE

_BOOT_RATE = const(115200)
_RATES = const((115200, 921600, 460800, 230400, 57600, 38400, 19200, 9600, 3000000))
_FAST_RATE = const(921600)

_ASK_MS = const(150)  # for AT, which takes no time
_BOOT_ASK_MS = const(200)
_SETTING_MS = const(2000)
# No echo, errors by number, no packet events, which a wrong APN has it write for ever.
_SETTINGS = b"E0;+CMEE=1;+CGEREP=0,0"
_HANG_UP_MS = const(600)
_GUARD_MS = const(1100)  # of silence before and after +++ (AT Command Manual, 2.2.9)
_ESCAPE_MS = const(2500)
_ATH_MS = const(5000)
_CPOF_MS = const(5000)
_ESCAPES = const(2)
_WORST = const(3)  # failures in a row after which a modem is switched off and on
_SILENT = const(3)  # unanswered AT that prove a modem off which has no STATUS


class Start:
    """Generators on one Line and its Power. `cause`: why `wake()` failed. `found`: the modem was
    on already. `cycled`: it was switched off and on for its failures. `in_call`: it is in data
    mode as far as we know."""

    def __init__(self, line, power):
        self._line = line
        self._power = power
        self._rate = _BOOT_RATE
        self._alive = False  # it has answered since it was off
        self.found = False
        self.cycled = False
        self.in_call = False
        self.cause = ""

    # -- on

    def wake(self, failures):
        """Whether the modem answers AT, with its settings made. Raises Restart."""
        line = self._line
        power = self._power
        line.expected = True
        while power.stopping():
            yield  # a press of the key would be lost
        self.found = True
        self.cycled = False
        if not self.starting():
            awake = yield from self._find()
            if awake and failures >= _WORST and power.key:
                line.note("switched off and on after failures in a row")
                yield from self._switch_off()
                self.cycled = True
                awake = False
        else:
            awake = yield from self._await_boot()
        if not awake:
            self.found = False
            awake = yield from self._switch_on()
        if not awake:
            self.cause = "no answer to AT: power, DIP switch or wiring of the UART"
            return False
        self._alive = True
        yield from self._set_up()
        return True

    def _find(self, fresh=False):
        """Whether a modem answers, at any speed, in command or in data mode. One that is `fresh`
        from its start is not in data mode."""
        line = self._line
        off = self._power.is_known_off()
        if off:
            self.in_call = False
        rates = [self._rate] + [rate for rate in _RATES if rate != self._rate]
        if off:
            rates = rates[:2]  # it may have been switched on by hand some seconds ago
        for rate in rates:
            self._open(rate)
            if self.in_call and (yield from self._hang_up()):
                return True
            # Also a call that we know of may have been ended by the network.
            if (yield from line.answers(2, _ASK_MS)):
                self.in_call = False
                return True
            if not (off or fresh or self.in_call) and (yield from self._hang_up()):
                return True
        if not (off or fresh):
            for rate in rates[:2]:
                self._open(rate)
                if (yield from self._escape()):
                    return True
        self._open(_BOOT_RATE)
        return False

    def _open(self, rate):
        self._rate = rate
        self._line.open(rate)

    def _hang_up(self):
        """Whether a modem in data mode has let itself be told to hang up by PPP's own means."""
        line = self._line
        heard = line.heard
        line.write(TERMINATE)
        result = yield from line.escape(_HANG_UP_MS)
        if result == at.NONE and line.heard == heard:
            return False
        # What was heard may be noise, too: of a modem in command mode at another speed, for whose
        # sake the slow escape is not tried here.
        if not (yield from line.answers(2, _ASK_MS)):
            return False
        self.in_call = False
        return True

    def _escape(self):
        """Whether a modem in data mode has gone back to commands, and hung up."""
        line = self._line
        for _ in range(_ESCAPES):
            yield from pause(_GUARD_MS)
            line.write(b"+++")
            result = yield from line.escape(_ESCAPE_MS)
            if result == at.OK:
                yield from line.ask(b"ATH", _ATH_MS)
            if (yield from line.answers(2, _ASK_MS)):
                self.in_call = False
                return True
            if line.heard == 0:
                return False  # nobody there
        return False

    def _switch_on(self):
        power = self._power
        if not power.key:
            return (yield from self._await_boot())  # it starts with its supply
        for _ in range(2):
            yield from power.press_on()
            if (yield from self._await_boot()):
                return True
            if power.is_on():
                yield from self._press_off()  # on and mute: it hangs
                while power.stopping():
                    yield
        return False

    def _await_boot(self):
        line = self._line
        since_ms = time.ticks_ms()
        self._open(_BOOT_RATE)
        while time.ticks_diff(time.ticks_ms(), since_ms) < BOOT_MS:
            if (yield from line.answers(1, _BOOT_ASK_MS)):
                return True
        return (yield from self._find(True))  # it may keep a speed of its own

    def _set_up(self):
        line = self._line
        line.expect_restart()
        # In one line (AT Command Manual, 1.4.4). What fails there ends it: the rest is not done.
        if (yield from self._set(_SETTINGS)) != at.OK:
            for setting in _SETTINGS.split(b";"):
                yield from self._set(setting)
        yield from self._speed_up()
        line.expected = False

    def _set(self, setting):
        command = b"AT" + setting
        result = yield from self._line.ask(command, _SETTING_MS)
        if result == at.NONE:
            raise Restart("no answer to " + str(command, "ascii"))
        return result

    def _speed_up(self):
        """To the board's speed; back to the old one if nothing is understood there."""
        line = self._line
        old = self._rate
        fast = _fast_rate()
        if old == fast:
            return
        if (yield from line.ask(b"AT+IPR=%d" % fast, _SETTING_MS)) != at.OK:
            return
        self._open(fast)
        if (yield from line.answers(3, _ASK_MS)):
            return
        self._open(old)
        if not (yield from line.answers(3, _ASK_MS)):
            raise Restart("no answer after AT+IPR")

    # -- off

    def quit(self):
        """Tells the modem to switch itself off. Whether it was on at all."""
        power = self._power
        line = self._line
        if line.uart is None or power.stopping():
            return power.stopping()
        if self.starting():
            reached = yield from self._await_boot()  # as soon as it listens it is told
        else:
            reached = yield from self._while_on(self._leave_data_mode())
        if reached:
            yield from self._command_off()
        elif power.key and (power.is_on() or self._alive and power.is_on() is None):
            yield from self._press_off()
        return reached or power.stopping()

    def stop_left_over(self):
        """Tells a modem that an earlier run of the firmware has left on, in whatever state, to
        switch itself off. Whether it was on."""
        power = self._power
        self._rate = _fast_rate()  # it was left at
        found = yield from self._while_on(self._find())
        if found:
            self._alive = True
            yield from self._command_off()
        elif power.key and power.is_on():
            yield from self._press_off()
        return found or power.stopping()

    def starting(self):
        """Whether the modem has been switched on and has not answered yet."""
        return self._power.booting() and not self._alive

    def _while_on(self, work):
        """What the generator `work` gives, or False as soon as STATUS says that the modem is off:
        whoever waits for its network to be left need not wait for answers then."""
        while not self._power.is_known_off():
            try:
                next(work)
            except StopIteration as end:
                return end.value
            yield
        work.close()
        self.in_call = False
        return False

    def _leave_data_mode(self):
        line = self._line
        if self.in_call:
            if (yield from self._hang_up()):
                return True
            # The network may have ended the call before.
            if not (yield from line.answers(2, _ASK_MS)):
                yield from self._escape()
            self.in_call = False
        yield from line.drain()
        return (yield from line.answers(2, 2 * _ASK_MS))

    def _command_off(self):
        """A modem that nobody can switch on again keeps its supply, but not its radio."""
        line = self._line
        if not self._power.key:
            yield from line.ask(b"AT+CFUN=4", _CPOF_MS)
        elif (yield from line.ask(b"AT+CPOF", _CPOF_MS)) == at.OK:
            self._power.stop_requested()
        else:
            yield from self._press_off()

    def _press_off(self):
        yield from self._power.press_off()

    def _switch_off(self):
        yield from self._command_off()
        yield from self.verify_off()

    def verify_off(self):
        """Waits until the modem is off. Without a STATUS pin silence has to do."""
        power = self._power
        line = self._line
        for _ in range(2):
            silent = 0
            while power.stopping() and silent < _SILENT:
                if power.status:
                    yield
                elif (yield from line.answers(1, _ASK_MS)):
                    silent = 0
                    yield from pause(_SETTING_MS)
                else:
                    silent += 1
                    yield from pause(_SETTING_MS)
            if silent == _SILENT or not power.is_on() or not power.key:
                break
            yield from self._press_off()
        self._alive = self.in_call = False
        self._rate = _BOOT_RATE  # AT+IPR does not outlive it


def _fast_rate():
    try:
        from modem_board import RATE  # as slow as the board needs it

        return RATE
    except ImportError:
        return _FAST_RATE
