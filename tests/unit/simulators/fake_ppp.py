# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A PPP client in Python, just enough to see what a PPP server does (RFC 1661, 1662, 1332)."""

from __future__ import annotations

import hashlib
import socket
import struct
import time
from collections.abc import Callable

IP, IPCP, LCP, PAP, CHAP = 0x0021, 0x8021, 0xC021, 0xC023, 0xC223
CONF_REQ, CONF_ACK, CONF_NAK, CONF_REJ, TERM_REQ, TERM_ACK = 1, 2, 3, 4, 5, 6
ECHO_REQ, ECHO_REPLY = 9, 10
MAGIC = b"\x05\x06\x01\x02\x03\x04"


def fcs(data: bytes) -> int:
    """The check sequence of a frame (RFC 1662, C.2)."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value ^ 0xFFFF


def frame(protocol: int, payload: bytes) -> bytes:
    """One HDLC-like frame, everything escaped that may be."""
    data = b"\xff\x03" + struct.pack(">H", protocol) + payload
    data += struct.pack("<H", fcs(data))
    stuffed = b"".join(
        bytes((0x7D, byte ^ 0x20)) if byte < 0x20 or byte in (0x7D, 0x7E) else bytes((byte,))
        for byte in data
    )
    return b"~" + stuffed + b"~"


class PppClient:
    """Speaks over `read(timeout)` and `write(data)`."""

    def __init__(self, read: Callable[[float], bytes], write: Callable[[bytes], object]) -> None:
        self._read = read
        self._write = write
        self._buffer = b""
        self._ident = 0
        self._peer_open = False  # its LCP request has been acknowledged
        self.address = "0.0.0.0"
        self.dns: str | None = None
        self.demanded: int | None = None  # the authentication protocol of the server

    def send(self, protocol: int, code: int, data: bytes, ident: int | None = None) -> int:
        """Sends a control packet; its identifier."""
        if ident is None:
            self._ident += 1
            ident = self._ident
        self._write(frame(protocol, struct.pack(">BBH", code, ident, 4 + len(data)) + data))
        return ident

    def receive(self, timeout: float = 5.0) -> tuple[int, bytes] | None:
        """Protocol and payload of the next frame that is whole, or None."""
        deadline = time.monotonic() + timeout
        while True:
            while b"~" in self._buffer:
                raw, _, self._buffer = self._buffer.partition(b"~")
                found = self._unpack(raw)
                if found is not None:
                    return found
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self._buffer += self._read(left)

    def rest(self) -> bytes:
        """What was read and does not belong to a frame."""
        rest, self._buffer = self._buffer, b""
        return rest

    @staticmethod
    def _unpack(raw: bytes) -> tuple[int, bytes] | None:
        data, escaped = bytearray(), False
        for byte in raw:
            if byte == 0x7D:
                escaped = True
            else:
                data.append(byte ^ 0x20 if escaped else byte)
                escaped = False
        if len(data) < 6 or fcs(data[:-2]) != struct.unpack("<H", data[-2:])[0]:
            return None
        if data[:2] == b"\xff\x03":
            del data[:2]
        size = 1 if data[0] & 1 else 2  # the protocol may be compressed
        return int.from_bytes(data[:size], "big"), bytes(data[size:-2])

    def expect(self, protocol: int, *codes: int) -> tuple[int, int, bytes]:
        """The next control packet of these: code, identifier, data; requests are answered."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            got = self.receive(deadline - time.monotonic())
            if got is None:
                break
            code, ident, length = struct.unpack(">BBH", got[1][:4])
            data = got[1][4:length]
            if got[0] == LCP and code == CONF_REQ:
                self._note_auth(data)
                self.send(LCP, CONF_ACK, data, ident)
                self._peer_open = True
            elif got[0] == IPCP and code == CONF_REQ:
                self.send(IPCP, CONF_ACK, data, ident)
            if got[0] == protocol and code in codes:
                return code, ident, data
        raise AssertionError(f"no packet of protocol {protocol:#x} with code {codes}")

    def _note_auth(self, options: bytes) -> None:
        while len(options) >= 2 and options[1] >= 2:
            if options[0] == 3:
                self.demanded = struct.unpack(">H", options[2:4])[0]
            options = options[options[1] :]

    def open(self, user: str = "", password: str = "") -> bool:
        """LCP, authentication if it is demanded, IPCP. False when the password is refused."""
        self.send(LCP, CONF_REQ, MAGIC)
        self.expect(LCP, CONF_ACK)
        if not self._peer_open:
            self.expect(LCP, CONF_REQ)
        if self.demanded == PAP and not self._pap(user, password):
            return False
        if self.demanded == CHAP and not self._chap(user, password):
            return False
        self._ipcp()
        return True

    def _pap(self, user: str, password: str) -> bool:
        words = [word.encode() for word in (user, password)]
        self.send(PAP, 1, b"".join(bytes((len(word),)) + word for word in words))
        return self.expect(PAP, 2, 3)[0] == 2

    def _chap(self, user: str, password: str) -> bool:
        _, ident, data = self.expect(CHAP, 1)
        challenge = data[1 : 1 + data[0]]
        digest = hashlib.md5(bytes((ident,)) + password.encode() + challenge).digest()
        self.send(CHAP, 2, bytes((16,)) + digest + user.encode(), ident)
        return self.expect(CHAP, 3, 4)[0] == 3

    def _ipcp(self) -> None:
        wanted = {3: b"\0\0\0\0", 129: b"\0\0\0\0"}
        for _ in range(6):
            options = b"".join(bytes((kind, 6)) + value for kind, value in wanted.items())
            self.send(IPCP, CONF_REQ, options)
            code, _, data = self.expect(IPCP, CONF_ACK, CONF_NAK, CONF_REJ)
            if code == CONF_ACK:
                break
            while len(data) >= 6:
                if code == CONF_REJ:
                    wanted.pop(data[0])
                else:
                    wanted[data[0]] = data[2:6]
                data = data[data[1] :]
        self.address = socket.inet_ntoa(wanted[3])
        self.dns = socket.inet_ntoa(wanted[129]) if 129 in wanted else None

    def send_ip(self, packet: bytes) -> None:
        """Sends an IPv4 packet."""
        self._write(frame(IP, packet))

    def receive_ip(self, timeout: float = 5.0) -> bytes | None:
        """The next IPv4 packet, or None."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            got = self.receive(left)
            if got is not None and got[0] == IP:
                return got[1]
        return None
