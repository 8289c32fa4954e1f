# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Messages that one session has not finished, and the next one sends."""

import pytest
from connectwith import session
from test_session import CONNACK, PREFIX, SETTINGS, Stream, acknowledge, opened, publish

PUBLISH, AGAIN = 0x32, 0x3A


@pytest.fixture
def stream():
    return Stream()


@pytest.fixture
def online(stream):
    return up(opened(stream), stream)


def up(current, stream, holds=True):
    stream.incoming += CONNACK
    current.holds = holds
    for _ in range(4):
        assert current.poll(0) == session._OPEN
    return current


def accepted():
    """A session that has just been accepted, and its stream."""
    stream = Stream()
    current = opened(stream)
    stream.incoming = CONNACK
    assert current.poll(0) == session._OPEN
    return current, stream


def messages(stream):
    """(first byte, packet id, payload) of each log message on the wire."""
    found = []
    at = 0
    while True:
        at = stream.sent.find(PREFIX + b"log", at)
        if at < 0:
            return found
        end = at + len(PREFIX) + 3
        length = stream.sent[at - 3]
        packet_id = stream.sent[end] << 8 | stream.sent[end + 1]
        payload = stream.sent[end + 2 : at - 2 + length]
        found.append((stream.sent[at - 4], packet_id, payload))
        at = end


def test_what_was_sent_is_held_until_it_is_acknowledged(online, stream):
    ids = [online.enqueue("log", bytes([65 + n])) for n in range(3)]
    online.poll(0)
    acknowledge(stream, ids[0])
    online.poll(0)
    online.enqueue("log", b"D")
    kept, again = online.outstanding()
    assert [payload for _, payload, _ in kept] == [b"B", b"C", b"D"] and again == 2


def test_nothing_is_held_without_being_asked_for(stream):
    online = up(opened(stream), stream, False)
    online.enqueue("log", b"A")
    online.poll(0)
    online.enqueue("log", b"B")
    assert online.outstanding() == ([("log", b"B", online._queue[0][2])], 0)
    assert online._sent == [] and online._sent_bytes == 0


def test_the_next_session_sends_it_in_order_with_dup(online, stream):
    ids = [online.enqueue("log", bytes([65 + n])) for n in range(2)]
    online.poll(0)
    ids.append(online.enqueue("log", b"C"))
    kept = online.outstanding()
    online.close(False)
    following, wire = accepted()
    following.holds = True
    following.adopt(kept)
    following.adopt(kept)  # as after Ctrl-C
    ids.append(following.enqueue("log", b"D"))
    assert len(set(ids)) == 4
    for _ in range(4):
        following.poll(0)
    assert messages(wire) == [
        (AGAIN, ids[0], b"A"), (AGAIN, ids[1], b"B"), (PUBLISH, ids[2], b"C"),
        (PUBLISH, ids[3], b"D"),
    ]  # fmt: skip
    for packet_id in ids:
        assert following.is_waiting(packet_id)
        acknowledge(wire, packet_id)
    following.poll(0)
    assert not following.is_waiting() and following.outstanding() == ([], 0)


def test_what_was_to_be_repeated_is_repeated_once_more(online):
    online.enqueue("log", b"A")
    online.poll(0)
    second, _ = accepted()
    second.holds = True
    second.adopt(online.outstanding())
    assert second.outstanding()[1] == 1, "before it was sent again"
    second.poll(0)
    second.poll(0)
    third, wire = accepted()
    third.adopt(second.outstanding())
    for _ in range(3):
        third.poll(0)
    assert [first for first, _, _ in messages(wire)] == [AGAIN]


def test_a_message_that_was_cut_in_the_middle_is_sent_again(online, stream):
    stream.room = 5
    online.enqueue("log", b"A" * 50)
    online.poll(0)
    kept, again = online.outstanding()
    assert len(kept) == 1 and again == 1


def test_subscriptions_take_other_packet_ids(online):
    ids = [online.enqueue("log", b"A") for _ in range(3)]
    assert ids == [3, 4, 5]  # 1 and 2 were the subscriptions of that session
    for _ in range(3):
        online.mqtt._packet_id = 0
    following, wire = accepted()
    following.adopt(([("log", b"A", 1), ("log", b"B", 2)], 2))
    following.poll(0)
    assert following.mqtt.unacked == [1, 2] and following._subscribed == 4


@pytest.mark.parametrize(("size", "room"), [(1699, True), (1700, False)])
def test_the_send_buffer_bounds_what_is_held(online, size, room):
    """3456 bytes, with 3 for the name and 16 of overhead each."""
    online.enqueue("log", b"x" * 1719)
    online.poll(0)
    assert online.mqtt.idle()
    assert online.has_room("log", b"x" * size) is room
    online.holds = False
    online.poll(0)
    assert online.has_room("log", b"x" * 3437)


def test_a_session_that_replaces_another(online, stream):
    online.grow(9000)
    stream.incoming += publish(b"device/a", b"1") + publish(b"device/b", b"22")
    online.poll(0)
    packet_id = online.enqueue("log", b"A")
    following, wire = accepted()
    wire.incoming += publish(b"device/c", b"333")
    following.poll(0)
    following.replace(online)
    following.replace(online)
    assert following.buffer_bytes == 9000 and following.is_waiting(packet_id)
    assert following.inbound == [("device/a", b"1"), ("device/b", b"22"), ("device/c", b"333")]
    assert following._inbound_bytes == 9 and online.inbound == []
    online.close(False)
    assert following.outstanding()[0] == [("log", b"A", packet_id)]


def test_the_status_once_more(online, stream):
    online.announce()
    online.poll(0)
    online.poll(0)
    assert stream.sent.count(b'"online"') == 2
    waiting = opened(Stream())
    waiting.announce()
    assert waiting._begun == 0, "it is published anyway"


def test_a_new_session_has_nothing_of_the_one_before(online, stream):
    online.enqueue("log", b"A")
    online.poll(0)
    online.enqueue("log", b"B")
    online.close(False)
    online.open(stream, SETTINGS, None, 0)
    assert online.outstanding() == ([], 0) and not online.is_waiting()
    assert online.has_room("log", b"x" * 3437) is False, "CONNECT is in the buffer"
    online.poll(0)
    assert online.has_room("log", b"x" * 3437)
