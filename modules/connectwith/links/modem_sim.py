# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The SIM: its state, and its PIN, of which every wrong try is dear.

A PIN is tried once. It goes on record before it is sent, so that neither a reset nor a power loss
makes a second try of it; the record goes when the PIN has opened the SIM. It is not tried when the
SIM has less than two tries left: the last one is for a person.
"""

import time

from micropython import const

from connectwith import at
from connectwith.links import modem_memory
from connectwith.links.modem_line import Restart, pause

OPEN = const(0)
LOCKED = const(1)

_PATIENCE_MS = const(15000)  # for a SIM that is busy; it is, for some seconds after a start
_ABSENT_MS = const(3000)  # a SIM that is not there must be so for long: just after a start all are
_AGAIN_MS = const(250)
_ANSWER_MS = const(5000)
_PIN_MS = const(10000)
_TRIES_MIN = const(2)

# +CME ERROR codes (AT Command Manual, 3.3), and what stands for them with AT+CMEE=2.
_NOT_INSERTED = const(10)
_PIN_REQUIRED = const(11)
_PUK_REQUIRED = const(12)
_TEXTS = const(
    (
        ("SIM NOT INSERTED", _NOT_INSERTED),
        ("SIM PIN REQUIRED", _PIN_REQUIRED),
        ("SIM PUK REQUIRED", _PUK_REQUIRED),
    )
)
# Of +CPIN: the latter two of its siblings.
_GONE = const(("SIM REMOVED", "NOT INSERTED", "NOT READY"))


class Sim:
    """`open()` it; `cause` says why it is locked, `tries` how many the PIN has left, or -1."""

    def __init__(self, line):
        self._line = line
        self.cause = ""
        self.tries = -1

    def open(self, pin):
        """Generator: OPEN, or LOCKED with `cause`. `pin` is bytes or None. Raises Restart."""
        self.cause = ""
        self.tries = -1
        since_ms = time.ticks_ms()
        sent = False
        while True:
            state = yield from self._state()
            waited_ms = time.ticks_diff(time.ticks_ms(), since_ms)
            if state in ("READY", "SIM PIN2", "SIM PUK2"):
                if sent:
                    modem_memory.forget()
                return OPEN
            if state == "SIM PIN":
                if sent or not (yield from self._try(pin)):
                    return (yield from self._refused("PIN"))
                sent = True
                since_ms = time.ticks_ms()
            elif state == "SIM PUK":
                return (yield from self._refused("PUK"))
            elif state in ("PH-SIM PIN", "PH-NET PIN"):
                return self._lock(state)
            elif waited_ms >= (_ABSENT_MS if state in _GONE else _PATIENCE_MS):
                return self._lock(state)
            yield from pause(_AGAIN_MS)

    def _state(self):
        """What +CPIN says, or the error in its words."""
        line = self._line
        result = yield from line.ask(b"AT+CPIN?", _ANSWER_MS, b"+CPIN:")
        if result == at.NONE:
            raise Restart("no answer to AT+CPIN?")
        if result == at.OK:
            return line.text[6:].strip()
        number = line.number
        text = line.text.upper()
        for words, code in _TEXTS:
            if text.endswith(words):
                number = code
        if number == _NOT_INSERTED:
            return "NOT INSERTED"
        if number == _PIN_REQUIRED:
            return "SIM PIN"
        if number == _PUK_REQUIRED:
            return "SIM PUK"
        return line.text  # busy, failure, or an error without a number

    def _try(self, pin):
        """Sends the PIN if that may be. False: it may not, or the SIM refuses it."""
        if pin is None:
            self.cause = "no PIN is given"
            return False
        if modem_memory.tried(pin):
            self.cause = "this PIN was refused before"
            return False
        yield from self._count_tries()
        if self.tries < _TRIES_MIN:
            self.cause = "too few tries are left"
            return False
        modem_memory.remember(pin)
        command = b"AT+CPIN=" + at.quote("pin", pin.decode()).encode()
        result = yield from self._line.ask(command, _PIN_MS, shown="AT+CPIN=***")
        if result == at.NONE:
            raise Restart("no answer to AT+CPIN")
        self.cause = "the PIN is wrong"
        return result == at.OK

    def _count_tries(self):
        """+SPIC: pin1,puk1,pin2,puk2 (AT Command Manual, 3.2.6)."""
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
