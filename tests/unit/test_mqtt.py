# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The MQTT client: known packets, every split, hostile bytes, partial writes, keepalive."""

import pytest
from connectwith.session import mqtt
from hypothesis import given
from hypothesis import strategies as st

CONNACK = b"\x20\x02\x00\x00"


def drain(client, chunk=10000, now=0):
    """What goes on the wire when every write takes at most `chunk` bytes."""
    wire = b""
    while not client.idle():
        client.written = min(chunk, client.out_n)
        wire += bytes(client.out[: client.written])
        client.sent(now)
    return wire


def receive(client, data, chunk=256, now=0):
    for at in range(0, len(data), chunk):
        piece = data[at : at + chunk]
        client.inbox[: len(piece)] = piece
        client.inbox_n = len(piece)
        client.received(now)


def connecting(*arguments, **named):
    """A client that has sent CONNECT."""
    client = mqtt.Client(*arguments, **named)
    client.connect(b"id", None, None, b"t/status", b'"offline"')
    drain(client)
    return client


def ready(on_message=None, **named):
    client = connecting(on_message, **named)
    receive(client, CONNACK)
    assert client.state == mqtt.READY
    return client


def test_connect_packet():
    client = mqtt.Client()
    client.connect(b"id", b"user", b"pass", b"w", b"gone")
    assert drain(client) == (
        b"\x10\x23\x00\x04MQTT\x04\xee\x00\x3c\x00\x02id\x00\x01w\x00\x04gone"
        b"\x00\x04user\x00\x04pass"
    )
    assert client.state == mqtt._CONNECTING


def test_connect_without_credentials():
    client = mqtt.Client()
    client.connect(b"id", None, b"ignored", b"w", b"")
    assert drain(client) == b"\x10\x13\x00\x04MQTT\x04\x2e\x00\x3c\x00\x02id\x00\x01w\x00\x00"


def test_connect_to_a_session_that_the_server_keeps():
    client = mqtt.Client()
    client.connect(b"id", None, None, b"w", b"", clean=False)
    assert drain(client) == b"\x10\x13\x00\x04MQTT\x04\x2c\x00\x3c\x00\x02id\x00\x01w\x00\x00"


def test_credentials_are_wiped():
    client = mqtt.Client()
    client.connect(b"id", b"user", b"S3cret", b"w", b"gone")
    drain(client)
    assert b"S3cret" in client._tx
    client.wipe()
    assert b"S3cret" not in client._tx


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1000])
def test_publish_in_pieces(chunk):
    client = ready()
    client.publish(b"a/b", b"hello", retain=True)
    assert drain(client, chunk) == b"\x31\x0a\x00\x03a/bhello"
    client.publish(b"a/b", b"x" * 5000, client.reserve())
    # 5 + 2 + 5000 = 5007 = 39 * 128 + 15
    assert drain(client, chunk) == b"\x32\x8f\x27\x00\x03a/b\x00\x01" + b"x" * 5000
    client.publish(b"a/b", b"")
    assert drain(client, chunk) == b"\x30\x05\x00\x03a/b"


def test_packet_ids_go_round_without_zero():
    client = ready()
    client._packet_id = 65534
    assert [client.reserve() for _ in range(3)] == [65535, 1, 2]


def test_packet_ids_of_messages_under_way_are_left_out():
    client = ready()
    assert [client.reserve() for _ in range(3)] == [1, 2, 3]
    receive(client, b"\x40\x02\x00\x02")
    client._packet_id = 65535
    assert [client.reserve(), client.next_id()] == [2, 4]


def test_subscribe_and_suback():
    refused = []
    client = ready(lambda topic, packet_id: refused.append((topic, packet_id)))
    assert client.subscribe(b"a/#", 1) == 1
    assert drain(client) == b"\x82\x08\x00\x01\x00\x03a/#\x01"
    for code in (b"\x00", b"\x01", b"\x02"):
        receive(client, b"\x90\x03\x00\x01" + code)
    assert refused == []
    receive(client, b"\x90\x03\x01\x02\x80")
    assert refused == [(None, 0x102)]
    receive(ready(), b"\x90\x03\x00\x01\x80")  # nobody wants to know


def test_disconnect_packet():
    client = ready()
    client.disconnect()
    assert drain(client) == b"\xe0\x00"


def test_one_frame_at_a_time():
    client = ready()
    client.publish(b"t", b"first")
    with pytest.raises(RuntimeError):
        client.publish(b"t", b"second")
    assert drain(client).endswith(b"first")


def test_what_does_not_fit_is_refused_before_it_is_begun():
    client = ready()
    for attempt in (
        lambda: client.publish(b"t" * 600, b""),
        lambda: client.subscribe(b"t" * 600),
    ):
        with pytest.raises(ValueError):
            attempt()
        assert client.idle()
    client.publish(b"t", b"")
    assert drain(client) == b"\x30\x03\x00\x01t"


@pytest.mark.parametrize(
    ("answer", "state", "refusal"),
    [(b"\x20\x02\x00\x05", mqtt.REFUSED, 5), (b"\x20\x02\x01\x05", mqtt.REFUSED, 5),
     (b"\x20\x02\xff\x05", mqtt.REFUSED, 5), (CONNACK[:3], mqtt._CONNECTING, 0),
     (b"\x20\x02\x01\x00", mqtt.READY, 0)],  # the broker has kept a session
)  # fmt: skip
def test_what_a_connack_means(answer, state, refusal):
    client = connecting()
    receive(client, answer)
    assert (client.state, client.refusal) == (state, refusal)


@pytest.mark.parametrize("size", [1, 200, 1500, 2048])
def test_long_credentials_and_nothing_of_them_stays(size):
    client = mqtt.Client()
    usual = client._tx
    client.connect(b"id", b"u" * size, b"p" * size, b"w", b"x")
    frame = client._tx
    sent = drain(client)
    assert sent.endswith(b"u" * size + bytes([size >> 8, size & 255]) + b"p" * size)
    client.wipe()
    assert not any(frame)
    assert client._tx is usual
    client.state = mqtt.READY
    client.publish(b"t", b"")
    assert drain(client) == b"\x30\x03\x00\x01t"


@pytest.mark.parametrize("topic_bytes", [252, 253, 254, 255, 256, 297, 1000, 8200, 65535])
@pytest.mark.parametrize("step", [1, 7, 256])
@pytest.mark.parametrize("longest", [256, 8192])
def test_a_long_topic_is_no_error(topic_bytes, step, longest):
    """Delivered if the whole message fits, else read past; acknowledged in any case."""
    seen = []
    client = ready(lambda topic, payload: seen.append((topic, payload)), longest=longest)
    topic = b"t" * topic_bytes
    body = bytes([topic_bytes >> 8, topic_bytes & 255]) + topic + b"\x12\x34" + b'"x"'
    length = bytearray()
    n = len(body)
    while True:
        length.append(n & 127 | (128 if n > 127 else 0))
        n >>= 7
        if not n:
            break
    receive(client, b"\x32" + bytes(length) + body + b"\xd0\x00", step)
    name, payload = seen[0]
    if len(body) <= longest:
        assert (name, bytes(payload)) == (topic, b'"x"')
    else:
        assert name == topic[:254] and payload is None
    assert client.acks_due() and client.answer()
    assert drain(client) == b"\x40\x02\x12\x34"


def test_acknowledgements():
    client = ready()
    first, second = client.reserve(), client.reserve()
    for packet_id in (first, second):
        client.publish(b"t", b"", packet_id)
        drain(client)
    receive(client, b"\x40\x02\x00\x07")  # of nothing that was ever sent
    assert client.unacked == [first, second]
    receive(client, b"\x40\x02\x00" + bytes([second]))
    receive(client, b"\x40\x02\x00" + bytes([second]))  # once more
    assert client.unacked == [first]
    client.reset()
    assert client.unacked == []


STREAM = (
    b"\x30\x07\x00\x03a/bhi"  # QoS 0
    b"\x32\x0b\x00\x03a/b\x12\x34four"  # QoS 1
    b"\xd0\x00"
    b"\x40\x02\x00\x05"
    b"\x3b\x06\x00\x01t\x00\x09!"  # duplicate, QoS 1, retained
)
MESSAGES = [(b"a/b", b"hi"), (b"a/b", b"four"), (b"t", b"!")]


@given(st.lists(st.integers(1, len(STREAM) - 1), unique=True).map(sorted))
def test_every_split_means_the_same(cuts):
    got = []
    client = ready(lambda topic, payload: got.append((topic, payload)))
    for start, end in zip([0, *cuts], [*cuts, len(STREAM)], strict=True):
        receive(client, STREAM[start:end])
    assert got == MESSAGES
    acks = set()
    while client.acks_due():
        assert client.tick(0)
        acks.add(drain(client))
    assert acks == {b"\x40\x02\x12\x34", b"\x40\x02\x00\x09"}


def test_one_byte_at_a_time():
    got = []
    client = connecting(lambda topic, payload: got.append((topic, payload)))
    receive(client, CONNACK + STREAM, 1)
    assert got == MESSAGES


@pytest.mark.parametrize("size", [255, 256, 257, 5000, 70000])
def test_too_long_messages_are_skipped_in_bounded_memory(size):
    got = []
    client = ready(lambda topic, payload: got.append(payload))
    body = b"\x00\x01t\x00\x01" + b"x" * (size - 5)
    length, encoded = size, b""
    while length:
        encoded += bytes([length & 127 | (128 if length > 127 else 0)])
        length >>= 7
    receive(client, b"\x32" + encoded + body + b"\x30\x04\x00\x01ty")
    assert got == [None if size > 256 else b"x" * (size - 5), b"y"]
    assert client.acks_due()  # a skipped message has arrived, as far as the server is concerned
    assert len(client._rx) == 256


@pytest.mark.parametrize("chunk", [1, 7, 256])
def test_long_messages_get_a_buffer_of_their_own(chunk):
    got = []
    client = connecting(lambda topic, payload: got.append((topic, payload)), longest=1000)
    body = b"\x00\x01t" + b"x" * 997
    receive(client, CONNACK + b"\x30\xe8\x07" + body, chunk)
    assert got == [(b"t", b"x" * 997)]
    receive(client, b"\x30\xe9\x07" + body + b"x" + b"\x31\x04\x00\x01ty", chunk)
    assert got[1:] == [(b"t", None), (b"t", b"y")] and client.retained
    assert type(got[2][1]) is bytes  # the buffer that it came in serves the next one, too


def test_message_that_there_is_no_memory_for_is_skipped(monkeypatch):
    got = []
    client = ready(lambda topic, payload: got.append((topic, payload)))
    client._longest = 1000

    def full(size):
        raise MemoryError

    monkeypatch.setattr(mqtt, "bytearray", full, raising=False)
    receive(client, b"\x30\xe8\x07\x00\x01t" + b"x" * 997 + b"\x30\x04\x00\x01ty")
    assert got == [(b"t", None), (b"t", b"y")]


def test_control_packets_go_before_messages():
    client = ready()
    client.keepalive(0)
    receive(client, b"\x32\x05\x00\x01t\x00\x09")
    client.publish(b"t", b"before")
    assert client.tick(60_000)
    drain(client, now=60_000)
    assert client.answer() and drain(client) == b"\xc0\x00"
    assert client.answer() and drain(client) == b"\x40\x02\x00\x09"
    assert not client.answer() and client.idle()


MALFORMED = {
    "reserved type": b"\x00\x00",
    "CONNECT from a server": b"\x10\x00",
    "second CONNACK": CONNACK,
    "QoS 3": b"\x36\x05\x00\x01t\x00\x01",
    "QoS 2": b"\x34\x05\x00\x01t\x00\x01",
    "length of five bytes": b"\x30\x80\x80\x80\x80\x01",
    "padded length": b"\x30\x83\x00\x00\x01t",
    "PUBACK of three": b"\x40\x03\x00\x01\x00",
    "PUBACK with flags": b"\x41\x02\x00\x01",
    "PINGRESP with a body": b"\xd0\x01\x00",
    "SUBACK with a bad code": b"\x90\x03\x00\x01\x03",
    "topic longer than the packet": b"\x30\x05\x00\x09topic"[:7],
    "empty topic": b"\x30\x03\x00\x00x",
    "wildcard in a topic": b"\x30\x05\x00\x03a/#",
    "NUL in a topic": b"\x30\x05\x00\x03a\x00b",
    "packet id 0": b"\x32\x05\x00\x01t\x00\x00",
    "QoS 1 without a packet id": b"\x32\x04\x00\x01t\x01",
}


@pytest.mark.parametrize("packet", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed(packet):
    client = ready(lambda topic, payload: None)
    with pytest.raises(mqtt.ProtocolError):
        receive(client, packet, 1)


@pytest.mark.parametrize(
    "data", [b"\x20\x03", b"\x21\x02", b"\x20\x02\x02\x00", b"\xd0\x00", b"HTTP/1.1", b"\x30\x03"]
)
def test_nothing_but_a_clean_connack_opens_a_session(data):
    client = connecting()
    with pytest.raises(mqtt.ProtocolError):
        receive(client, data)


@given(st.binary(max_size=2000), st.integers(1, 256), st.booleans())
def test_hostile_bytes(data, chunk, connected):
    client = ready(lambda topic, payload: None) if connected else connecting()
    try:
        receive(client, data, chunk)
    except mqtt.ProtocolError:
        pass
    assert len(client._rx) == 256 and len(client._tx) == 192


@given(st.lists(st.sampled_from(sorted(MALFORMED.values()) + [STREAM, CONNACK]), max_size=20))
def test_hostile_sequences(packets):
    client = ready(lambda topic, payload: None)
    try:
        for packet in packets:
            receive(client, packet)
            while client.acks_due():
                client.tick(0)
                drain(client)
    except mqtt.ProtocolError:
        pass


def test_ping_after_60_seconds_and_dead_45_later():
    client = ready()
    client.keepalive(1000)
    assert client.tick(60_999) and client.idle()
    assert client.tick(61_000)
    assert drain(client, now=61_000) == b"\xc0\x00"
    assert client.tick(105_999) and client.idle()
    assert not client.tick(106_000)


def test_any_answer_keeps_the_session():
    client = ready()
    client.keepalive(0)
    client.tick(60_000)
    drain(client, now=60_000)
    receive(client, b"\xd0\x00", now=90_000)
    assert client.tick(119_999) and client.idle()
    assert client.tick(120_000)  # nothing was said by us since 60 000
    assert drain(client) == b"\xc0\x00"


def test_the_clock_may_wrap():
    client = ready()
    client.keepalive((1 << 30) - 1000)
    assert client.tick(58_999) and client.idle()
    assert client.tick(59_000) and not client.idle()


def test_a_stuck_connection_is_dead_although_no_ping_could_be_sent():
    client = ready()
    client.keepalive(0)
    client.publish(b"t", b"stuck")
    assert client.tick(60_000)
    assert not client.tick(105_000)
