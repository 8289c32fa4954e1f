# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The bench's own MQTT client with a broker that answers late."""

import socket

import pytest
from bench import BenchError
from bench.mqtt_client import MqttClient, read_packet

CONNACK, PINGRESP = b"\x20\x02\0\0", b"\xd0\0"


@pytest.fixture
def desk():
    """A client, and the broker's end of its connection with the stream that reads it."""
    here, there = socket.socketpair()
    there.settimeout(10)
    there.sendall(CONNACK)
    client = MqttClient(here, timeout=10)
    with there.makefile("rb") as stream:
        assert read_packet(stream)[0] == 0x10
        yield client, there, stream
    there.close()
    client.close()


def test_a_late_answer_to_a_ping_is_not_that_of_the_next(desk):
    client, broker, stream = desk
    client._timeout = 0.05
    with pytest.raises(BenchError, match="no acknowledgement within 0.05 s"):
        client.ping()
    assert read_packet(stream) == (0xC0, b"")
    broker.sendall(PINGRESP)  # that of the first, which nobody waits for any more
    client._timeout = 0.5
    with pytest.raises(BenchError, match="no acknowledgement within 0.5 s"):
        client.ping()
    broker.sendall(2 * PINGRESP)  # of the second, and of the third in advance
    client._timeout = 10
    client.ping()


def test_a_late_answer_to_a_subscription_grants_nothing(desk):
    client, broker, _ = desk
    client._timeout = 0.05
    with pytest.raises(BenchError, match="no acknowledgement"):
        client.subscribe("a")
    broker.sendall(b"\x90\x03\0\1\0" + PINGRESP)
    client._timeout = 10
    client.ping()
    assert client.granted == -1


def test_a_connection_that_ends_is_not_called_slow(desk):
    client, broker, _ = desk
    broker.shutdown(socket.SHUT_RDWR)
    with pytest.raises(BenchError, match="has closed the connection|Broken pipe"):
        client.ping()
