# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""When the time is asked for, beside what else goes on, and what a date that TLS refuses means.

Whatever the clock has been set to by a makeshift is asked for again: in each attempt, without
waiting for the answer, and now and then while a session lasts.
"""

import time

import _connectwith
from micropython import const

from connectwith import clock

# What a clock rests on, worst first, as core/clockrecord.h has it; 0 is unset.
_FLOOR = const(2)
_SUSPECT = const(3)
_NETWORK = const(4)

_SERVERS = const(("pool.ntp.org", "time.google.com"))

_FUTURE = const(0x0200)  # MBEDTLS_X509_BADCERT_FUTURE, mbedtls/x509.h
_QUERIES = const(2)  # of one attempt
_DIALS = const(2)  # more, in one attempt, after a date that was refused

_POLL_MS = const(50)  # of a query while the session is quiet
_GAP_MS = const(60000)  # from one query of a session to the next, doubled each time
_GAP_MAX_MS = const(3600000)

# Notes for `imp.diag`.
_AT_BUILD = const("no time from SNTP: the clock is set to the build date")
_VOUCHED = const("no time from SNTP: the clock is set to the date of the server's certificate")
_PAST = const("no time from SNTP yet: the clock is set to a time that is surely past")
_NOTES = const((_AT_BUILD, _VOUCHED, _PAST))


class Dates:
    """Of one attempt and the session that it leads to. No call waits; `close()` at the end.

    queries, dials: those that the attempt has made already. route: see links.route(); what is
    asked goes that way."""

    def __init__(self, settings, diag, route, queries, dials):
        self._route = route
        self._servers = settings.ntp or _SERVERS
        self._diag = diag
        self._resolver = None
        self._sntp = None
        self.queries = queries
        self.dials = dials
        self._moved = False  # since the server was dialled
        self._told = False  # by SNTP, since then
        self._known = False  # SNTP has told the time
        self._judged = False  # has asked because of what came of it
        self._gap_ms = _GAP_MS
        self._since_ms = 0

    def ask(self):
        """Begins to ask, the next server first if one has been asked before."""
        first = self.queries
        self.queries += 1
        try:
            if self._resolver is None:
                self._resolver = _connectwith.Resolver()
                self._resolver.use(self._route[0], self._route[1])
            first %= len(self._servers)
            self._sntp = clock.Sntp(self._resolver, self._route[0], self._servers, first)
        except MemoryError:
            pass  # as if nobody had answered

    def poll(self):
        """0 while the answer is awaited, 1 when the clock has been set, -1 when it has not, or
        when nothing was asked."""
        sntp = self._sntp
        if sntp is None:
            return -1
        try:
            state = sntp.poll()
        except (OSError, MemoryError, ValueError, RuntimeError):
            state = -1  # no socket, no memory: as if nobody had answered
        if not state:
            return 0
        if state > 0:
            self._told = self._known = True
            self._moved = self._moved or sntp.moved
            if self._diag.note in _NOTES:
                self._diag.note = None
        sntp.close()
        self._sntp = None
        self._since_ms = time.ticks_ms()
        return state

    def settle(self):
        """Nobody has told the time: the floor, which is at least nearer to the truth."""
        if not _quality():
            clock.set_clock(_connectwith.build_time(), _FLOOR)
            self._diag.note = _AT_BUILD

    def dialling(self):
        """The server is dialled now: what comes is checked by the clock as it is."""
        self._moved = self._told = self._judged = False
        if self._diag.note is None and _quality() == _FLOOR:
            self._diag.note = _PAST

    def judge(self, flags, not_before_s):
        """TLS has refused a date: see Stream.verify_flags() and not_before(). 0: not known yet,
        call again. 1: the clock was wrong, and is better now. -1: the certificate is."""
        if not self.poll():
            return 0
        if self.dials == _DIALS:
            return -1
        if not (self._moved or self._told or self._judged) and self.queries < _QUERIES:
            self._judged = True
            if _quality() >= _NETWORK:  # else this attempt has asked already
                self.ask()
                return 0
        if not self._moved:
            self._raise(flags, not_before_s)
        if not self._moved:
            return -1
        self.dials += 1
        return 1

    def _raise(self, flags, not_before_s):
        """What the CA has signed is not of the future, so its date is a better floor, and no more:
        whoever has the certificate may show it. It never moves a clock back."""
        if self._told:
            return  # the clock has just been confirmed
        rests_on = _quality()
        if rests_on >= _NETWORK:
            _connectwith.clock_quality(time.time(), _SUSPECT)
        if flags != _FUTURE or not_before_s <= time.time():
            return
        if clock.is_believable(not_before_s):
            clock.set_clock(not_before_s, _FLOOR)
            self._moved = True
            self._diag.note = _VOUCHED

    def tend(self, quiet_ms):
        """In a quiet step of the session. Returns the ms until the next one, -1 when there is
        nothing left to ask for."""
        if self._sntp is not None:
            return quiet_ms if self.poll() else min(quiet_ms, _POLL_MS)
        if self._known:
            return -1
        if time.ticks_diff(time.ticks_ms(), self._since_ms) < self._gap_ms:
            return quiet_ms
        if _quality() >= _NETWORK:
            return -1
        self._since_ms = time.ticks_ms()
        self._gap_ms = min(2 * self._gap_ms, _GAP_MAX_MS)
        self.ask()
        return min(quiet_ms, _POLL_MS)

    def close(self):
        """Asks no more."""
        if self._sntp is not None:
            self._sntp.close()
            self._sntp = None


def _quality():
    return _connectwith.clock_quality(time.time())
