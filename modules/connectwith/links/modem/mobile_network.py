# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The mobile network: the APN, registration, operator and signal, and the modem's clock."""

import time

from micropython import const

from connectwith.links import retry_limits
from connectwith.links.modem import at
from connectwith.links.modem.line import Restart, pause

REGISTERED = const(0)
DENIED = const(1)
LATE = const(2)

_ANSWER_MS = const(5000)
_RADIO_MS = const(15000)
_OPERATOR_MS = const(15000)
_DETAIL_MS = const(1000)  # of what the attempt itself does not need
_AGAIN_MS = const(250)
_ATTACH_MS = const(20000)
_REGISTER_MS = const(180000)  # the longest known time; usually the attempt ends sooner

# The domains by priority: on LTE the first is decisive; CREG is for voice calls only.
_DOMAINS = const(
    ((b"AT+CEREG?", b"+CEREG:"), (b"AT+CGREG?", b"+CGREG:"), (b"AT+CREG?", b"+CREG:"))
)
_VOICE = const(2)
_HOME = const(1)
_SEARCHING = const(2)
_DENIED = const(3)
_ROAMING = const(5)
_NO_CSFB_HOME = const(9)
_NO_CSFB_ROAMING = const(10)

_AUTHS = {"none": 0, "pap": 1, "chap": 2}  # of AT+CGAUTH, and of network.PPP


def auth_of(block):
    """The authentication of a NIC's cellconfig (dict or None): 0 none, 1 PAP, 2 CHAP."""
    if block is None:
        return 0
    return _AUTHS[block.get("auth") or ("chap" if block.get("username") else "none")]


class Network:
    """Generators on one Line. A command without an answer raises Restart."""

    def __init__(self, line):
        self._line = line
        self.operator = None
        self.rssi_dbm = None
        self.imei = None  # of the modem; it stays, as the model does
        self.model = None
        self.cell = None  # what the modem answers to AT+CPSI?
        self._registered = False  # set_up() has found it registered with this APN
        self._changed = False  # the modem had another APN before

    def _ask(self, command, limit_ms, prefix=b"", shown=None):
        result = yield from self._line.ask(command, limit_ms, prefix, shown)
        if result == at.NONE:
            raise Restart("no answer to " + (shown or str(command, "ascii")))
        return result

    def configure(self, apn, auth, username, password, starting, limits, note):
        """Repeats `set_up()` while the modem refuses a command, as it may still be starting.
        False: `line.text` has the error. `note()` is called after each refusal."""
        since_ms = time.ticks_ms()
        tries = 0
        while not (yield from self.set_up(apn, auth, username, password, starting)):
            note()
            if limits.is_over(retry_limits.MODEM, since_ms):
                return False
            yield from pause(retry_limits.pause_ms(tries))
            tries += 1
        return True

    def set_up(self, apn, auth, username, password, starting):
        """Sets APN and authentication of context 1. This precedes registration: LTE attaches with
        the APN of context 1, and the network refuses a wrong one. "" is the network's default APN.
        If the APN has changed, the modem detaches and attaches again, as a call could otherwise
        use the old context. A modem that is `starting` has usually not attached yet. False: the
        modem refuses a command (`line.text`)."""
        line = self._line
        yield from self._ask(b"AT+CGDCONT?", _ANSWER_MS, b"+CGDCONT: 1,")
        known = at.fields(line.text)
        same = len(known) >= 3 and known[2].lower() == apn.lower()
        self._changed = not same
        attached = (yield from self._poll_domains()) == REGISTERED
        self._registered = attached and same
        radio = "1"
        if not self._registered:
            yield from self._ask(b"AT+CFUN?", _RADIO_MS, b"+CFUN:")
            radio = at.fields(line.text)[0]
            if radio == "1" and not same and (attached or not starting):
                # Not 0, which also switches the SIM off: the new context would be refused.
                yield from self._ask(b"AT+CFUN=4", _RADIO_MS)
                radio = "4"
        if not same:
            command = b'AT+CGDCONT=1,"IP",' + at.quote("apn", apn).encode()
            if (yield from self._ask(command, _ANSWER_MS)) != at.OK:
                return False
        if not (yield from self._log_in(auth, username, password)):
            return False
        if radio != "1":
            return (yield from self._ask(b"AT+CFUN=1", _RADIO_MS)) == at.OK
        return True

    def _log_in(self, auth, username, password):
        """Sets the authentication. The password precedes the user (AT Command Manual, 8.2.15)."""
        if not auth:
            # Some modem firmware refuses this before there is a context. The result is ignored.
            yield from self._ask(b"AT+CGAUTH=1,0", _ANSWER_MS)
            return True
        command = b"AT+CGAUTH=1,%d," % auth
        command += at.quote("password", password).encode() + b","
        command += at.quote("username", username).encode()
        return (yield from self._ask(command, _ANSWER_MS, shown="AT+CGAUTH=1,***")) == at.OK

    def cycle_radio(self):
        """Switches the radio off and on, which helps if the network keeps refusing the modem."""
        self._registered = False
        yield from self._ask(b"AT+CFUN=4", _RADIO_MS)
        yield from self._ask(b"AT+CFUN=1", _RADIO_MS)

    def register(self, limits):
        """REGISTERED for data, DENIED if that has lasted for its limit, or LATE."""
        if self._registered:
            return REGISTERED
        since_ms = time.ticks_ms()
        denied_ms = None
        again = self._changed  # the modem may have attached with the old APN in spite of set_up()
        while True:
            verdict = yield from self._poll_domains()
            now_ms = time.ticks_ms()
            if verdict == REGISTERED:
                return REGISTERED
            if verdict == LATE:
                denied_ms = None
            elif denied_ms is None:
                denied_ms = now_ms
            elif limits.is_over(retry_limits.DENIED, denied_ms):
                return DENIED
            waited_ms = time.ticks_diff(now_ms, since_ms)
            if waited_ms >= _REGISTER_MS:
                return LATE
            if again and waited_ms >= _ATTACH_MS:
                again = False
                yield from self.cycle_radio()
            yield from pause(_AGAIN_MS)

    def _poll_domains(self):
        """Queries each domain once. DENIED: a domain denies registration, and no other one is
        searching."""
        line = self._line
        denied = searching = False
        for i in range(len(_DOMAINS)):
            command, prefix = _DOMAINS[i]
            result = yield from self._ask(command, _ANSWER_MS, prefix)
            stat = _second_number(line.text) if result == at.OK else -1
            if i != _VOICE and stat in (_HOME, _ROAMING, _NO_CSFB_HOME, _NO_CSFB_ROAMING):
                return REGISTERED
            denied = denied or stat == _DENIED
            searching = searching or stat == _SEARCHING
        return DENIED if denied and not searching else LATE

    def describe(self):
        """Queries signal and operator, for people. A missing answer is no failure."""
        line = self._line
        yield from self._ask(b"AT+CSQ", _ANSWER_MS, b"+CSQ:")
        rssi = at.fields(line.text)[0]
        # 0 to 31 (AT Command Manual, 3.2.8); 99 is unknown.
        self.rssi_dbm = 2 * int(rssi) - 113 if rssi.isdigit() and int(rssi) <= 31 else None
        self.operator = None
        if (yield from line.ask(b"AT+COPS?", _OPERATOR_MS, b"+COPS:")) == at.OK:
            found = at.fields(line.text)
            self.operator = found[2] if len(found) > 2 else None
        else:
            yield from line.drain()  # its answer may still come
        if self.model is None:
            self.model = yield from self._detail(b"AT+CGMM")  # 3GPP TS 27.007, 5.2
        if self.imei is None:
            imei = yield from self._detail(b"AT+CGSN")  # 3GPP TS 27.007, 5.4
            self.imei = imei if imei and imei.isdigit() else None
        cell = yield from self._detail(b"AT+CPSI?", b"+CPSI:")  # AT Command Manual, 4.2.14
        self.cell = cell[len("+CPSI:") :].strip() if cell else None

    def _detail(self, command, prefix=b""):
        """The last line of the answer, or None. It is not logged, because it identifies or locates
        the device."""
        line = self._line
        result = yield from line.ask(command, _DETAIL_MS, prefix, str(command, "ascii"))
        if result == at.NONE:
            yield from line.drain()
        return line.text if result == at.OK and line.text else None

    def clock(self):
        """The text of the modem's clock, or ""."""
        line = self._line
        if (yield from self._ask(b"AT+CCLK?", _ANSWER_MS, b"+CCLK:")) != at.OK:
            return ""
        return at.fields(line.text)[0]


def _second_number(text):
    found = at.fields(text)
    return int(found[1]) if len(found) > 1 and found[1].isdigit() else -1
