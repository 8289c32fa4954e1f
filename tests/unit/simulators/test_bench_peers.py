# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Each hostile peer misbehaves as its kind says, and in nothing else."""

import socket
import ssl
import time

import pytest
from bench.errors import BenchError
from bench.mqtt_client import MqttClient
from conftest import wait_until

CONNECT = b"\x10\x10\0\4MQTT\4\2\0\x3c\0\4test"


def secure(world, peer, host="broker.test"):
    """A TLS connection to the peer, verified like a board does it."""
    context = ssl.create_default_context(cadata=world.certificates.ca_pem.decode())
    raw = socket.create_connection(("127.0.0.1", peer.port), 5)
    try:
        return context.wrap_socket(raw, server_hostname=host)
    except BaseException:
        raw.close()
        raise


def silent(connection, seconds=0.3):
    connection.settimeout(seconds)
    try:
        return connection.recv(10)
    except TimeoutError:
        return None


def test_mute_tcp(world):
    peer = world.peer("mute-tcp")
    with socket.create_connection(("127.0.0.1", peer.port), 5) as connection:
        connection.sendall(b"anybody there?")
        assert silent(connection) is None
        wait_until(lambda: peer.accepted == 1)


def test_mute_mqtt(world):
    peer = world.peer("mute-mqtt")
    with secure(world, peer) as connection:
        connection.sendall(CONNECT)
        wait_until(lambda: peer.received == CONNECT)
        assert silent(connection) is None


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("connack-5", b"\x20\2\0\5"), ("half-connack", b"\x20\2"), ("pingresp", b"\xd0\0")],
)
def test_wrong_connack(world, kind, answer):
    with secure(world, world.peer(kind)) as connection:
        assert silent(connection) is None, "nothing before CONNECT"
        connection.settimeout(5)
        connection.sendall(CONNECT)
        assert connection.recv(10) == answer
        assert silent(connection) is None


def test_refused_subscriptions(world):
    peer = world.peer("suback-80")
    client = MqttClient(secure(world, peer))
    client.subscribe("a")
    assert client.granted == 0x80
    client.publish("b", b"c")
    assert peer.received == b"\0\1b\0\2c"
    client.close()


def closed(client):
    wait_until(lambda: client.closed)
    client.close()


@pytest.mark.parametrize("kind", ["close-subscribe", "close-plain"])
def test_closed_at_a_subscription(world, kind):
    peer = world.peer(kind)
    peer.hold_s = 0.3
    plain = kind == "close-plain"
    connection = socket.create_connection(("127.0.0.1", peer.port), 5) if plain else None
    client = MqttClient(connection or secure(world, peer))
    client.publish("a", b"before it")
    client.ping()
    began = time.monotonic()
    with pytest.raises(BenchError):
        client.subscribe("a")
    assert time.monotonic() - began >= 0.3
    closed(client)


def test_closed_at_one_message(world):
    peer = world.peer("close-poison")
    client = MqttClient(secure(world, peer))
    client.subscribe("a")
    client.publish("poison/food", b"good")
    assert client.granted == 1 and not client.closed
    with pytest.raises(BenchError):
        client.publish("food/poison", b"bad")
    closed(client)


def test_rival_puts_a_client_out_again_and_again(world):
    rival = None
    for _ in range(3):
        address = ("127.0.0.1", world.broker.plain_port)
        client = MqttClient(socket.create_connection(address, 5), client_id="board")
        rival = rival or world.rival("board")
        closed(client)
    # The client learns that it was put out before the rival has read its CONNACK.
    wait_until(lambda: rival.sessions >= 3)
    rival.close()
    with socket.create_connection(address, 5) as raw:
        client = MqttClient(raw, client_id="board")
        client.ping()
        assert not client.closed
        client.close()


def test_closed_after_connect(world):
    with secure(world, world.peer("close-mqtt")) as connection:
        assert silent(connection) is None, "nothing before CONNECT"
        connection.settimeout(5)
        connection.sendall(CONNECT)
        assert connection.recv(10) == b""


@pytest.mark.parametrize("kind", ["late-mqtt", "late-tls"])
def test_late_and_good(world, kind):
    began = time.monotonic()
    with secure(world, world.peer(kind)) as connection:
        connection.sendall(CONNECT)
        assert connection.recv(10) == b"\x20\2\0\0"
    assert time.monotonic() - began >= 0.7


def test_full_until_it_accepts(world):
    peer = world.peer("full")
    with socket.socket() as client:
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.connect(("127.0.0.1", peer.port))
    peer.accept()
    with secure(world, peer) as connection:
        connection.sendall(CONNECT)
        assert connection.recv(10) == b"\x20\2\0\0"


def test_full_to_its_end(world):
    world.peer("full").close()


@pytest.mark.parametrize(
    ("kind", "error"), [("alert-tls", "HANDSHAKE_FAILURE"), ("close-tls", "EOF|reset")]
)
def test_tls_that_ends(world, kind, error):
    with pytest.raises(OSError, match=error):
        secure(world, world.peer(kind))


def test_half_a_server_hello(world):
    with socket.create_connection(("127.0.0.1", world.peer("half-tls").port), 5) as connection:
        connection.sendall(b"ClientHello")
        got = connection.recv(100)
        assert got[:3] == b"\x16\3\3" and len(got) < 5 + got[4]
        assert silent(connection) is None


def test_noise_64k_inside_tls(world):
    with secure(world, world.peer("noise-64k")) as connection:
        got = b""
        while len(got) < 65536:
            got += connection.recv(65536)
        assert len(set(got)) == 256
        assert silent(connection) is None


def test_noise_instead_of_tls(world):
    with pytest.raises(ssl.SSLError):
        secure(world, world.peer("noise-tcp"))


@pytest.mark.parametrize(
    ("kind", "message"), [("other-host", "Hostname mismatch"), ("expired", "has expired")]
)
def test_wrong_certificates(world, kind, message):
    peer = world.peer(kind)
    with pytest.raises(ssl.SSLCertVerificationError, match=message):
        secure(world, peer)
    # The certificate is all that is wrong with it.
    context = ssl._create_unverified_context()
    raw = socket.create_connection(("127.0.0.1", peer.port), 5)
    with context.wrap_socket(raw) as connection:
        connection.sendall(CONNECT)
        assert connection.recv(10) == b"\x20\2\0\0"


def test_other_host_is_right_for_the_other_host(world):
    secure(world, world.peer("other-host"), "other.test").close()


def test_reset_and_close(world):
    with socket.create_connection(("127.0.0.1", world.peer("close").port), 5) as connection:
        assert connection.recv(10) == b""
    # The RST may be there before connect() has looked at what it waited for.
    with (
        pytest.raises(ConnectionResetError),
        socket.create_connection(("127.0.0.1", world.peer("reset").port), 5) as connection,
    ):
        connection.recv(10)


def test_closed_port_refuses_and_stays_so(world):
    port = world.closed_port()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)
    with socket.socket() as other, pytest.raises(OSError):
        other.bind(("127.0.0.1", port))


def test_unknown_kind(world):
    from bench import BenchError

    with pytest.raises(BenchError, match="mute-tcp"):
        world.peer("friendly")


def test_restore_ends_peers_with_their_connections(world):
    peer = world.peer("mute-tcp")
    with socket.create_connection(("127.0.0.1", peer.port), 5) as connection:
        connection.sendall(b"x")
        wait_until(lambda: peer.received == b"x")
        world.restore()
        assert connection.recv(10) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", peer.port), 5)
