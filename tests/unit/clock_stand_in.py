# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Stand-ins for the clock with its record, name servers, and time servers."""

import select
import socket
import struct
import time
import types

import _connectwith
import machine

NTP_2000 = 3_155_673_600
FOREIGN, ON_FLOOR, SUSPECT, NETWORK, SNTP = range(1, 6)  # core/clockrecord.h
CEILING_S = 20 * 31_557_600


class Resolver:
    """`answers`: by name the result of poll(), 1 by default. The address is the name."""

    def __init__(self):
        self.asked = []
        self.answers = {}
        self.cancelled = 0

    def use(self, device, servers):
        pass

    def start(self, host):
        self.asked.append(host)

    def poll(self):
        return self.answers.get(self.asked[-1], 1)

    def address(self):
        return self.asked[-1]

    def cancel(self):
        self.cancelled += 1


class Socket:
    """A UDP socket of MicroPython: after an empty datagram it reads nothing until
    it is connected again."""

    def __init__(self, stand):
        self._stand = stand
        self._deaf = False
        self.inbox = []
        stand.open += 1

    def setblocking(self, flag):
        assert not flag

    def connect(self, address):
        self._peer, port = address
        assert port == 123
        self._deaf = False

    def send(self, packet):
        stand = self._stand
        stand.sent.append((self._peer, stand.now_ms - stand.began_ms))
        if self._peer in stand.honest:
            self.inbox += [b""] * stand.empty
            stamp = (stand.honest[self._peer] + NTP_2000) & 0xFFFFFFFF
            head = struct.pack(">BBBb", 4 << 3 | 4, 2, 6, -20)
            nonce = bytes(packet[40:48])
            self.inbox.append(head + bytes(20) + nonce + bytes(8) + struct.pack(">II", stamp, 0))

    def recv(self, size):
        if self._deaf:
            return b""
        data = self.inbox.pop(0)
        self._deaf = not data
        return data[:size]

    def close(self):
        self._stand.open -= 1


class _Poller:
    def register(self, sock, events):
        self._socket = sock

    def ipoll(self, timeout):
        assert timeout == 0
        return [(self._socket, select.POLLIN)] if self._socket.inbox else []


class Stand:
    """`now_s`: the board's clock, `quality` its record. `honest`: by address the time that it
    answers; `sent`: (address, ms) of each request; `open`: sockets; `empty`: datagrams before each
    answer."""

    def __init__(self, monkeypatch, floor_s):
        self.floor_s = floor_s
        self.now_s = self.quality = self.open = self.empty = 0
        self.now_ms = self.began_ms = (1 << 30) - 1500  # the ticks wrap in the middle
        self.sent = []
        self.honest = {}
        self.resolver = Resolver()
        rtc = types.SimpleNamespace(datetime=self._set)
        for module, name, value in (
            (_connectwith, "build_time", lambda: floor_s),
            (_connectwith, "clock_quality", self._quality),
            (_connectwith, "Resolver", lambda: self.resolver),
            (machine, "RTC", lambda: rtc),
            (time, "time", lambda: self.now_s),
            (time, "gmtime", lambda seconds: (seconds, 1, 1, 0, 0, 0, 0, 1)),
            (time, "ticks_ms", lambda: self.now_ms % (1 << 30)),
            (socket, "socket", lambda family, kind: Socket(self)),
            (socket, "getaddrinfo", lambda host, port: [(0, 0, 0, "", (host, port))]),
            (select, "poll", _Poller),
        ):
            monkeypatch.setattr(module, name, value, False)

    def _set(self, fields):
        self.now_s = fields[0]  # gmtime() above puts all of it there

    def _quality(self, now_s, quality=None):
        if quality is not None:
            self.quality = quality
        if not self.floor_s <= now_s <= self.floor_s + CEILING_S:
            return 0
        return self.quality or 1

    def drive(self, sntp):
        """Polls every 10 ms until there is a result: (result, ms)."""
        self.began_ms = self.now_ms
        while True:
            state = sntp.poll()
            if state:
                return state, self.now_ms - self.began_ms
            self.now_ms += 10
