# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The clock: TLS checks dates, so a clock behind the firmware's build date is set by SNTP first.

Packets are RFC 4330 (SNTPv4). Times are in seconds since 2000, as `time.time()` on an ESP32.
"""

import os
import time

from micropython import const

_EPOCH_1900 = const(3155673600)  # seconds from 1900, where NTP counts from, to 2000
_PORT = const(123)
_PACKET_BYTES = const(48)
_TRIES = const(3)
_TRY_MS = const(1000)
_RESOLVE_MS = const(5000)  # a second name server is asked after 4 s at the latest

SERVER = "pool.ntp.org"


def request(packet, nonce):
    """Fills `packet` (bytearray of 48) with a client's request. The nonce (8 bytes) stands where
    the time of sending would: only who saw the request can answer it."""
    for i in range(_PACKET_BYTES):
        packet[i] = 0
    packet[0] = 4 << 3 | 3  # no leap warning, version 4, client
    packet[40:48] = nonce


def answer(packet, n, nonce, floor_s):
    """The time in a reply of `n` bytes, or None if it is not a server's honest answer to us.

    A time before `floor_s` is not believed. NTP's 32 bits wrap in 2036; the floor tells the era.
    """
    if n < _PACKET_BYTES or packet[0] & 7 != 4 or packet[0] >> 6 == 3:
        return None  # not a server's, or its clock is not synchronised
    if not 1 <= packet[1] <= 15:
        return None  # stratum 0 is a kiss-o'-death packet (section 8)
    for i in range(8):
        if packet[24 + i] != nonce[i]:
            return None
    stamp = packet[40] << 24 | packet[41] << 16 | packet[42] << 8 | packet[43]
    if not stamp:
        return None
    seconds = stamp - _EPOCH_1900
    if seconds < 0:
        seconds += 1 << 32
    return seconds if seconds >= floor_s else None


def set_clock(seconds):
    """Sets the board's clock (UTC)."""
    from machine import RTC

    year, month, day, hour, minute, second, weekday, _ = time.gmtime(seconds)
    RTC().datetime((year, month, day, weekday, hour, minute, second, 0))


class Sntp:
    """Asks one server, up to three times a second apart. No call waits."""

    def __init__(self, resolver, floor_s, device=None):
        """`device`: lwIP's name of the interface to ask by (see links.route())."""
        self._resolver = resolver
        self._device = device
        self._floor_s = floor_s
        self._nonce = os.urandom(8)
        self._packet = bytearray(_PACKET_BYTES)
        self._poller = self._socket = None
        self._address = None
        self._asked = False
        self._tries = 0
        self._sent_ms = time.ticks_ms()

    def poll(self):
        """0 while the answer is awaited, 1 when the clock has been set, -1 when nobody answers."""
        if self._resolver is None:
            return -1  # closed
        if self._address is None:
            return self._resolve()
        if self._tries and self._receive():
            return 1
        waited_ms = time.ticks_diff(time.ticks_ms(), self._sent_ms)
        if not self._tries or waited_ms >= _TRY_MS:
            if self._tries == _TRIES:
                return -1
            self._send()
        return 0

    def give_up(self):
        """Sets the clock to the floor, which is at least nearer to the truth."""
        if time.time() < self._floor_s:
            set_clock(self._floor_s)

    def close(self):
        """Leaves nothing behind; may be called again."""
        if self._resolver is not None:
            self._resolver.cancel()
            self._resolver = None
        if self._socket is not None:
            self._socket.close()
            self._socket = self._poller = None

    def _resolve(self):
        if not self._asked:
            self._resolver.start(SERVER)
            self._asked = True
        found = self._resolver.poll()
        if not found:
            late = time.ticks_diff(time.ticks_ms(), self._sent_ms) >= _RESOLVE_MS
            return -1 if late else 0
        if found < 0:
            return -1
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
        # A number: no query is made. Nobody else's datagrams come in then.
        self._address = socket.getaddrinfo(host, _PORT)[0][-1]
        self._socket.connect(self._address)

    def _send(self):
        self._tries += 1
        self._sent_ms = time.ticks_ms()
        request(self._packet, self._nonce)
        try:
            self._socket.send(self._packet)
        except OSError:
            pass  # no route or no buffer just now: the next try may get through

    def _receive(self):
        for _ in self._poller.ipoll(0):
            try:
                reply = self._socket.recv(_PACKET_BYTES)
            except OSError:
                return False
            if not reply:
                # MicroPython reads no more after an empty datagram, see local.Udp. Connecting anew
                # is forgetting that, too.
                self._socket.connect(self._address)
                return False
            seconds = answer(reply, len(reply), self._nonce, self._floor_s)
            if seconds is not None:
                set_clock(seconds)
                return True
        return False
