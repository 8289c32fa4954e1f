# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The network interface of a board, in Python: speaks netsim's wire protocol frame by frame.

Just enough Ethernet, ARP, DHCP, UDP and TCP to see from a board's side what the bench does.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from dataclasses import dataclass

BROADCAST = b"\xff" * 6
LIMIT_S = 20.0  # of what takes a few milliseconds; machines may be slow


def checksum(data: bytes) -> int:
    """Internet checksum (RFC 1071) of data."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source: str, to: str, protocol: int, payload: bytes) -> bytes:
    """An IPv4 packet without options."""
    head = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0,
        socket.inet_aton(source), socket.inet_aton(to),
    )  # fmt: skip
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


@dataclass
class Datagram:
    """A UDP datagram that reached the board."""

    source: str
    source_port: int
    port: int
    payload: bytes


@dataclass
class Segment:
    """A TCP segment that reached the board."""

    source: str
    source_port: int
    port: int
    sequence: int
    flags: int
    payload: bytes


SYN, RST, ACK = 0x02, 0x04, 0x10


class FakeBoard:
    """One interface of a board ("wifi", "eth" or "gpio") connected to netsim at `path`."""

    def __init__(
        self, path: os.PathLike[str], kind: str = "wifi", mac: str = "240ac4000001"
    ) -> None:
        self.mac = bytes.fromhex(mac)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.connect(os.fspath(path))
        self.send("H", f"{kind} {mac}".encode())
        self.address = "0.0.0.0"
        self.gateway_mac = BROADCAST
        self.pending: list[bytes] = []
        self.refused_by = b""  # BSSID of the access point that has said no, or was left

    def __enter__(self) -> FakeBoard:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Power loss."""
        self.socket.close()

    def send(self, kind: str, payload: bytes = b"") -> None:
        """Sends one message."""
        self.socket.settimeout(LIMIT_S)  # receive() leaves a short one
        self.socket.send(kind.encode() + payload)

    def receive(self, timeout: float) -> bytes | None:
        """The next message, type byte first, or None after `timeout` seconds; b"" at the end."""
        self.socket.settimeout(max(timeout, 0.001))
        try:
            return self.socket.recv(2048)
        except TimeoutError:
            return None
        except ConnectionResetError:
            return b""

    def expect(self, kinds: str, timeout: float = LIMIT_S) -> bytes:
        """The next message whose type is one of `kinds`; frames are kept for later."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            message = self.receive(left)
            if message == b"":
                raise AssertionError("netsim closed the connection")
            if message and message[:1] in kinds.encode():
                if message[:1] == b"D":
                    self.refused_by, message = message[2:], message[:2]
                return message
            if message and message[:1] == b"F":
                self.pending.append(message[1:])
            elif message:
                raise AssertionError(f"{message!r} instead of one of {kinds}")
        raise AssertionError(f"no message of type {kinds} within {timeout} s")

    def silent_for(self, seconds: float) -> bool:
        """True when nothing but silence comes for `seconds`."""
        return not self.pending and self.receive(seconds) is None

    def join(self, ssid: str, key: str = "", bssid: bytes = b"") -> bytes:
        """Joins a Wi-Fi network, or one access point of it; the answer, U... or D and a reason."""
        self.send("B" if bssid else "J", bssid + ssid.encode() + b"\0" + key.encode())
        return self.expect("UD")

    def scan(self, ssid: str = "") -> dict[bytes, tuple[str, int, int, int]]:
        """What is on the air, all or one network: SSID, channel, RSSI, authentication by BSSID."""
        self.send("S", ssid.encode())
        found = {}
        while (record := self.expect("AE")) != b"E":
            found[record[1:7]] = (record[10:].decode(), record[7], record[8] - 256, record[9])
        return found

    def frame(self, ethertype: int, payload: bytes, to: bytes | None = None) -> None:
        """Sends an Ethernet frame, to the gateway unless `to` says otherwise."""
        head = (to or self.gateway_mac) + self.mac + struct.pack(">H", ethertype)
        self.send("F", head + payload)

    def receive_frame(self, timeout: float) -> bytes | None:
        """The next Ethernet frame, or None."""
        if self.pending:
            return self.pending.pop(0)
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            message = self.receive(left)
            if message and message[:1] == b"F":
                return message[1:]
        return None

    def udp(self, to: str, port: int, payload: bytes, source_port: int, sum_it: bool = True):
        """Sends a UDP datagram."""
        head = struct.pack(">HHHH", source_port, port, 8 + len(payload), 0)
        total = 0
        if sum_it:
            addresses = socket.inet_aton(self.address) + socket.inet_aton(to)
            pseudo = addresses + struct.pack(">HH", 17, 8 + len(payload))
            total = checksum(pseudo + head + payload) or 0xFFFF
        packet = head[:6] + struct.pack(">H", total) + payload
        mac = BROADCAST if to == "255.255.255.255" else None
        self.frame(0x0800, ipv4(self.address, to, 17, packet), mac)

    def receive_ip(self, protocol: int, timeout: float) -> tuple[str, bytes] | None:
        """Source and payload of the next IPv4 packet of this protocol; answers ARP meanwhile."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            frame = self.receive_frame(left)
            if frame is None:
                return None
            if frame[12:14] == b"\x08\x06":
                self.answer_arp(frame)
            elif frame[12:14] == b"\x08\x00" and frame[23] == protocol:
                total = struct.unpack(">H", frame[16:18])[0]
                assert checksum(frame[14:34]) == 0, "wrong IPv4 header checksum"
                return socket.inet_ntoa(frame[26:30]), frame[34 : 14 + total]
        return None

    def receive_udp(self, port: int | None, timeout: float = LIMIT_S) -> Datagram | None:
        """The next datagram to `port`, None for any port; or None after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            got = self.receive_ip(17, left)
            if got is None:
                return None
            source_port, to_port, length = struct.unpack(">HHH", got[1][:6])
            if port in (None, to_port):
                return Datagram(got[0], source_port, to_port, got[1][8:length])
        return None

    def arp(self, to: str, timeout: float = LIMIT_S) -> bytes | None:
        """The MAC address behind `to`, or None."""
        mine = self.mac + socket.inet_aton(self.address)
        target = b"\0" * 6 + socket.inet_aton(to)
        head = struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1)
        self.frame(0x0806, head + mine + target, BROADCAST)
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            frame = self.receive_frame(left)
            if frame is None:
                return None
            if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\x02":
                return frame[22:28]
        return None

    def answer_arp(self, frame: bytes) -> None:
        """Answers an ARP request for our address."""
        if frame[20:22] == b"\0\x01" and frame[38:42] == socket.inet_aton(self.address):
            head = struct.pack(">HHBBH", 1, 0x0800, 6, 4, 2)
            self.frame(0x0806, head + self.mac + frame[38:42] + frame[22:32], frame[22:28])

    def dhcp(self, timeout: float = LIMIT_S) -> str | None:
        """Gets a lease (DISCOVER, OFFER, REQUEST, ACK); the address or None."""
        offer = self._dhcp_exchange(b"\x35\x01\x01", timeout)
        if offer is None:
            return None
        server = socket.inet_aton(offer[: offer.rindex(".")] + ".2")
        options = b"\x35\x01\x03\x32\x04" + socket.inet_aton(offer) + b"\x36\x04" + server
        address = self._dhcp_exchange(options, timeout)
        if address is not None:
            self.address = address
            self.gateway_mac = self.arp(address[: address.rindex(".")] + ".2") or BROADCAST
        return address

    def _dhcp_exchange(self, options: bytes, timeout: float) -> str | None:
        transaction = b"conn"
        head = struct.pack(">BBBB", 1, 1, 6, 0) + transaction + b"\0" * 20 + self.mac
        request = head.ljust(236, b"\0") + b"\x63\x82\x53\x63" + options + b"\xff"
        self.udp("255.255.255.255", 67, request, 68)
        answer = self.receive_udp(68, timeout)
        if answer is None or answer.payload[4:8] != transaction:
            return None
        return socket.inet_ntoa(answer.payload[16:20])

    def tcp(self, to: str, port: int, source_port: int, sequence: int, acknowledge: int,
            flags: int, payload: bytes = b"") -> None:  # fmt: skip
        """Sends a TCP segment without options."""
        head = struct.pack(
            ">HHIIBBHHH", source_port, port, sequence, acknowledge, 0x50, flags, 8192, 0, 0
        )
        addresses = socket.inet_aton(self.address) + socket.inet_aton(to)
        pseudo = addresses + struct.pack(">HH", 6, 20 + len(payload))
        total = checksum(pseudo + head + payload)
        packet = head[:16] + struct.pack(">H", total) + head[18:] + payload
        self.frame(0x0800, ipv4(self.address, to, 6, packet))

    def receive_tcp(self, port: int, timeout: float = LIMIT_S) -> Segment | None:
        """The next segment to our `port`, or None."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            got = self.receive_ip(6, left)
            if got is None:
                return None
            head = struct.unpack(">HHIIBB", got[1][:14])
            if head[1] == port:
                return Segment(
                    got[0], head[0], port, head[2], head[5], got[1][head[4] // 16 * 4 :]
                )
        return None

    def connect(self, to: str, port: int, source_port: int = 50000) -> tuple[int, int] | None:
        """Opens a TCP connection: our and the peer's next sequence number, None when refused.

        Raises AssertionError when nothing answers.
        """
        self.tcp(to, port, source_port, 1000, 0, SYN)
        answer = self.receive_tcp(source_port)
        assert answer is not None, "no answer to SYN"
        if answer.flags & RST:
            return None
        self.tcp(to, port, source_port, 1001, answer.sequence + 1, ACK)
        return 1001, answer.sequence + 1
