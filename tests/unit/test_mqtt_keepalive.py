# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""PINGREQ on request, and after messages that nobody has acknowledged."""

import pytest
from clockwork import PERIOD
from test_mqtt import drain, ready, receive

PINGREQ, PINGRESP = b"\xc0\x00", b"\xd0\x00"


@pytest.fixture(params=[0, PERIOD - 100])
def at(request):
    """Adds the start of the clock, whose ticks may wrap soon after it."""
    return lambda ms: (request.param + ms) % PERIOD


@pytest.fixture
def client(at, clock):
    client = ready()
    client.keepalive(at(0))
    return client


@pytest.mark.parametrize(("ms", "alive"), [(2999, True), (3000, False)])
def test_a_check_ends_in_time(client, at, ms, alive):
    client.check_path(at(0), 3000)
    assert client.tick(at(0)) and drain(client, now=at(0)) == PINGREQ
    assert client.tick(at(ms)) is alive


def test_any_packet_answers_it(client, at):
    client.check_path(at(0), 3000)
    client.tick(at(0))
    drain(client, now=at(0))
    receive(client, PINGRESP, now=at(2999))
    assert client.tick(at(3000)) and client.idle()
    client.check_path(at(3000), 10)
    assert client.tick(at(3009)) and not client.tick(at(3010))


@pytest.mark.parametrize(
    ("within_ms", "ms"), [(1000, 3000), (2000, 3001), (20_000, 5000)], ids=["sooner", "so", "not"]
)
def test_a_check_may_only_hurry_a_ping_that_is_under_way(client, at, within_ms, ms):
    client.check_path(at(0), 5000)
    client.tick(at(0))
    drain(client, now=at(0))
    client.check_path(at(2000), within_ms)
    assert client.tick(at(2000)) and client.idle(), "one PINGREQ"
    limit_ms = min(2000 + within_ms, 5000)
    assert client.tick(at(limit_ms - 1)) and not client.tick(at(limit_ms))


@pytest.mark.parametrize(("ms", "pinged"), [(4999, False), (5000, True)])
def test_a_message_without_an_answer(client, at, ms, pinged):
    client.watch_path(30_000, 5000, 5000)
    client.tick(at(0))
    client.reserve()
    assert client.tick(at(ms)) and client.idle() is not pinged


def test_what_the_server_says_begins_that_time_anew(client, at):
    client.watch_path(30_000, 5000, 5000)
    client.tick(at(0))
    client.reserve()
    receive(client, PINGRESP, now=at(4000))
    assert client.tick(at(8999)) and client.idle()
    assert client.tick(at(9000)) and not client.idle()


def test_a_message_that_is_acknowledged_begins_nothing(client, at):
    client.watch_path(30_000, 5000, 5000)
    packet_id = client.reserve()
    receive(client, b"\x40\x02" + bytes([0, packet_id]), now=at(100))
    client.tick(at(8000))
    client.reserve()
    assert client.tick(at(12_999)) and client.idle()
    assert client.tick(at(13_000)) and not client.idle()


def test_nothing_of_this_by_default(client, at):
    client.reserve()
    assert client.tick(at(59_999)) and client.idle()


def test_a_long_message_that_is_still_being_sent_holds_the_deadline_up(client, at):
    """PINGREQ waits behind it, so it cannot be unanswered yet."""
    client.publish(b"t", b"x" * 100, client.reserve())
    client.check_path(at(0), 3000)
    for ms in (2000, 4000, 6000):
        client.written = 1
        client.sent(at(ms))
        assert client.tick(at(ms))
    assert client.tick(at(8999)) and not client.tick(at(9000))
