# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The session: its first packets, the send buffer, acknowledgements, messages to the device."""

import types

import pytest
from connectwith import session

SETTINGS = types.SimpleNamespace(clientid=None, username=None, persistent=False)
USER = types.SimpleNamespace(clientid="mine", username="me", persistent=False)
CONNACK = b"\x20\x02\x00\x00"
PREFIX = b"imp/240ac4000001/"


class Stream:
    """A peer that takes `room` bytes and gives what the test puts into `incoming`."""

    def __init__(self):
        self.sent = b""
        self.room = 1 << 30
        self.incoming = b""
        self.end = None  # behind that: 0, or an errno
        self.deaf = 0  # errno of writes

    def write(self, data, n):
        if self.deaf:
            raise OSError(self.deaf, "")
        n = min(n, self.room)
        if not n:
            return None
        self.room -= n
        self.sent += bytes(data[:n])
        return n

    def count_message(self, out):
        self.counted = [*getattr(self, "counted", []), out]

    def readinto(self, buffer):
        if not self.incoming and self.end is not None:
            if self.end:
                raise OSError(self.end, "")
            return 0
        n = min(len(buffer), len(self.incoming))
        if not n:
            return None
        buffer[:n] = self.incoming[:n]
        self.incoming = self.incoming[n:]
        return n


def publish(name, payload, packet_id=0):
    topic = PREFIX + name
    body = bytes([0, len(topic)]) + topic
    if packet_id:
        body += bytes([packet_id >> 8, packet_id & 255])
    body += payload
    length = (
        bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
    )
    return bytes([0x32 if packet_id else 0x30]) + length + body


@pytest.fixture
def stream():
    return Stream()


def opened(stream, settings=SETTINGS, password=None):
    """A session that waits for its CONNACK."""
    current = session.Session()
    current.open(stream, settings, password, 0)
    assert current.poll(0) == session._PENDING
    return current


@pytest.fixture
def online(stream):
    current = opened(stream)
    stream.incoming = CONNACK
    for _ in range(4):
        assert current.poll(0) == session._OPEN
    return current


def acknowledge(stream, packet_id):
    stream.incoming += b"\x40\x02" + bytes([packet_id >> 8, packet_id & 255])


def test_subscriptions_come_before_the_status(online, stream):
    order = [stream.sent.index(PREFIX + name) for name in (b"device/#", b"restart")]
    online_at = stream.sent.index(b'"online"')
    assert order == sorted(order) and order[-1] < online_at
    assert stream.sent[0] == 0x10  # and CONNECT before all


@pytest.mark.parametrize("refused", [(), (1,), (2,), (1, 2), (2, 1)])
def test_refused_subscriptions_are_told_by_name(online, stream, refused):
    names = {1: "device/#", 2: "restart"}
    for packet_id in (1, 2):
        code = b"\x80" if packet_id in refused else b"\x01"
        stream.incoming += b"\x90\x03\0" + bytes([packet_id]) + code
    assert online.poll(0) == session._OPEN
    told = [online.take() for _ in refused]
    assert sorted(told) == sorted((names[i], "subscription refused: ") for i in refused)
    assert online.inbound == []


def test_first_subscription_may_be_refused_before_the_second_is_out(stream):
    current = opened(stream)
    stream.incoming = CONNACK
    stream.room = 40  # the network takes no more for now
    current.poll(0)
    current.poll(0)
    assert PREFIX + b"device/#" in stream.sent and PREFIX + b"restart" not in stream.sent
    stream.incoming = b"\x90\x03\0\x01\x80"
    current.poll(0)
    assert current.take() == ("device/#", "subscription refused: ")


@pytest.mark.parametrize("end", [0, 104, 128])
@pytest.mark.parametrize("deaf", [0, 104])
@pytest.mark.parametrize("behind", [b"", b"\x00noise"])
def test_a_refusal_comes_before_what_ends_the_stream(stream, end, deaf, behind):
    stream.room = 4  # a part of CONNECT waits
    current = opened(stream)
    stream.incoming = b"\x20\x02\x00\x05" + behind
    stream.end = end
    stream.room = 1000
    stream.deaf = deaf
    assert current.poll(0) == session._CLOSED
    assert (current.cause, current.code) == ("CONNACK", 5)


@pytest.mark.parametrize(("end", "cause"), [(0, "closed by the server"), (104, "errno")])
def test_messages_come_before_the_end(online, stream, end, cause):
    stream.incoming = publish(b"device/a", b"1") + publish(b"device/b", b"2", 9)
    stream.end = end
    stream.deaf = 104
    for name in ("device/a", "device/b"):
        assert online.poll(0) == session._OPEN
        assert online.take()[0] == name
    assert online.poll(0) == session._CLOSED
    assert online.cause in (cause, "errno")


def test_messages_go_out_in_order_and_are_accounted_for(online, stream):
    stream.sent = b""
    ids = [online.enqueue("log", b"%d" % i) for i in range(3)]
    assert online.is_waiting() and all(online.is_waiting(i) for i in ids)
    for _ in range(3):
        online.poll(0)
    assert stream.sent == b"".join(
        publish(b"log", b"%d" % i, packet_id) for i, packet_id in enumerate(ids)
    )
    acknowledge(stream, ids[1])
    online.poll(0)
    assert [online.is_waiting(i) for i in ids] == [True, False, True]
    acknowledge(stream, ids[0])
    acknowledge(stream, ids[2])
    online.poll(0)
    assert not online.is_waiting() and not online.busy()


def test_buffer_has_a_limit_and_an_empty_one_takes_anything(online, stream):
    stream.room = 0
    assert online.has_room("log", b"x" * 100_000)
    online.enqueue("log", b"x" * 3000)
    assert online.has_room("log", b"x" * 400) and not online.has_room("log", b"x" * 500)
    online.enqueue("log", b"x" * 400)
    online.poll(0)
    assert not online.has_room("log", b"x" * 400) and online.is_within_buffer()
    stream.room = 1 << 30
    for _ in range(3):
        online.poll(0)
    assert online.has_room("log", b"x" * 100_000)


def test_long_message_leaves_the_buffer_bit_by_bit(online, stream):
    stream.room = 0
    online.enqueue("log", b"x" * 20_000)
    for _ in range(3):
        assert online.poll(0) == session._OPEN
    assert not online.is_within_buffer()
    stream.room = 17_000
    for _ in range(10):
        online.poll(0)
    assert online.is_within_buffer() and not online.has_room("log", b"y" * 1000)


def test_growth_of_the_buffer():
    current = session.Session()
    assert [current.grow(n) for n in (5000, 100, 10**6, 0)] == [3456, 5000, 5000, 30720]


def test_messages_wait_for_their_handlers_and_stop_the_reading(online, stream):
    stream.incoming = publish(b"device/a", b"1") + publish(b"device/b", b"2" * 300)
    online.poll(0)
    assert len(online.inbound) == 1  # the second one is longer than what is read at a time
    held = stream.incoming
    online.poll(0)
    assert stream.incoming == held
    assert online.take() == ("device/a", b"1")
    online.poll(0)
    assert online.take() == ("device/b", b"2" * 300)


def test_message_that_is_too_long_is_told_by_name(online, stream):
    longest = 8192 - 2 - len(PREFIX + b"device/big")
    stream.incoming = publish(b"device/big", b"x" * longest)
    stream.incoming += publish(b"device/big", b"x" * (longest + 1)) + publish(b"device/a", b"1")
    told = []
    for _ in range(30):
        assert online.poll(0) == session._OPEN
        while online.inbound:
            told.append(online.take())
    assert told == [
        ("device/big", b"x" * longest), ("device/big", None), ("device/a", b"1")
    ]  # fmt: skip
    assert online._inbound_bytes == 0


def test_acknowledgements_pass_messages_while_a_call_waits(online, stream):
    packet_id = online.enqueue("log", b"x")
    stream.incoming = publish(b"device/a", b"1" * 250)
    acknowledge(stream, packet_id)
    online.poll(0, True)
    assert not online.is_waiting() and len(online.inbound) == 1


def test_what_waits_in_a_call_is_bounded_too(online, stream):
    stream.incoming = publish(b"device/a", b"1" * 1000) * 100
    for _ in range(1000):
        assert online.poll(0, True) == session._OPEN
    assert sum(len(payload) for _, payload in online.inbound) < 6000


def test_foreign_topics_are_dropped(online, stream):
    stream.incoming = b"\x30\x06\x00\x03a/bx" + b"\xd0\x00"
    assert online.poll(0) == session._OPEN
    assert online.inbound == []


def test_names_that_are_no_text_have_no_handler(online, stream):
    stream.incoming = publish(b"device/\xff\xff\xff\xff\xff", b"1")
    assert online.poll(0) == session._OPEN
    assert online.take() == ("device/?", b"1")


def test_a_long_topic_may_end_within_a_character(online, stream):
    topic = PREFIX + b"device/" + b"\xe2\x82\xac" * 3000
    body = bytes([len(topic) >> 8, len(topic) & 255]) + topic
    stream.incoming = b"\x30" + bytes([len(body) & 127 | 128, len(body) >> 7]) + body
    for _ in range(20):
        assert online.poll(0) == session._OPEN
    name, payload = online.take()
    assert name == "device/" + "\u20ac" * 76 and payload is None


def test_what_was_not_acknowledged_is_known_until_the_next_session(online, stream):
    online.enqueue("log", b"x")
    online.close(False)
    assert online.is_waiting()
    online.open(stream, SETTINGS, None, 0)
    assert not online.is_waiting()


def test_the_longest_credentials_fit_into_a_frame(stream):
    # As long as imp.cloud.configure lets them be.
    longest = types.SimpleNamespace(clientid="c" * 64, username="u" * 128, persistent=False)
    opened(stream, longest, b"p" * 128)
    assert stream.sent.endswith(b"\0\x80" + b"p" * 128)


def test_the_password_is_wiped_when_it_has_been_sent(stream):
    current = opened(stream, USER, b"geheim")
    assert b"geheim" in stream.sent
    stream.incoming = CONNACK
    assert [current.poll(0) for _ in range(2)] == [session._OPEN] * 2
    assert not holds(current, b"geheim")


@pytest.mark.parametrize("answer", [b"", b"\x20\x02\x00\x05"])
def test_the_password_is_wiped_when_nobody_has_answered_well(stream, answer):
    current = opened(stream, USER, b"geheim")
    stream.incoming = answer
    current.poll(0)
    assert holds(current, b"geheim"), "else this test would show nothing"
    current.close(False)
    assert not holds(current, b"geheim")


def holds(current, secret):
    """Whether any buffer of the session has these bytes."""
    client = current.mqtt
    names = [name for name in dir(client) if not name.startswith("__")]
    values = [getattr(client, name) for name in names]
    return any(secret in bytes(v) for v in values if isinstance(v, (bytes, bytearray, memoryview)))


def test_a_goodbye_sets_the_status_before_it_hangs_up(online, stream):
    stream.sent = b""
    assert online.close(True)
    assert b'"offline"' in stream.sent and stream.sent.endswith(b"\xe0\x00")
    assert stream.sent[0] == 0x31, "retained, QoS 0"
    assert online.poll(0) == session._CLOSED


@pytest.mark.parametrize("how", ["impolite", "deaf", "half a frame", "not open", "closed"])
def test_where_no_goodbye_can_be_said(online, stream, how):
    current = online
    if how == "deaf":
        stream.deaf = 104
    elif how == "half a frame":
        stream.room = 10
        online.enqueue("log", b"x" * 100)
        online.poll(0)
    elif how == "not open":
        current = session.Session()
        current.open(stream, SETTINGS, None, 0)
    elif how == "closed":
        online.close(False)
    stream.room, stream.sent = 1 << 30, b""
    assert current.close(how != "impolite") is False
    assert stream.sent == b""


@pytest.mark.parametrize(("end", "cause", "code"), [(0, "closed by the server", 0),
                                                     (104, "errno", 104)])  # fmt: skip
def test_why_a_session_has_ended(online, stream, end, cause, code):
    stream.end = end
    assert online.poll(0) == session._CLOSED
    assert (online.cause, online.code) == (cause, code)
    assert online.poll(0) == session._CLOSED


def test_an_answer_that_is_no_mqtt_ends_it(online, stream):
    stream.incoming = b"\xf0\x00"
    assert online.poll(0) == session._CLOSED
    assert online.cause.startswith("MQTT: ") and online.code == 0


def test_a_server_that_does_not_answer_a_ping(online, stream):
    state, now_ms = session._OPEN, 0
    while state == session._OPEN:
        now_ms += 1000
        state = online.poll(now_ms)
        assert now_ms < 200_000
    assert online.cause == "no answer to PINGREQ" and now_ms > 20_000
    assert stream.sent.count(b"\xc0\x00") >= 1


def test_a_retained_restart_is_none(online, stream):
    frame = bytearray(publish(b"restart", b"1"))
    stream.incoming = bytes(frame)
    online.poll(0)
    assert online.take() == ("restart", b"1")
    frame[0] |= 1
    stream.incoming = bytes(frame)
    online.poll(0)
    assert online.inbound == []
    other = bytearray(publish(b"device/a", b"1"))
    other[0] |= 1
    stream.incoming = bytes(other)
    online.poll(0)
    assert online.take() == ("device/a", b"1")


def test_the_number_of_unacknowledged_messages_has_a_limit(online):
    for _ in range(255):
        online.enqueue("log", b"")
        online.poll(0)
    assert online.has_room("log", b"")
    online.enqueue("log", b"")
    online.poll(0)
    assert not online.has_room("log", b"")


def test_an_own_client_id_and_a_user_name_are_said(stream):
    opened(stream)
    assert b"\0\x10imp-240ac4000001" in stream.sent
    stream.sent = b""
    opened(stream, USER, b"p")
    assert b"\0\x04mine" in stream.sent and stream.sent.endswith(b"\0\x02me\0\x01p")


@pytest.mark.parametrize(
    ("size", "error"), [(True, TypeError), (1.5, TypeError), ("1", TypeError), (-1, ValueError)]
)
def test_refused_sizes_of_the_buffer(size, error):
    current = session.Session()
    with pytest.raises(error, match="^size: "):
        current.grow(size)
    assert current.buffer_bytes == 3456 and current.grow(0) == 3456
