# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The MQTT client with arbitrary bytes: the same result in every split, bounded memory."""

from connectwith.session import mqtt as protocol
from targets.choices import Choices

WHOLE = 256  # an inbox
ACKS = 40


class Run:
    """One session, and all of its results that its owner can read."""

    def __init__(self, longest: int, connected: bool, messages: int) -> None:
        self.seen = []
        self.refused = []
        self.acked = []
        self.error = ""
        self.client = protocol.Client(self._message, longest)
        self._tx_bytes = len(self.client._tx)
        self.longest = max(longest, WHOLE)
        self.client.connect(b"id", b"user", b"S3cret", b"t/status", b'"offline"')
        self._drain()
        if connected:
            self.feed(b"\x20\x02\x00\x00", WHOLE)
            assert self.client.state == protocol.READY
            for _ in range(messages):
                self.client.publish(b"t", b"x", self.client.reserve())
                self._drain()

    def _message(self, topic, payload):
        if topic is None:
            self.refused.append(payload)
            return
        assert topic and not set(topic) & set(b"#+\0")
        assert len(topic) + len(payload or b"") <= self.longest
        payload = None if payload is None else bytes(payload)
        self.seen.append((topic, payload, self.client.retained))

    def _drain(self):
        client = self.client
        wire = b""
        while not client.idle():
            client.written = client.out_n
            wire += bytes(client.out[: client.written])
            client.sent(0)
        return wire

    def _answer(self):
        while self.client.answer():
            frame = self._drain()
            assert len(frame) == 4 and frame[:2] == b"\x40\x02" and frame[2:] != b"\0\0"
            self.acked.append(frame[2:])

    def feed(self, data: bytes, size: int) -> None:
        """Delivers bytes in pieces, and sends acknowledgements after each piece."""
        client = self.client
        for at in range(0, len(data), size):
            piece = data[at : at + size]
            client.inbox[: len(piece)] = piece
            client.inbox_n = len(piece)
            try:
                client.received(0)
            except protocol.ProtocolError as error:
                self.error = str(error)
                assert self.error and "S3cret" not in self.error
                break
            assert client.inbox_n == client._parsed == 0
            assert len(client._body) <= self.longest and len(client._tx) == self._tx_bytes
            assert 0 <= client._n_acks <= ACKS == len(client._acks)
            self._answer()

    def outcome(self):
        """The results that must not depend on the split of the bytes."""
        client = self.client
        return (self.seen, client.state, client.refusal, client.unacked, self.refused,
                self.error)  # fmt: skip


def one(data: bytes) -> None:
    """Four bytes choose the sizes and whether CONNACK has come; the rest is what the server says.

    Splits of the whole inbox and of other sizes are compared.
    """
    choices = Choices(data)
    longest = choices.word() % 1024
    size = 1 + choices.byte() % WHOLE
    how = choices.byte()
    stream = choices.rest()
    runs = []
    for pieces in (WHOLE, size, 1):
        run = Run(longest, connected=bool(how & 1) or not how, messages=how % 5)
        run.feed(stream, pieces)
        runs.append(run)
    whole = runs[0].outcome()
    assert runs[1].outcome() == whole and runs[2].outcome() == whole
    if not runs[0].error:
        # Within one inbox the order is the client's own; none is lost and none is made up.
        assert sorted(runs[0].acked) == sorted(runs[1].acked) == sorted(runs[2].acked)
    client = runs[0].client
    client.reset()
    assert client.state == protocol._NEW and not client.unacked and client.idle()
