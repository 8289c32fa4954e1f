# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A small MQTT client, 3.1.1 and 5.0, to watch a broker with and to publish."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Callable
from typing import BinaryIO

from .errors import BenchError

_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _SUBSCRIBE, _SUBACK = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90
_PINGREQ, _PINGRESP = 0xC0, 0xD0
_RETAIN_AS_PUBLISHED = 0x08  # MQTT 5.0 section 3.8.3.1

OnMessage = Callable[[str, bytes, bool], None]


def _varint(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = divmod(value, 128)
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack(">H", len(raw)) + raw


def _skip_properties(data: bytes) -> bytes:
    length = shift = used = 0
    while True:
        byte = data[used]
        length |= (byte & 0x7F) << shift
        used, shift = used + 1, shift + 7
        if byte < 0x80:
            return data[used + length :]


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if data is None or len(data) < length:
        raise BenchError("has closed the connection")
    return data


def read_packet(stream: BinaryIO) -> tuple[int, bytes]:
    """The first byte of the next MQTT packet and what follows its length. Raises BenchError."""
    kind = _exactly(stream, 1)[0]
    length = shift = 0
    while True:
        byte = _exactly(stream, 1)[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return kind, _exactly(stream, length)
        if shift > 21:
            raise BenchError("remaining length of more than 4 bytes")


class MqttClient:
    """Connects over the open socket `connection`, which is its own from then on.

    version: 4 for MQTT 3.1.1, 5 for 5.0. `on_message(topic, payload, retained)` runs in the
    client's thread. Raises BenchError when the broker does not accept within `timeout` s.
    client_id: by default an ID of its own.
    `granted` is the last answer to a subscription: a QoS, or 0x80 for a refusal.
    """

    def __init__(
        self,
        connection: socket.socket,
        version: int = 4,
        credentials: tuple[str, str] | None = None,
        on_message: OnMessage | None = None,
        timeout: float = 5.0,
        client_id: str | None = None,
    ) -> None:
        self._connection = connection
        self._client_id = client_id or "bench-" + os.urandom(6).hex()
        self._version = version
        self._on_message = on_message
        self._timeout = timeout
        self._lock = threading.Lock()
        self._acknowledged = threading.Condition()
        self._waiting: set[int] = set()
        self._pings = self._pongs = 0  # since the start: PINGRESP has no number, but an order
        self._packet_id = 0
        self._closed = False
        self.granted = -1
        connection.settimeout(timeout)
        self._in = connection.makefile("rb")
        try:
            self._connect(credentials)
        except (OSError, BenchError) as error:
            self._in.close()
            connection.close()
            raise BenchError(f"MQTT broker: {error}") from error
        connection.settimeout(None)
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        self._thread.start()

    @property
    def closed(self) -> bool:
        """Whether the connection has ended."""
        return self._closed

    def _properties(self) -> bytes:
        return b"\0" if self._version == 5 else b""

    def _connect(self, credentials: tuple[str, str] | None) -> None:
        flags = 0x02 | (0xC0 if credentials else 0)  # clean session, user name and password
        body = _text("MQTT") + bytes([self._version, flags, 0, 0]) + self._properties()
        body += _text(self._client_id)
        for word in credentials or ():
            body += _text(word)
        self._send(_CONNECT, body)
        kind, answer = read_packet(self._in)
        if kind != _CONNACK or len(answer) < 2 or answer[1] != 0:
            raise BenchError(f"no CONNACK 0, but type {kind:#x}, {answer[:4].hex()}")

    def _send(self, kind: int, body: bytes) -> None:
        with self._lock:
            self._connection.sendall(bytes([kind]) + _varint(len(body)) + body)

    def _acknowledge(self, kind: int, number: int, body: bytes) -> None:
        """Sends a packet and waits for the acknowledgement of `number`."""
        with self._acknowledged:
            self._waiting.add(number)
            try:
                self._send_and_wait(kind, body, lambda: number not in self._waiting)
            finally:
                self._waiting.discard(number)

    def _send_and_wait(self, kind: int, body: bytes, done: Callable[[], bool]) -> None:
        """With the lock of the acknowledgements."""
        try:
            self._send(kind, body)
        except OSError as error:
            raise BenchError(f"MQTT broker: {error}") from error
        self._acknowledged.wait_for(lambda: done() or self._closed, self._timeout)
        if done():
            return
        if self._closed:
            raise BenchError("MQTT broker: has closed the connection")
        raise BenchError(f"MQTT broker: no acknowledgement within {self._timeout} s")

    def _next_id(self) -> int:
        self._packet_id = self._packet_id % 0xFFFF + 1
        return self._packet_id

    def subscribe(self, topic: str) -> None:
        """Subscribes; returns when the broker has confirmed it."""
        number = self._next_id()
        options = _RETAIN_AS_PUBLISHED if self._version == 5 else 0
        head = struct.pack(">H", number) + self._properties()
        self._acknowledge(_SUBSCRIBE, number, head + _text(topic) + bytes([options]))

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Publishes with QoS 1; returns when the broker has it."""
        number = self._next_id()
        head = _text(topic) + struct.pack(">H", number) + self._properties()
        self._acknowledge(_PUBLISH | 0x02 | int(retain), number, head + payload)

    def ping(self) -> None:
        """Returns when the broker has answered. Raises BenchError when it does not."""
        with self._acknowledged:
            self._pings += 1
            number = self._pings
            self._send_and_wait(_PINGREQ, b"", lambda: self._pongs >= number)

    def _run(self) -> None:
        try:
            while True:
                kind, body = read_packet(self._in)
                if kind & 0xF0 == _PUBLISH:
                    self._received(kind, body)
                elif kind in (_PUBACK, _SUBACK, _PINGRESP):
                    with self._acknowledged:
                        self._answered(kind, body)
                        self._acknowledged.notify_all()
        except (OSError, BenchError, ValueError, IndexError):
            pass  # closed, by us or by the broker
        with self._acknowledged:
            self._closed = True
            self._acknowledged.notify_all()

    def _answered(self, kind: int, body: bytes) -> None:
        if kind == _PINGRESP:
            self._pongs += 1
            return
        number = int.from_bytes(body[:2], "big")
        if kind == _SUBACK and number in self._waiting:  # not late
            self.granted = body[-1]
        self._waiting.discard(number)

    def _received(self, kind: int, body: bytes) -> None:
        length = int.from_bytes(body[:2], "big")
        topic, rest = body[2 : 2 + length].decode(), body[2 + length :]
        if kind & 0x06:  # never asked for, but a broker's bug must not shift the payload
            rest = rest[2:]
        if self._version == 5:
            rest = _skip_properties(rest)
        if self._on_message is not None:
            self._on_message(topic, rest, bool(kind & 1))

    def drain(self) -> None:
        """Returns when the broker has closed the connection and all before that was read."""
        self._thread.join(self._timeout)

    def close(self) -> None:
        """Closes the connection."""
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # closed by the broker
        self._thread.join(self._timeout)
        self._in.close()
        self._connection.close()
