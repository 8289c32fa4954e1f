# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Cellular: a SIM7600 by AT commands, then `network.PPP`.

`_sequence()` has the steps of the bring-up: find the modem, SIM, network, dial, PPP. It is a
generator, and each `poll()` runs it to its next yield. After a restart of the modem, a missing
answer or Ctrl-C it begins again at its start, which accepts a modem in any state."""

import time

import _connectwith
from micropython import const

from connectwith import results
from connectwith.links import DISCONNECTING, FAILED, POWERING_OFF, UP, retry_limits
from connectwith.links.modem import at, records
from connectwith.links.modem.line import Line, Restart, pause
from connectwith.links.modem.mobile_network import DENIED, REGISTERED, Network, auth_of
from connectwith.links.modem.power import Power
from connectwith.links.modem.ppp import REFUSED, Ppp
from connectwith.links.modem.sim import OPEN, Sim
from connectwith.links.modem.start import Start
from connectwith.settings import nic as nics

_CLASS = const(2)  # _connectwith.LINK_CELLULAR

# Stages, as in _connectwith.STAGE_...
_HARDWARE = const(0)
_LINK = const(1)
_ADDRESS = const(2)

_RESTARTS = const(3)  # at least so many restarts of the bring-up in one attempt
_DIAL_MS = const(60000)
_PPP_MS = const(30000)
_TRUSTED = const(4)  # the quality of a clock set by the network, see core/clockrecord.h
_RADIO_AT = const(2)  # consecutive failures, after which the radio is switched off and on
_COUNTS_MS = const(20000)  # an attempt that was ended sooner is no failure of the modem


class Sim7600:
    """See `connectwith.links`."""

    # Nothing reports the end of PPP, or that STATUS has fallen.
    look_ms = 1000

    def __init__(self):
        self._line = Line()
        self._power = Power()
        self._ppp = Ppp()
        self._sim = Sim(self._line)
        self._network = Network(self._line)
        self._start = Start(self._line, self._power)
        self._nic = None
        self._work = None
        self._stage = FAILED
        self._used = False  # there is something to power down
        self._seen_off = False  # this run has found it off, or switched it off, and not on again
        self._left_over = False  # it is being looked for, and is switched off if it is found
        self._began_ms = 0
        self.asked = 0
        self.apn = None  # used last; empty: the network's default
        self.result = results.NO_MODEM
        self.cause = ""
        self.code = self.faults = 0
        self._limits = None
        self._retry = False  # the failure is temporary: the bring-up is to begin again

    def start(self, nic, limits=None):
        self._nic = nic
        self._limits = limits or retry_limits.RetryLimits()
        self.faults = 0
        block = nic.get("cellconfig")
        self.apn = block["apn"] if block else ""
        self._used = True
        self._left_over = False
        _connectwith.link_used(_CLASS, True)
        self._began_ms = time.ticks_ms()
        self._sim.tries = -1
        self._line.log.clear()
        self._line.recording = True
        self._stage = _HARDWARE
        self._replace_work(self._bring_up())

    def poll(self):
        work = self._work
        if work is not None:
            try:
                next(work)
            except StopIteration:
                # It has ended, or Ctrl-C has ended it.
                self._work = None
                if self._stage == UP:
                    self._work = self._stay_up()
                elif self._left_over:
                    self._work = self._stop_left_over()
                elif self._stage != FAILED:
                    self._work = self._power_down() if self._nic is None else self._bring_up()
            self.asked = self._line.asked
        return self._stage

    def info(self):
        network = self._network
        return {
            "operator": network.operator,
            "rssi": network.rssi_dbm,
            "imei": network.imei,
            "model": network.model,
            "cellinfo": network.cell,
        }

    def addresses(self):
        """Address, netmask and the other end of PPP, when UP."""
        return self._ppp.addresses()

    def report(self):
        """For `imp.diag`: the last AT lines of the attempt, and the PIN's tries if they are
        known."""
        report = {"at": list(self._line.log)}
        if self._sim.tries >= 0:
            report["pintries"] = self._sim.tries
        return report

    def adopt(self, used):
        """Powers down a modem that may be on since before a reset. `used`: it certainly was on.
        The next attempt does not wait for a modem that is not known to be on. Without STATUS that
        takes 12 s, so it is done once in a run."""
        power = self._power
        if self._used or power.is_known_off():
            return
        if self._seen_off and not used and not power.status:
            return
        self._used = self._left_over = True
        self._stage = DISCONNECTING if used or power.is_on() else POWERING_OFF
        self._replace_work(self._stop_left_over())

    def stop(self):
        if not self._used or self._nic is None:
            return  # it is off, or is being powered down
        self._nic = None
        self._line.recording = False
        on_its_way = _HARDWARE <= self._stage <= _ADDRESS
        if on_its_way and (self._has_failed() or self._took_long()):
            records.count(True)
        self._ppp.drop()
        self._stage = DISCONNECTING
        self._replace_work(self._power_down())

    def _has_failed(self):
        return self.faults > 0 and self.result != results.SIM_ERROR

    def _took_long(self):
        return time.ticks_diff(time.ticks_ms(), self._began_ms) >= _COUNTS_MS

    def _replace_work(self, work):
        old = self._work
        self._work = work
        if old is not None:
            old.close()  # releases the power key if it is pressed

    # -- up

    def _bring_up(self):
        since_ms = time.ticks_ms()
        tries = 0
        while True:
            self._retry = False
            try:
                yield from self._sequence()
                if not self._retry:
                    return
                least = 0
            except Restart as error:
                self._line.note(str(error))
                self.result = results.NO_MODEM
                self.cause = str(error)
                self.code = 0
                least = _RESTARTS
            tries += 1
            self._ppp.drop()
            if tries >= least and self._limits.is_over(retry_limits.MODEM, since_ms):
                break
            self._stage = _HARDWARE
            self.faults += 1
            yield from pause(retry_limits.pause_ms(tries - 1))
        self._fail(self.result, self.cause, self.code)

    def _sequence(self):
        self._stage = _HARDWARE
        self._seen_off = False
        self._ppp.drop()  # of a lost call
        yield from self._ppp.close()
        if not (yield from self._start.wake(records.failures())):
            return self._fail(results.NO_MODEM, self._start.cause)
        if self._start.cycled:
            records.count(False)  # the modem was restarted, so counting begins again
        self._stage = _LINK
        if not (yield from self._attach()):
            return None
        self._stage = _ADDRESS
        if not (yield from self._dial()) or not (yield from self._negotiate()):
            return None
        records.count(False)
        self._stage = UP
        yield from self._stay_up()
        return None

    def _stay_up(self):
        yield from self._watch()
        self._fail(results.NO_PPP_CONNECTION, self._ppp.cause, self._ppp.code)

    def _try_again(self, result, cause, code):
        """Records a temporary failure. The bring-up begins again if the limits allow it."""
        self.result, self.code = result, code
        self.cause = self._line.without_secrets(cause)
        self._retry = True
        return False

    def _fail(self, result, cause, code=0):
        self.result = result
        self.cause = self._line.without_secrets(cause)
        self.code = code
        self._stage = FAILED
        if result != results.SIM_ERROR:  # a restart of the modem does not help
            records.count(True)
        return False

    def _attach(self):
        """SIM and registration. False: it has failed."""
        block = self._nic.get("cellconfig")
        pin = self._secret(block, "pin")
        if pin is not None:
            self._line.hide(pin.decode())
        if (yield from self._sim.open(pin, self._limits)) != OPEN:
            return self._fail(results.SIM_ERROR, self._sim.cause)
        network = self._network
        apn = block["apn"] if block else ""
        username, password = self._credentials(block)
        starting = not self._start.found
        login = (auth_of(block), username, password)
        limits = self._limits
        if not (yield from network.configure(apn, *login, starting, limits, self._refuses_apn)):
            return self._fail(results.NO_PPP_CONNECTION, self.cause)
        if self._start.found and records.failures() == _RADIO_AT:
            yield from network.cycle_radio()
        verdict = yield from network.register(self._limits)
        if verdict != REGISTERED:
            denied = verdict == DENIED
            result = results.REGISTRATION_DENIED if denied else results.NO_REGISTRATION
            return self._fail(result, self._line.text)
        yield from network.describe()
        yield from self._set_clock()
        return True

    def _refuses_apn(self):
        self.result = results.NO_PPP_CONNECTION
        self.cause = self._line.without_secrets("APN: " + self._line.text)
        self.code = 0
        self.faults += 1

    def _set_clock(self):
        if _connectwith.clock_quality(time.time()) >= _TRUSTED:
            return
        text = yield from self._network.clock()
        from connectwith import clock
        from connectwith.links.modem import network_time

        seconds = network_time.seconds(text, 0)
        if seconds is not None and clock.is_believable(seconds):
            clock.set_clock(seconds, _TRUSTED)

    def _dial(self):
        line = self._line
        since_ms = time.ticks_ms()
        tries = 0
        while True:
            # Nothing may be written while it dials: any byte hangs up.
            result = yield from line.ask(b"ATD*99***1#", _DIAL_MS)
            if result == at.CONNECT:
                self._start.in_call = True
                return True
            if result == at.NONE:
                line.text = "no answer"
            self.result = results.NO_PPP_CONNECTION
            self.cause = line.without_secrets("ATD: " + line.text)
            self.code = 0
            if result == at.NONE or self._limits.is_over(retry_limits.MODEM, since_ms):
                return self._fail(self.result, self.cause)
            self.faults += 1
            yield from pause(retry_limits.pause_ms(tries))
            tries += 1

    def _negotiate(self):
        block = self._nic.get("cellconfig")
        username, password = self._credentials(block)
        ppp = self._ppp
        ppp.start(self._line.uart, auth_of(block), username, password, self._line.rest())
        since_ms = time.ticks_ms()
        while True:
            state = ppp.poll()
            if state == ppp.UP:
                return True
            if state == ppp.DOWN:
                if ppp.cause == REFUSED:
                    return self._fail(results.NO_PPP_CONNECTION, ppp.cause, ppp.code)
                return self._try_again(results.NO_PPP_CONNECTION, ppp.cause, ppp.code)
            if time.ticks_diff(time.ticks_ms(), since_ms) >= _PPP_MS:
                return self._try_again(results.NO_PPP_CONNECTION, "PPP: no address in time", 0)
            yield

    def _watch(self):
        ppp = self._ppp
        power = self._power
        was_on = False
        while ppp.poll() == ppp.UP:
            on = power.is_on()
            if was_on and not on:
                ppp.cause, ppp.code = "the modem has lost its power", 0
                return
            was_on = on
            yield
        ppp.cause = ppp.cause or "PPP: the modem has hung up"

    def _credentials(self, block):
        if not auth_of(block):
            return "", ""
        password = self._secret(block, "password")
        if not password:
            return block.get("username", ""), ""
        self._line.hide(password.decode())
        return block.get("username", ""), password.decode()

    def _secret(self, block, key):
        """A sealed value of the NIC in plain text (bytes), or None."""
        if not block or block.get(key) is None:
            return None
        if key == "pin":
            bound = nics.context("pin", block["apn"])
        else:
            bound = nics.context("cell", block["apn"], block.get("username", ""))
        return _connectwith.unseal(block[key], bound)

    # -- down

    def _power_down(self):
        """The stage is DISCONNECTING until the modem was told to leave the network, then
        POWERING_OFF until it is verified to be off."""
        self._stage = DISCONNECTING
        yield from self._ppp.close()
        self._line.expected = True
        if self._start.starting():
            self._stage = POWERING_OFF  # it cannot have a network before it listens
        if (yield from self._start.quit()):
            self._stage = POWERING_OFF
            yield from self._start.verify_off()
            self._seen_off = True
        self._end()

    def _stop_left_over(self):
        self._line.expected = True
        found = yield from self._start.stop_left_over()
        self._stage = POWERING_OFF
        if found:
            yield from self._start.verify_off()
        self._seen_off = True
        self._end()

    def _end(self):
        self._left_over = False
        self._line.close()
        self._line.hidden.clear()
        self._used = False
        _connectwith.link_used(_CLASS, False)
        self._stage = FAILED
