# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Servers that misbehave, each in one way."""

from __future__ import annotations

import contextlib
import random
import socket
import ssl
import struct
import time
from collections.abc import Callable

from .certificates import Certificates, KeyPair
from .errors import BenchError
from .kept import Kept
from .mqtt_client import read_packet
from .tcp_server import TcpServer

_CONNACK_ACCEPTED = b"\x20\x02\x00\x00"
_CONNACK_UNAVAILABLE = b"\x20\x02\x00\x03"
_CONNACK_NOT_AUTHORISED = b"\x20\x02\x00\x05"
_PINGRESP = b"\xd0\x00"
_SUBACK_GRANTED, _SUBACK_REFUSED = 0x01, 0x80
# A fatal alert, handshake_failure (RFC 5246, 7.2), and the beginning of a ServerHello (7.4.1.3)
# whose length field says 90 bytes.
_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
_HALF_HELLO = b"\x16\x03\x03\x00\x5a\x02\x00\x00\x56\x03\x03" + bytes(16)
_NOISE_BYTES = 65536
_ID_AT = 43  # the length of a ClientHello's session ID, from the begin of its record (7.4.1.2)
_LATE_S = 0.7
_SEEN_MAX = 1000  # clients, whose names and offers are kept
_RECEIVED_MAX = 1 << 20  # bytes


class Peer(TcpServer):
    """A TCP server on `listen` that misbehaves in the way of `kind`. Boards use the name in its
    certificate.

    good            a good broker, for one connection
    session-id      the same for any number, without tickets: it keeps sessions by their ID
    cut-session     the same, with tickets, but resets at a ClientHello that offers a session
    full            its queue is full: no SYN is answered until accept(), then a good broker
    mute-tcp        accepts and never speaks
    mute-mqtt       TLS is fine, then silence
    connack-3       TLS, then CONNACK 3, server unavailable
    connack-5       TLS, then CONNACK 5, not authorised
    refuse          TLS, then CONNACK 5, and closes at once, as brokers do
    farewell        a good broker until a client subscribes: a message for each topic filter, and
                    right behind it the end of TLS, while TCP stays
    half-connack    TLS, then the first two bytes of a CONNACK, then silence
    suback-80       a good broker for one client, but refuses every subscription
    close-subscribe a good broker for one client, but `hold_s` after a SUBSCRIBE it closes
    close-plain     the same without TLS
    close-poison    the same, but closes only at a message whose topic ends in "poison"
    pingresp        TLS, then PINGRESP instead of CONNACK
    close-mqtt      TLS, then closes after what the client says first
    late-mqtt       TLS, and a good CONNACK 0.7 s late
    noise-64k       TLS, then 64 KB of noise, then silence
    noise-tcp       64 KB of noise instead of TLS
    late-tls        begins TLS 0.7 s late, then a good CONNACK
    alert-tls       refuses the client's offer by an alert
    half-tls        sends a third of its ServerHello, then silence
    close-tls       closes after the ClientHello
    other-host      a good broker with the certificate of another host
    expired         a good broker with a certificate that expired yesterday
    young           a good broker with a certificate that is valid in five days
    young-other     the same with one for another host
    reset           accepts, then resets the connection
    close           accepts, then closes it

    `accepted` counts connections, `names` has what each client called the server in TLS (None:
    nothing), `offers` whether it offered a session to resume. `received` holds what clients
    sent last, once TLS is done, of suback-80 what they published in all, up to 1 MiB.
    Of names and offers the last some hundred are kept. `hold_s` is 0 unless it is set.
    """

    def __init__(
        self, kind: str, certificates: Certificates, seed: int = 0, listen: str = "127.0.0.1"
    ) -> None:
        behaviours = self._behaviours(certificates)
        if kind not in behaviours:
            raise BenchError(f"{kind}: the kinds of peer are {', '.join(behaviours)}")
        self.kind = kind
        self.host = certificates.host
        self._begins_late_s = _LATE_S if kind == "late-tls" else 0.0
        self.hold_s = 0.0
        self.received = b""
        self.names: Kept[str | None] = Kept(_SEEN_MAX)
        self.offers: Kept[bool] = Kept(_SEEN_MAX)
        self._random = random.Random(seed)
        pair, self._behave = behaviours[kind]
        self._good = (certificates.broker, self._answer(_CONNACK_ACCEPTED))
        self._context = None if pair is None else self._make_context(pair)
        self._first: socket.socket | None = None
        full = kind == "full"
        super().__init__(f"peer {kind}", listen, backlog=0 if full else 64)
        if full:
            # Linux queues one connection even with a backlog of 0.
            self._first = socket.create_connection((listen, self.port))
        else:
            self.start()

    def _behaviours(
        self, certificates: Certificates
    ) -> dict[str, tuple[KeyPair | None, Callable[[socket.socket], object]]]:
        """By kind: what it is in TLS (None: without TLS), and what it does with a client."""
        return {
            "good": (certificates.broker, self._answer(_CONNACK_ACCEPTED)),
            "full": (certificates.broker, self._answer(_CONNACK_ACCEPTED)),
            "session-id": (certificates.broker, self._answer(_CONNACK_ACCEPTED)),
            "cut-session": (certificates.broker, self._answer(_CONNACK_ACCEPTED)),
            "mute-tcp": (None, self._silence),
            "mute-mqtt": (certificates.broker, self._silence),
            "connack-3": (certificates.broker, self._answer(_CONNACK_UNAVAILABLE)),
            "connack-5": (certificates.broker, self._answer(_CONNACK_NOT_AUTHORISED)),
            "refuse": (certificates.broker, self._refuse),
            "farewell": (certificates.broker, self._farewell),
            "half-connack": (certificates.broker, self._answer(_CONNACK_ACCEPTED[:2])),
            "suback-80": (certificates.broker, self._refuse_subscriptions),
            "close-subscribe": (certificates.broker, self._drop),
            "close-plain": (None, self._drop),
            "close-poison": (certificates.broker, self._drop),
            "pingresp": (certificates.broker, self._answer(_PINGRESP)),
            "close-mqtt": (certificates.broker, self._read),
            "late-mqtt": (certificates.broker, self._answer(_CONNACK_ACCEPTED, _LATE_S)),
            "late-tls": (certificates.broker, self._answer(_CONNACK_ACCEPTED)),
            "alert-tls": (None, self._answer(_ALERT)),
            "half-tls": (None, self._answer(_HALF_HELLO)),
            "close-tls": (None, self._read),
            "noise-64k": (certificates.broker, self._noise),
            "noise-tcp": (None, self._noise),
            "other-host": (certificates.other_host, self._answer(_CONNACK_ACCEPTED)),
            "expired": (certificates.expired, self._answer(_CONNACK_ACCEPTED)),
            "young": (certificates.young, self._answer(_CONNACK_ACCEPTED)),
            "young-other": (certificates.young_other_host, self._answer(_CONNACK_ACCEPTED)),
            "reset": (None, self._reset),
            "close": (None, lambda _: None),
        }

    @property
    def url(self) -> str:
        """As boards reach it, with TLS."""
        return f"mqtts://{self.host}:{self.port}"

    @property
    def plain_url(self) -> str:
        """As boards reach it, without TLS."""
        return f"mqtt://{self.host}:{self.port}"

    def accept(self) -> None:
        """A full server accepts connections from now on. Linux sends an unanswered SYN again after
        1 s, then after 2 s more, and so on."""
        if self._first is not None:
            self._first.close()
            self._first = None
            self.start()

    def _make_context(self, pair: KeyPair) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        if self.kind == "session-id":
            context.options |= ssl.OP_NO_TICKET
        context.sni_callback = lambda _, name, __: self.names.append(name)
        return context

    def mend(self) -> None:
        """The next connections find a good broker, as after its restart."""
        pair, self._behave = self._good
        self._context = self._make_context(pair)
        self._begins_late_s = 0.0

    def present(self, pair: KeyPair, known: bool = False) -> None:
        """The next connections find this certificate. `known`: sessions from before can still be
        resumed; else, as after a restart, not."""
        if known:
            assert self._context is not None
            self._context.load_cert_chain(pair.certificate, pair.key)
        else:
            self._context = self._make_context(pair)

    def serve(self, raw: socket.socket) -> None:
        """Does what its kind does, over TLS unless it is a kind without."""
        time.sleep(self._begins_late_s)
        if self._context is None:
            self._behave(raw)
            return
        hello = raw.recv(_ID_AT + 1, socket.MSG_PEEK | socket.MSG_WAITALL)
        self.offers.append(hello[_ID_AT:] not in (b"", b"\0"))
        if self.kind == "cut-session" and self.offers[-1]:
            self._reset(raw)
            return
        # The raw socket stays open, so that close() can end what waits on it.
        with self._context.wrap_socket(raw.dup(), server_side=True) as connection:
            self._behave(connection)
            if self.kind == "session-id":
                self._end_tls(connection)  # OpenSSL forgets sessions that end in another way

    def _read(self, connection: socket.socket) -> bool:
        """Reads the next bytes; False at the end of the connection."""
        self.received = connection.recv(4096)
        return self.received != b""

    def _silence(self, connection: socket.socket) -> None:
        while self._read(connection):
            pass

    def _answer(self, answer: bytes, late_s: float = 0.0) -> Callable[[socket.socket], None]:
        def behave(connection: socket.socket) -> None:
            if self._read(connection):
                time.sleep(late_s)
                connection.sendall(answer)
            while connection.recv(4096):
                pass

        return behave

    def _refuse(self, connection: socket.socket) -> None:
        if self._read(connection):
            connection.sendall(_CONNACK_NOT_AUTHORISED)
            self._end_tls(connection)

    def _farewell(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            read_packet(stream)
            connection.sendall(_CONNACK_ACCEPTED)
            _, body = read_packet(stream)
            topic = body[4 : 4 + int.from_bytes(body[2:4], "big")].replace(b"#", b"farewell")
            message = bytes([0, len(topic)]) + topic + b'"bye"'
            connection.sendall(b"\x30" + bytes([len(message)]) + message)
        self._end_tls(connection)
        while not self._closing:
            time.sleep(0.02)

    def _end_tls(self, connection: socket.socket) -> None:
        """Sends close_notify and does not wait for the other's. More of the client's data is an
        error to OpenSSL then; closed with that unread, TCP would answer with RST."""
        assert isinstance(connection, ssl.SSLSocket)
        connection.setblocking(False)
        with contextlib.suppress(ssl.SSLError):
            connection.unwrap()

    def _refuse_subscriptions(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            while True:
                kind, body = read_packet(stream)
                if kind & 0xF0 == 0x30:
                    # Before the client knows that the server is here.
                    self.received = (self.received + body)[-_RECEIVED_MAX:]
                _reply(connection, kind, body, _SUBACK_REFUSED)

    def _drop(self, connection: socket.socket) -> None:
        poison = self.kind == "close-poison"
        with connection.makefile("rb") as stream:
            while True:
                kind, body = read_packet(stream)
                if poison and kind & 0xF0 == 0x30 and _topic(body).endswith(b"poison"):
                    return
                if not poison and kind == 0x82:
                    time.sleep(self.hold_s)
                    return
                _reply(connection, kind, body, _SUBACK_GRANTED)

    def _noise(self, connection: socket.socket) -> None:
        connection.sendall(self._random.randbytes(_NOISE_BYTES))
        self._silence(connection)

    def _reset(self, connection: socket.socket) -> None:
        # A linger time of 0 makes close() send RST.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self) -> None:
        """Ends the server and all its connections."""
        self.accept()
        super().close()


def _topic(body: bytes) -> bytes:
    return body[2 : 2 + int.from_bytes(body[:2], "big")]


def _reply(connection: socket.socket, kind: int, body: bytes, granted: int) -> None:
    """A good broker's answer to a packet, without the return codes of a subscription."""
    if kind == 0x10:
        connection.sendall(_CONNACK_ACCEPTED)
    elif kind == 0x82:
        connection.sendall(b"\x90\x03" + body[:2] + bytes([granted]))
    elif kind == 0xC0:
        connection.sendall(_PINGRESP)
    elif kind & 0xF2 == 0x32:
        end = 2 + len(_topic(body))
        connection.sendall(b"\x40\x02" + body[end : end + 2])
