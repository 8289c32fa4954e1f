# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Starts a modem that may be in any state, until it answers AT at a known speed. Switches it off.

After a reset of the microcontroller alone the modem may be in command mode at any speed, or still
in data mode with PPP on the line. So before the power key is pressed, AT is sent, then an LCP
Terminate-Request, which only PPP answers, then the escape sequence with its guard times."""

import time

from micropython import const

from connectwith.links.modem import at
from connectwith.links.modem.line import Restart, pause
from connectwith.links.modem.power import BOOT_MS
from connectwith.links.modem.ppp import TERMINATE

_BOOT_RATE = const(115200)
_RATES = const((115200, 921600, 460800, 230400, 57600, 38400, 19200, 9600, 3000000))
_FAST_RATE = const(921600)

_ASK_MS = const(150)  # for AT, which is answered at once
_BOOT_ASK_MS = const(200)
_SETTING_MS = const(2000)
# No echo, errors by number, no packet events, which a modem with a wrong APN repeats for ever.
_SETTINGS = b"E0;+CMEE=1;+CGEREP=0,0"
_HANG_UP_MS = const(600)
_GUARD_MS = const(1100)  # of silence before and after +++ (AT Command Manual, 2.2.9)
_ESCAPE_MS = const(2500)
_ATH_MS = const(5000)
_CPOF_MS = const(5000)
_ESCAPES = const(2)
_WORST = const(3)  # consecutive failures, after which the modem is switched off and on
_SILENT = const(3)  # unanswered AT, after which a modem without STATUS counts as off


class Start:
    """Generators on one Line and its Power. `cause`: why `wake()` failed. `found`: the modem was
    on already. `cycled`: it was switched off and on for its failures. `in_call`: it is assumed to
    be in data mode."""

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
        """Starts the modem and makes its settings. Returns whether it answers AT. Raises
        Restart."""
        line = self._line
        power = self._power
        line.expected = True
        while power.stopping():
            yield  # a press of the key would have no effect
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
        """Whether a modem answers, at any speed, in command or in data mode. `fresh`: it was
        started just now, so it is not in data mode."""
        line = self._line
        off = self._power.is_known_off()
        if off:
            self.in_call = False
        rates = [self._rate] + [rate for rate in _RATES if rate != self._rate]
        if off:
            rates = rates[:2]  # a person may have switched it on some seconds ago
        for rate in rates:
            self._open(rate)
            if self.in_call and (yield from self._hang_up()):
                return True
            # The network may have ended the call.
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
        """Sends an LCP Terminate-Request. Returns whether the modem is in command mode then."""
        line = self._line
        heard = line.heard
        line.write(TERMINATE)
        result = yield from line.escape(_HANG_UP_MS)
        if result == at.NONE and line.heard == heard:
            return False
        # The received bytes may also be noise of a modem in command mode at another speed. So the
        # slow escape sequence is not tried here.
        if not (yield from line.answers(2, _ASK_MS)):
            return False
        self.in_call = False
        return True

    def _escape(self):
        """Sends the escape sequence and hangs up. Returns whether the modem is in command mode
        then."""
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
                return False  # no modem answers
        return False

    def _switch_on(self):
        power = self._power
        if not power.key:
            return (yield from self._await_boot())  # it starts when it gets power
        for _ in range(2):
            yield from power.press_on()
            if (yield from self._await_boot()):
                return True
            if power.is_on():
                yield from self._press_off()  # it is on and does not answer
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
        return (yield from self._find(True))  # it may have stored another speed

    def _set_up(self):
        line = self._line
        line.expect_restart()
        # All in one line (AT Command Manual, 1.4.4). After an error the rest of it is not
        # executed.
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
        """Sets the board's speed. Restores the old one if the modem does not answer at the new."""
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
        """Tells the modem to switch itself off. Returns whether it was on."""
        power = self._power
        line = self._line
        if line.uart is None or power.stopping():
            return power.stopping()
        if self.starting():
            reached = yield from self._await_boot()  # a starting modem accepts no command yet
        else:
            reached = yield from self._while_on(self._leave_data_mode())
        if reached:
            yield from self._command_off()
        elif power.key and (power.is_on() or self._alive and power.is_on() is None):
            yield from self._press_off()
        return reached or power.stopping()

    def stop_left_over(self):
        """Tells a modem that an earlier run of the firmware has left on, in any state, to switch
        itself off. Returns whether it was on."""
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
        """The result of the generator `work`, or False as soon as STATUS shows that the modem is
        off, which ends `work`."""
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
            # The network may have ended the call already.
            if not (yield from line.answers(2, _ASK_MS)):
                yield from self._escape()
            self.in_call = False
        yield from line.drain()
        return (yield from line.answers(2, 2 * _ASK_MS))

    def _command_off(self):
        """Switches the modem off. Without a power key only its radio: it could not be switched on
        again."""
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
        """Waits until the modem is off. Without a STATUS pin it counts as off when it is
        silent."""
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
        self._rate = _BOOT_RATE  # AT+IPR is not stored


def _fast_rate():
    try:
        from modem_board import RATE  # of a board that needs a lower speed

        return RATE
    except ImportError:
        return _FAST_RATE
