# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The time by SNTP (RFC 4330, SNTPv4), and what to do when TLS refuses the dates of a certificate.

A clock that no time server and no mobile network has set is provisional. Each attempt then queries
SNTP without waiting for the answer, and the session repeats the query in growing intervals. Times
are in seconds since 2000, as `time.time()` on an ESP32.

Most attempts find a clock that SNTP has set. So this module is imported when it is needed, and
unloaded afterwards.
"""

import os
import time

import _connectwith
from micropython import const

# The sources of the clock's time, worst first, as in core/clockrecord.h. 0: the clock is not set.
_FLOOR = const(2)
_SUSPECT = const(3)
_NETWORK = const(4)
_SNTP = const(5)

_SERVERS = const(("pool.ntp.org", "time.google.com"))

_FUTURE = const(0x0200)  # MBEDTLS_X509_BADCERT_FUTURE, mbedtls/x509.h
_QUERIES = const(2)  # at most, in one attempt
_DIALS = const(2)  # further connections of one attempt after a refused date

_REPLY_MS = const(500)  # between two looks for the reply, in a session
_GAP_MS = const(60000)  # from one query of a session to the next; it doubles each time
_GAP_MAX_MS = const(3600000)

# Notes for `imp.diag`.
_AT_BUILD = const("no time from SNTP: the clock is set to the build date")
_CERTIFICATE_DATE = const(
    "no time from SNTP: the clock is set to the date of the server's certificate"
)
_PAST = const("no time from SNTP yet: the clock is set to a time that is surely past")
_NOTES = const((_AT_BUILD, _CERTIFICATE_DATE, _PAST))

_YEARS_S = const(20 * 31557600)  # the assumed life of a firmware, as in core/clockrecord.h
_AGREES_S = const(60)  # a smaller difference does not count as a correction of the clock

_EPOCH_1900 = const(3155673600)  # seconds from 1900, the epoch of NTP, to 2000
_PORT = const(123)
_PACKET_BYTES = const(48)
_TRIES = const(2)  # for each server
_TRY_MS = const(1000)
_RESOLVE_MS = const(5000)  # the resolver queries a second name server after 4 s at the latest
_TOTAL_MS = const(10000)  # four servers without an answer take 8 s


def is_believable(seconds):
    """Whether a time can be the present: from the build date to 20 years after it."""
    floor_s = _connectwith.build_time()
    return floor_s <= seconds <= floor_s + _YEARS_S


def request(packet, nonce):
    """Fills `packet` (bytearray of 48) with a client's request. The transmit timestamp is the
    nonce (8 bytes): the server returns it, so a sender that has not seen the request cannot answer
    it."""
    for i in range(_PACKET_BYTES):
        packet[i] = 0
    packet[0] = 4 << 3 | 3  # no leap warning, version 4, client
    packet[40:48] = nonce


def answer(packet, n, nonce, floor_s):
    """The time in a reply of `n` bytes, or None if the reply is not a valid answer to the request.

    A time before `floor_s` or more than 20 years after it is rejected. NTP's 32-bit seconds wrap
    in 2036, so the floor selects the era."""
    if n < _PACKET_BYTES or packet[0] & 7 != 4 or packet[0] >> 6 == 3:
        return None  # not from a server, or its clock is not synchronised
    if not 1 <= packet[1] <= 15:
        return None  # stratum 0 is a kiss-o'-death packet (section 8)
    for i in range(8):
        if packet[24 + i] != nonce[i]:
            return None
    stamp = packet[40] << 24 | packet[41] << 16 | packet[42] << 8 | packet[43]
    if not stamp:
        return None
    seconds = stamp - _EPOCH_1900
    if seconds < floor_s:
        seconds += 1 << 32
    return seconds if floor_s <= seconds <= floor_s + _YEARS_S else None


def set_clock(seconds, quality):
    """Sets the board's clock (UTC), and records the source of the time (see core/clockrecord.h).
    Returns whether the clock has moved by more than a minute."""
    from machine import RTC

    moved = not -_AGREES_S <= seconds - time.time() <= _AGREES_S
    year, month, day, hour, minute, second, weekday, _ = time.gmtime(seconds)
    RTC().datetime((year, month, day, weekday, hour, minute, second, 0))
    _connectwith.clock_quality(seconds, quality)
    return moved


class Sntp:
    """Queries servers (names or addresses) one after the other, each twice, one second apart. No
    call waits. `moved`: the answer has moved the clock by more than a minute."""

    def __init__(self, resolver, device, servers, first):
        """`device`: lwIP's name of the interface to use (see links.route()). `first`: the index of
        the server that is queried first."""
        self._resolver = resolver
        self._device = device
        self._servers = servers
        self._index = first  # of the server that is queried
        self._left = len(servers)
        self._nonce = os.urandom(8)
        self._packet = bytearray(_PACKET_BYTES)
        self._poller = self._socket = None
        self._address = None
        self._asked = False
        self._tries = 0
        self._began_ms = self._sent_ms = time.ticks_ms()
        self.moved = False

    def poll(self):
        """0 while the answer is awaited, 1 when the clock has been set, -1 without an answer."""
        if self._resolver is None:
            return -1  # closed
        now_ms = time.ticks_ms()
        if time.ticks_diff(now_ms, self._began_ms) >= _TOTAL_MS:
            return -1
        waited_ms = time.ticks_diff(now_ms, self._sent_ms)
        if self._address is None:
            state = self._resolve(waited_ms)
            if self._address is None:
                return state
        if self._tries and self._receive():
            return 1
        if not self._tries or waited_ms >= _TRY_MS:
            if self._tries == _TRIES:
                return self._next()
            self._send()
        return 0

    def close(self):
        """Closes the socket and the resolver. A second call does nothing."""
        if self._resolver is not None:
            self._resolver.cancel()
            self._resolver = None
        self._hang_up()

    def _hang_up(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = self._poller = None

    def _next(self):
        """Selects the next server. Returns 0, or -1 if there is none."""
        self._hang_up()
        self._left -= 1
        if self._left <= 0:
            return -1
        self._index = (self._index + 1) % len(self._servers)
        self._address = None
        self._tries = 0
        self._look_up()
        return 0

    def _look_up(self):
        self._sent_ms = time.ticks_ms()
        self._resolver.start(self._servers[self._index % len(self._servers)])
        self._asked = True

    def _resolve(self, waited_ms):
        if not self._asked:
            self._look_up()
        found = self._resolver.poll()
        if not found and waited_ms < _RESOLVE_MS:
            return 0
        if found <= 0:
            return self._next()
        self._open(self._resolver.address())
        return 0

    def _open(self, host):
        import select
        import socket

        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        if self._device is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self._device)
        self._poller = select.poll()
        self._poller.register(self._socket, select.POLLIN)
        # `host` is an address, so getaddrinfo() makes no query. A connected socket receives from
        # this address only.
        self._address = socket.getaddrinfo(host, _PORT)[0][-1]
        self._socket.connect(self._address)

    def _send(self):
        self._tries += 1
        self._sent_ms = time.ticks_ms()
        request(self._packet, self._nonce)
        try:
            self._socket.send(self._packet)
        except OSError:
            pass  # no route or no buffer now: the next try may succeed

    def _receive(self):
        for _ in self._poller.ipoll(0):
            try:
                reply = self._socket.recv(_PACKET_BYTES)
            except OSError:
                return False
            if not reply:
                # After an empty datagram MicroPython reads no more, see Udp in interfaces.py.
                # connect() clears that state.
                self._socket.connect(self._address)
                return False
            seconds = answer(reply, len(reply), self._nonce, _connectwith.build_time())
            if seconds is not None:
                self.moved = set_clock(seconds, _SNTP)
                return True
        return False


class TimeSync:
    """The queries for the time of one attempt and of its session. No call waits. `close()` ends
    it.

    `queries`, `dials`: how many the attempt has made already. `route`: the interface that queries
    use, see links.route()."""

    def __init__(self, settings, diag, route, queries, dials):
        self._route = route
        self._servers = settings.ntp or _SERVERS
        self._diag = diag
        self._resolver = None
        self._sntp = None
        self.queries = queries
        self.dials = dials
        self._moved = False  # the clock was corrected since the connection began
        self._confirmed = False  # SNTP has answered since the connection began
        self._known = False  # SNTP has answered
        self._verified = False  # a refused date has led to a query
        self._gap_ms = _GAP_MS
        self._since_ms = 0

    def ask(self):
        """Starts a query. Each query of an attempt begins with another server."""
        first = self.queries
        self.queries += 1
        try:
            if self._resolver is None:
                self._resolver = _connectwith.Resolver()
                self._resolver.use(self._route[0], self._route[1])
            first %= len(self._servers)
            self._sntp = Sntp(self._resolver, self._route[0], self._servers, first)
        except MemoryError:
            pass  # treated as no answer

    def poll(self):
        """0 while the answer is awaited, 1 when the clock has been set, -1 without an answer or
        without a query."""
        sntp = self._sntp
        if sntp is None:
            return -1
        try:
            state = sntp.poll()
        except (OSError, MemoryError, ValueError, RuntimeError):
            state = -1  # no socket or no memory: treated as no answer
        if not state:
            return 0
        if state > 0:
            self._confirmed = self._known = True
            self._moved = self._moved or sntp.moved
            if self._diag.note in _NOTES:
                self._diag.note = None
        sntp.close()
        self._sntp = None
        self._since_ms = time.ticks_ms()
        return state

    def set_floor(self):
        """SNTP has not answered. Sets an unset clock to the build date, which is nearer to the
        present than the date at power-on."""
        if not _quality():
            set_clock(_connectwith.build_time(), _FLOOR)
            self._diag.note = _AT_BUILD

    def begin_dial(self):
        """To be called when a connection to the server begins. TLS checks dates by the clock."""
        self._moved = self._confirmed = self._verified = False
        if self._diag.note is None and _quality() == _FLOOR:
            self._diag.note = _PAST

    def check(self, flags, not_before_s):
        """Decides whether the clock or the certificate is wrong after TLS has refused a date; the
        arguments are those of Stream.verify_flags() and not_before(). 0: not known yet, to be
        called again. 1: the clock was wrong, and has been corrected. -1: the certificate is wrong.
        """
        if not self.poll():
            return 0
        if self.dials == _DIALS:
            return -1
        if not (self._moved or self._confirmed or self._verified) and self.queries < _QUERIES:
            self._verified = True
            if _quality() >= _NETWORK:  # otherwise this attempt has queried already
                self.ask()
                return 0
        if not self._moved:
            self._raise_floor(flags, not_before_s)
        if not self._moved:
            return -1
        self.dials += 1
        return 1

    def _raise_floor(self, flags, not_before_s):
        """Sets the clock to the date from which the certificate is valid, if that is later. The CA
        has signed that date, so it is in the past. It is a floor only, as an attacker may present
        an old certificate. The clock never moves back."""
        if self._confirmed:
            return  # the clock has just been confirmed
        quality = _quality()
        if quality >= _NETWORK:
            _connectwith.clock_quality(time.time(), _SUSPECT)
        if flags != _FUTURE or not_before_s <= time.time():
            return
        if is_believable(not_before_s):
            set_clock(not_before_s, _FLOOR)
            self._moved = True
            self._diag.note = _CERTIFICATE_DATE

    def poll_idle(self, idle_ms):
        """To be called in an idle step of the session. Returns the ms until the next one, at most
        `idle_ms`, or -1 when no further query is needed. While a reply is awaited that is half a
        second: shorter intervals would cost many steps on a network that blocks NTP."""
        if self._sntp is not None and not self.poll():
            return min(idle_ms, _REPLY_MS)
        if self._known:
            return -1
        left_ms = self._gap_ms - time.ticks_diff(time.ticks_ms(), self._since_ms)
        if left_ms > 0:
            return min(idle_ms, left_ms)
        if _quality() >= _NETWORK:
            return -1
        self._since_ms = time.ticks_ms()
        self._gap_ms = min(2 * self._gap_ms, _GAP_MAX_MS)
        self.ask()
        return min(idle_ms, _REPLY_MS)

    def close(self):
        """Ends the query under way, if there is one."""
        if self._sntp is not None:
            self._sntp.close()
            self._sntp = None


def _quality():
    return _connectwith.clock_quality(time.time())
