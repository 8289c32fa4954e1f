# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The SNTP server of the bench (RFC 4330)."""

from __future__ import annotations

import random
import struct
import time

from .udp_server import Address, UdpServer

_EPOCH_1900_S = 2208988800  # from 1900 to 1970, RFC 4330 section 3


class Sntp(UdpServer):
    """Answers with the time of this machine. `requests` counts the requests."""

    def __init__(self, seed: int = 0) -> None:
        self.requests = 0
        self._random = random.Random(seed)
        self.on()
        super().__init__("sntp")

    def off(self) -> None:
        """No answer."""
        self._mode = "off"

    def on(self) -> None:
        """Right answers."""
        self._mode = "on"
        self._offset_s = 0.0
        self._wrong = 0
        self._delay_ms = 0

    def restore(self) -> None:
        """Ends all faults."""
        self.on()

    def refuse(self) -> None:
        """Kiss-o'-death: the server denies its service (RFC 4330, section 8)."""
        self._mode = "refuse"

    def empty(self) -> None:
        """An empty datagram before each right answer."""
        self._mode = "empty"

    def half(self) -> None:
        """Replies end in the middle."""
        self._mode = "half"

    def garbage(self) -> None:
        """Short datagrams, noise and kiss-o'-death, in turn."""
        self._mode = "garbage"

    def offset(self, s: float, answers: int = -1) -> None:
        """The clock is `s` seconds fast, for so many answers if a number is given."""
        self._offset_s = s
        self._wrong = answers

    def delay(self, ms: int) -> None:
        """Replies come `ms` late."""
        self._delay_ms = ms

    def _timestamp(self) -> bytes:
        now = time.time() + _EPOCH_1900_S + (self._offset_s if self._wrong else 0)
        if self._wrong > 0:
            self._wrong -= 1
        return struct.pack(">II", int(now) & 0xFFFFFFFF, int(now % 1 * 2**32))

    def handle(self, payload: bytes, sender: Address) -> None:
        """Answers one request: 48 bytes, mode 3 (client)."""
        if len(payload) < 48 or payload[0] & 7 != 3:
            return
        self.requests += 1
        if self._mode == "empty":
            self.send(b"", sender, self._delay_ms)
        if self._mode != "off":
            self.send(self._answer(payload), sender, self._delay_ms)

    def _answer(self, request: bytes) -> bytes:
        if self._mode == "garbage":
            return self._noise(request)
        if self._mode == "refuse":
            return self._reply(request, 0, b"DENY")
        reply = self._reply(request)
        return reply[:20] if self._mode == "half" else reply

    def _reply(self, request: bytes, stratum: int = 1, reference: bytes = b"LOCL") -> bytes:
        now = self._timestamp()
        # No leap warning, the client's version, mode 4 (server); poll 6, precision 2^-20 s.
        head = bytes([request[0] & 0x38 | 4, stratum, 6, 0xEC])
        delays = b"\0" * 8
        originate = request[40:48]
        return head + delays + reference + now + originate + now + now

    def _noise(self, request: bytes) -> bytes:
        kind = self.requests % 3
        if kind == 0:
            return self._random.randbytes(7)
        if kind == 1:
            # LI 3 (not synchronised), mode 3 (a client's): nothing to set a clock by.
            return b"\xe3" + self._random.randbytes(47)
        return self._reply(request, 0, b"RATE")
