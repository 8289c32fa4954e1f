# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The SIM: its state and its PIN. A SIM locks itself after three wrong PINs.

A PIN is recorded in flash before it is sent, together with the tries that were left. The record is
erased when the SIM is unlocked. So also after a reset or a power loss the tries show the result:
with one try less the PIN is wrong and is not sent again; with as many as before the SIM has not
checked it. The answer of the modem does not show that, as the modem may be busy or slow.

A PIN is not sent if the SIM has less than two tries left: the last one is for a person.
"""

import time

from micropython import const

from connectwith.links import retry_limits
from connectwith.links.modem import at, records
from connectwith.links.modem.line import Restart, pause

OPEN = const(0)
LOCKED = const(1)

_AGAIN_MS = const(250)
_ANSWER_MS = const(5000)
_PIN_MS = const(10000)
_COUNT_MS = const(500)  # until the tries are counted
_OPENING_MS = const(10000)  # from OK to READY
_RESEND_MS = const(2000)
_TRIES_MIN = const(2)
_REFUSALS_MAX = const(2)  # of refusals that cost no try; then the PIN counts as wrong

# +CME ERROR codes (AT Command Manual, 3.3), and their texts with AT+CMEE=2.
_NOT_INSERTED = const(10)
_PIN_REQUIRED = const(11)
_PUK_REQUIRED = const(12)
_FAILURE = const(13)
_BUSY = const(14)
_TEXTS = const(
    (
        ("SIM NOT INSERTED", _NOT_INSERTED),
        ("SIM PIN REQUIRED", _PIN_REQUIRED),
        ("SIM PUK REQUIRED", _PUK_REQUIRED),
        ("SIM FAILURE", _FAILURE),
        ("SIM BUSY", _BUSY),
    )
)
# Answers to AT+CPIN? without a card. The latter two are those of related modems.
_GONE = const(("SIM REMOVED", "NOT INSERTED", "NOT READY"))
# Locks of an operator or a device: answers to AT+CPIN?, and codes of +CME ERROR.
_FOREIGN = const(("PH-SIM PIN", "PH-NET PIN"))
_FOREIGN_NUMBERS = const((5, 6, 7, 40, 41, 42, 43, 44, 45, 46, 47))


class Sim:
    """`open()` unlocks it. `cause`: why it is locked. `tries`: how many the PIN has left, or
    -1."""

    def __init__(self, line):
        self._line = line
        self.cause = ""
        self.tries = -1
        self._left = -1  # the tries before the PIN was sent
        self._sent_ms = 0
        self._taken = False  # the modem has answered OK

    def open(self, pin, limits=None):
        """Generator: OPEN, or LOCKED with `cause`. `pin` is bytes or None. Raises Restart."""
        limits = limits or retry_limits.RetryLimits()
        self.cause = ""
        self.tries = self._left = -1
        since_ms = time.ticks_ms()
        sent = False
        while True:
            state = yield from self._state()
            if state in ("READY", "SIM PIN2", "SIM PUK2"):
                if self._left >= 0:
                    records.forget()
                return OPEN
            if state == "SIM PUK":
                return (yield from self._refused("PUK"))
            if state in _FOREIGN:
                return self._lock(state)
            row = retry_limits.SIM_BUSY
            if state == "SIM PIN":
                if not (yield from self._unlock(pin)):
                    return (yield from self._refused("PIN"))
                state = "PIN required: " + self.cause
                if self._left >= 0 and not sent:
                    sent = True
                    since_ms = time.ticks_ms()
            elif state in _GONE:
                row = retry_limits.SIM_ABSENT
            if limits.is_over(row, since_ms):
                return self._lock(state)
            yield from pause(_AGAIN_MS)

    def _state(self):
        """The answer to AT+CPIN?, or the text of the error."""
        line = self._line
        result = yield from line.ask(b"AT+CPIN?", _ANSWER_MS, b"+CPIN:")
        if result == at.NONE:
            raise Restart("no answer to AT+CPIN?")
        if result == at.OK:
            return line.text[6:].strip()
        number = self._number()
        if number == _NOT_INSERTED:
            return "NOT INSERTED"
        if number == _PIN_REQUIRED:
            return "SIM PIN"
        if number == _PUK_REQUIRED:
            return "SIM PUK"
        if number in _FOREIGN_NUMBERS:
            return "PH-SIM PIN"
        return line.text  # busy, failure, or an error without a number

    def _number(self):
        """The number of the last +CME ERROR, also if it came as a text."""
        text = self._line.text.upper()
        for words, code in _TEXTS:
            if text.endswith(words):
                return code
        return self._line.number

    def _unlock(self, pin):
        """Sends the PIN if it may be sent, and checks the result. False: a person has to act.
        True: the result is not known yet; `cause` says what is waited for."""
        if pin is None:
            self.cause = "no PIN is given"
            return False
        yield from self._count_tries()
        if self.tries < 0:
            self.cause = "the SIM does not tell its tries"
            return True
        if 0 <= self.tries < self._left:
            return self._wrong()
        if self._left >= 0:
            waited_ms = time.ticks_diff(time.ticks_ms(), self._sent_ms)
            if waited_ms < (_OPENING_MS if self._taken else _RESEND_MS):
                return True
        if self.tries < _TRIES_MIN:
            self.cause = "too few tries are left"
            return False
        return (yield from self._try(pin))

    def _try(self, pin):
        card = yield from self._card()
        if not records.may_try(pin, card, self.tries):
            self.cause = "this PIN was refused before"
            return False
        refusals = records.record_try(pin, card, self.tries)
        self._left = self.tries
        command = b"AT+CPIN=" + at.quote("pin", pin.decode()).encode()
        result = yield from self._line.ask(command, _PIN_MS, shown="AT+CPIN=***")
        if result == at.NONE:
            raise Restart("no answer to AT+CPIN")
        self._sent_ms = time.ticks_ms()
        self._taken = result == at.OK
        if self._taken:
            self.cause = "the SIM does not open"
            return True
        number = self._number()
        self.cause = self._line.text
        yield from pause(_COUNT_MS)
        yield from self._count_tries()
        if 0 <= self.tries < self._left:
            return self._wrong()
        if number not in (_FAILURE, _BUSY):
            refusals += 1
            records.record_refusals(pin, card, self._left, refusals)
            if refusals >= _REFUSALS_MAX:
                return self._wrong()
        return True

    def _wrong(self):
        records.record_wrong(self.tries)
        self.cause = "the PIN is wrong"
        return False

    def _card(self):
        """The number of the card (bytes), which can be read without the PIN. Empty: not known."""
        line = self._line
        if (yield from line.ask(b"AT+CICCID", _ANSWER_MS, b"+ICCID:")) != at.OK:
            return b""
        return line.text[7:].strip().encode()

    def _count_tries(self):
        """Sets `tries` from +SPIC: pin1,puk1,pin2,puk2 (AT Command Manual, 3.2.6)."""
        line = self._line
        self.tries = -1
        if (yield from line.ask(b"AT+SPIC", _ANSWER_MS, b"+SPIC:")) == at.OK:
            first = at.fields(line.text)[0]
            if first.isdigit():
                self.tries = int(first)

    def _refused(self, what):
        cause = self.cause
        yield from self._count_tries()
        return self._lock(what + " required" + (": " + cause if cause else ""))

    def _lock(self, cause):
        self.cause = "SIM: " + cause
        return LOCKED
