# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The bench's proxy against plain sockets: a tunnel that works, and each way it does not."""

import base64
import socket
import threading
import time

import pytest
from bench.errors import BenchError
from bench.proxy import Proxy
from conftest import wait_until

LIMIT_S = 10


@pytest.fixture
def echo():
    """The port of a server that sends everything back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            while data := connection.recv(4096):
                connection.sendall(data)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.close()


def ask(proxy, target, *fields):
    """A connection to the proxy that has asked for `target`."""
    client = socket.create_connection(("127.0.0.1", proxy.port), timeout=LIMIT_S)
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", *fields, "", ""]
    client.sendall("\r\n".join(lines).encode())
    return client


def header(client):
    """The answer up to the empty line."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        byte = client.recv(1)
        assert byte, data
        data += byte
    return data


def status(client):
    return int(header(client).split(b" ")[1])


def login(user, password):
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return f"Proxy-Authorization: Basic {pair}"


@pytest.mark.parametrize("one_by_one", [False, True])
def test_a_tunnel_passes_bytes_and_the_end(echo, one_by_one):
    with (
        Proxy(one_by_one=one_by_one) as proxy,
        ask(proxy, f"broker.test:{echo}") as client,
    ):
        assert status(client) == 200
        client.sendall(b"there and back")
        assert client.recv(100) == b"there and back"
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""
        assert proxy.tunnels == 1
        assert proxy.requests[0].startswith(b"CONNECT broker.test:")


def test_credentials(echo):
    target = f"broker.test:{echo}"
    with Proxy(("me", "s3cret")) as proxy:
        for fields in ((), (login("me", "wrong"),), (login("you", "s3cret"),)):
            with ask(proxy, target, *fields) as client:
                answer = header(client)
                assert b" 407 " in answer and b"Proxy-Authenticate: Basic" in answer
        with ask(proxy, target, login("me", "s3cret")) as client:
            assert status(client) == 200


@pytest.mark.parametrize("code", [401, 403, 407, 500, 502, 503, 504])
def test_a_status_instead(code):
    with Proxy(status=code) as proxy, ask(proxy, "broker.test:1") as client:
        assert status(client) == code
        assert proxy.tunnels == 0


@pytest.mark.parametrize("target", ["example.org:80", "127.0.0.1:80", "broker.test:1"])
def test_nothing_leaves_the_host(target):
    with Proxy() as proxy, ask(proxy, target) as client:
        assert status(client) == 502


def test_faults_on_the_wire():
    with Proxy(fault="banner") as proxy, ask(proxy, "broker.test:1") as client:
        assert client.recv(4) == b"SSH-"
    with Proxy(fault="web") as proxy, ask(proxy, "broker.test:1") as client:
        assert status(client) == 405
    with Proxy(fault="close") as proxy, ask(proxy, "broker.test:1") as client:
        assert client.recv(1) == b""
    with Proxy(fault="reset") as proxy, ask(proxy, "broker.test:1") as client:
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    with Proxy(fault="header-64k") as proxy, ask(proxy, "broker.test:1") as client:
        assert len(header(client)) > 65536
    with Proxy(fault="noise") as proxy, ask(proxy, "broker.test:1") as client:
        assert len(set(client.recv(4096, socket.MSG_WAITALL))) == 256
    with Proxy(fault="chatty") as proxy, ask(proxy, "broker.test:1") as client:
        assert status(client) == 200
        assert client.recv(1) == b"w"


@pytest.mark.parametrize("fault, answer", [("mute", b""), ("half", b"HTTP/1.1 200 Connect")])
def test_faults_that_hang(fault, answer):
    with Proxy(fault=fault) as proxy, ask(proxy, "broker.test:1") as client:
        got = b""
        while len(got) < len(answer):
            got += client.recv(100)
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)
        assert got == answer


def test_late(echo):
    began = time.monotonic()
    with Proxy(late_ms=300) as proxy, ask(proxy, f"broker.test:{echo}") as client:
        assert status(client) == 200
    assert time.monotonic() - began >= 0.3


def test_a_late_answer_does_not_outlive_restore(echo):
    with Proxy() as proxy:
        proxy.delay(500)
        with ask(proxy, f"broker.test:{echo}") as client:
            wait_until(lambda: proxy.requests)
            proxy.restore()
            assert client.recv(1) == b""
        assert proxy.tunnels == 0


def test_faults_that_come_and_go(echo):
    target = f"broker.test:{echo}"
    with Proxy() as proxy:
        for fault, ends, expected in (
            (proxy.ask, proxy.accept, 407),
            (proxy.refuse, proxy.accept, 403),
            (proxy.fail, proxy.accept, 502),
            (lambda: proxy.fail(503), proxy.restore, 503),
            (lambda: proxy.ask("me", "s3cret"), proxy.restore, 407),
        ):
            fault()
            with ask(proxy, target) as client:
                assert status(client) == expected
            ends()
        with ask(proxy, target) as client:
            assert status(client) == 200


def test_a_silent_proxy_holds_its_tunnels(echo):
    with Proxy() as proxy, ask(proxy, f"broker.test:{echo}") as client:
        assert status(client) == 200
        proxy.mute()
        client.sendall(b"held")
        with ask(proxy, f"broker.test:{echo}") as other:
            for connection in (client, other):
                connection.settimeout(0.3)
                with pytest.raises(TimeoutError):
                    connection.recv(1)
        proxy.speak()
        client.settimeout(LIMIT_S)
        assert client.recv(100) == b"held"


def test_a_stopped_proxy_refuses_and_keeps_its_port(echo):
    with Proxy() as proxy:
        with ask(proxy, f"broker.test:{echo}") as client:
            assert status(client) == 200
            proxy.stop()
            proxy.stop()
            assert client.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            ask(proxy, "broker.test:1")
        with pytest.raises(OSError), socket.socket() as other:
            other.bind(("127.0.0.1", proxy.port))
        proxy.start()
        proxy.start()
        with ask(proxy, "broker.test:1") as client:
            assert status(client) == 502
        proxy.stop()
        proxy.restore()
        with ask(proxy, "broker.test:1") as client:
            assert status(client) == 502


def test_no_thread_is_left_by_a_silent_proxy(echo):
    before = set(threading.enumerate())
    proxy = Proxy()
    with ask(proxy, f"broker.test:{echo}") as client:
        assert status(client) == 200
        proxy.mute()
        client.sendall(b"held")
        proxy.close()
    wait_until(lambda: before >= set(threading.enumerate()))


def test_a_port_that_was_taken_meanwhile():
    with Proxy() as proxy:
        proxy.stop()
        with socket.create_server(("127.0.0.1", proxy.port)):
            with pytest.raises(BenchError, match="was taken"):
                proxy.start()
        proxy.start()
        with ask(proxy, "broker.test:1") as client:
            assert status(client) == 502


def test_values_that_no_proxy_has():
    with Proxy() as proxy:
        with pytest.raises(BenchError):
            proxy.fail(404)
        for late_ms in (-1, 10**6):
            with pytest.raises(BenchError):
                proxy.delay(late_ms)


def test_close_ends_tunnels(echo):
    proxy = Proxy()
    with ask(proxy, f"broker.test:{echo}") as client:
        assert status(client) == 200
        proxy.close()
        assert client.recv(1) == b""


def test_unknown_faults():
    with pytest.raises(BenchError):
        Proxy(fault="slow")
    with pytest.raises(BenchError):
        Proxy(status=404)
