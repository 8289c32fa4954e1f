# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The broker, Mosquitto and amqtt alike."""

import socket
import ssl

import pytest

ACCEPTED, NOT_AUTHORISED = b"\x20\2\0\0", b"\x20\2\0\5"


def engines():
    from bench.mosquitto import find_mosquitto

    missing = pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not installed")
    return [pytest.param("mosquitto", marks=missing), "amqtt"]


@pytest.fixture(scope="module", params=engines())
def engine(request):
    """The name of the broker."""
    return request.param


@pytest.fixture(scope="module")
def own_world(engine):
    """A world with this broker."""
    from bench import World

    with World(engine=engine) as world:
        yield world


@pytest.fixture
def broker(own_world):
    """The broker, running, with nothing in it."""
    own_world.restore()
    return own_world.broker


def connect_packet(user=None, password=None, will=None):
    flags = 2 | (0xC0 if user else 0) | (0x24 if will else 0)

    def text(value):
        return len(value).to_bytes(2, "big") + value

    payload = text(b"device")
    for value in (*(will or ()), user, password):
        payload += text(value.encode()) if value is not None else b""
    body = text(b"MQTT") + bytes([4, flags, 0, 60]) + payload
    return bytes([0x10, len(body)]) + body


def publish_packet(topic, payload, retain=False):
    body = len(topic).to_bytes(2, "big") + topic.encode() + payload
    return bytes([0x30 | retain, len(body)]) + body


def session(world, greeting, plain=False):
    """A connection to the broker and its answer to CONNECT."""
    port = world.broker.plain_port if plain else world.broker.port
    connection = socket.create_connection(("127.0.0.1", port), 5)
    if not plain:
        context = ssl.create_default_context(cadata=world.broker.ca_pem.decode())
        connection = context.wrap_socket(connection, server_hostname=world.broker.host)
    connection.sendall(greeting)
    return connection, connection.recv(4)


@pytest.mark.parametrize("plain", [False, True])
def test_what_a_device_publishes_is_seen(own_world, broker, plain):
    connection, answer = session(own_world, connect_packet(), plain)
    with connection:
        assert answer == ACCEPTED
        connection.sendall(publish_packet("imp/1/log", b'"hello"'))
        connection.sendall(publish_packet("imp/1/status", b'"up"', retain=True))
        assert broker.wait_for("imp/*/log") == ("imp/1/log", b'"hello"', False)
        assert broker.wait_for("imp/*/status") == ("imp/1/status", b'"up"', True)
    assert len(broker.messages) == 2


def test_retained_last_will(own_world, broker):
    will = ("imp/1/status", '"gone"')
    connection, answer = session(own_world, connect_packet(will=will))
    assert answer == ACCEPTED
    connection.close()
    assert broker.wait_for("imp/1/status") == ("imp/1/status", b'"gone"', True)


def test_a_subscriber_gets_what_the_bench_publishes(own_world, broker):
    connection, _ = session(own_world, connect_packet())
    with connection:
        connection.sendall(b"\x82\x0a\0\1\0\5imp/#\0")
        assert connection.recv(5) == b"\x90\3\0\1\0"
        broker.publish("imp/1/device/x", "1")
        assert connection.recv(100) == publish_packet("imp/1/device/x", b"1")


def test_stop_refuses_and_start_keeps_the_ports(own_world, broker):
    ports = (broker.port, broker.plain_port)
    broker.stop()
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 5)
    broker.start()
    assert (broker.port, broker.plain_port) == ports
    session(own_world, connect_packet())[0].close()


def test_what_a_killed_broker_has_acknowledged_was_seen(broker, engine):
    if engine != "mosquitto":
        pytest.skip("amqtt acknowledges a message before it reports it")
    for number in range(20):
        for i in range(5):
            broker.publish("imp/1/agent/x", f"{number}.{i}")
        broker.kill()
        seen = [payload.decode() for _, payload, _ in broker.messages]
        assert seen[-5:] == [f"{number}.{i}" for i in range(5)]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", broker.plain_port), 5)
        broker.start()


def test_a_stalled_broker_and_one_that_is_stopped_can_be_killed(own_world, broker):
    broker.stall()
    broker.kill()
    broker.kill()
    broker.start()
    session(own_world, connect_packet())[0].close()


def test_stall_accepts_and_is_silent(own_world, broker):
    broker.stall()
    with socket.create_connection(("127.0.0.1", broker.plain_port), 5) as connection:
        connection.settimeout(0.3)
        connection.sendall(connect_packet())
        with pytest.raises(TimeoutError):
            connection.recv(4)
        broker.resume()
        connection.settimeout(5)
        assert connection.recv(4) == ACCEPTED


def test_restore_forgets_retained_messages(own_world, broker):
    broker.publish("imp/1/status", "up", retain=True)
    broker.wait_for("imp/1/status")
    own_world.restore()
    assert broker.messages == []
    connection, _ = session(own_world, connect_packet())
    with connection:
        connection.sendall(b"\x82\x0a\0\1\0\5imp/#\0")
        assert connection.recv(5) == b"\x90\3\0\1\0"
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(100)


def test_restore_revives_a_killed_broker(own_world, broker):
    import os
    import signal

    os.kill(broker.pid, signal.SIGKILL)
    own_world.restore()
    session(own_world, connect_packet())[0].close()


def test_refuse_and_accept(own_world, broker, engine):
    standing, _ = session(own_world, connect_packet())
    with standing:
        broker.refuse()
        assert standing.recv(4) == b""
    # amqtt closes without a word.
    refusal = NOT_AUTHORISED if engine == "mosquitto" else b""
    for plain in (False, True):
        connection, answer = session(own_world, connect_packet(), plain)
        connection.close()
        assert answer == refusal
    pid = broker.pid
    broker.refuse()
    assert broker.pid == pid
    broker.publish("imp/1/device/x", "seen")  # the bench is let in
    assert broker.wait_for("imp/1/device/x")[1] == b"seen"
    broker.restart()
    assert session(own_world, connect_packet())[1] == refusal
    broker.accept()
    assert session(own_world, connect_packet())[1] == ACCEPTED


def test_refusal_of_a_broker_that_is_stopped(own_world, broker):
    broker.stop()
    broker.refuse()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", broker.port), 5)
    broker.start()
    assert session(own_world, connect_packet())[1] != ACCEPTED
    own_world.restore()
    assert session(own_world, connect_packet())[1] == ACCEPTED


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("expired", "certificate has expired"),
        ("other-host", "Hostname mismatch"),
        ("untrusted", "signature failure"),
        ("young", "certificate is not yet valid"),
    ],
)
def test_certificates(own_world, broker, kind, words):
    port = broker.port
    broker.certificate(kind)
    with pytest.raises(ssl.SSLCertVerificationError, match=words):
        session(own_world, connect_packet())
    assert session(own_world, connect_packet(), plain=True)[1] == ACCEPTED
    broker.stall()
    broker.certificate("good")
    assert session(own_world, connect_packet())[1] == ACCEPTED
    broker.certificate(kind)
    own_world.restore()
    assert session(own_world, connect_packet())[1] == ACCEPTED and broker.port == port


def test_what_changes_nothing_ends_a_stall(own_world, broker):
    pid = broker.pid
    for change in (broker.accept, lambda: broker.certificate("good")):
        broker.stall()
        change()
        assert session(own_world, connect_packet())[1] == ACCEPTED and broker.pid == pid


def test_restart_ends_sessions(own_world, broker):
    standing, _ = session(own_world, connect_packet())
    with standing:
        broker.restart()
        assert standing.recv(4) == b""
    assert session(own_world, connect_packet())[1] == ACCEPTED


def test_what_a_broker_cannot(broker, own_world, tmp_path):
    from bench import BenchError
    from bench.broker import Broker

    with pytest.raises(BenchError, match="certificates are good, expired"):
        broker.certificate("old")
    if broker.engine == "mosquitto":
        certificates, ca = own_world.certificates, own_world.certificates.ca_file
        other = Broker(tmp_path, certificates, own_world.guard, client_ca=ca)
        with pytest.raises(BenchError, match="lets in who has one"):
            other.refuse()


def test_wait_for_has_an_end(broker):
    from bench import BenchError

    with pytest.raises(BenchError, match="nothing/here"):
        broker.wait_for("nothing/here", timeout=0.2)


def test_credentials(engine):
    from bench import World

    with World(engine=engine, credentials=("imp", "secret")) as world:
        for user, password in ((None, None), ("imp", "wrong"), ("other", "secret")):
            connection, answer = session(world, connect_packet(user, password))
            connection.close()
            # amqtt closes without a word.
            refusal = NOT_AUTHORISED if engine == "mosquitto" else b""
            assert answer == refusal, (user, password)
        connection, answer = session(world, connect_packet("imp", "secret"))
        connection.close()
        assert answer == ACCEPTED
        world.broker.publish("a", b"b")
        assert world.broker.wait_for("a") == ("a", b"b", False)
