# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The check for a captive portal: its address, its one request, and what answers mean."""

import types

import _connectwith
import pytest
from connectwith.connection import portal
from hypothesis import given
from hypothesis import strategies as st

ROUTE = ("st1", ("1.1.1.1",))
DEFAULT = ("connectivitycheck.gstatic.com", 80, "/generate_204")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (None, ()),
        ("http://a", ("a", 80, "/")),
        ("http://a.example:8080/x?y=1", ("a.example", 8080, "/x?y=1")),
        ("http://192.0.2.1:1/", ("192.0.2.1", 1, "/")),
        (portal._URL, DEFAULT),
    ],
)
def test_addresses(url, target):
    assert portal.parse(url) == target


@pytest.mark.parametrize(
    ("url", "error"),
    [(1, TypeError), (b"http://a/", TypeError), ("", ValueError), ("https://a/", ValueError),
     ("http://", ValueError), ("http:///x", ValueError), ("http://a:0/", ValueError),
     ("http://a:65536/", ValueError), ("http://a:/", ValueError), ("http://a:1a/", ValueError),
     ("http://a:-1/", ValueError), ("http://a b/", ValueError), ("http://a/\r\nX: y", ValueError),
     ("http://a/ä", ValueError), ("http://a/\x7f", ValueError), ("http://u@a/", ValueError),
     ("http://a/" + "x" * 192, ValueError)],
)  # fmt: skip
def test_what_is_no_address(url, error):
    with pytest.raises(error, match="^url: "):
        portal.parse(url)


@given(st.text(max_size=30))
def test_no_address_gets_into_another_line_of_the_request(text):
    try:
        host, _, path = portal.parse("http://a" + text)
    except ValueError:
        return
    assert all("!" <= letter <= "~" for letter in host + path)


@pytest.mark.parametrize(
    ("host", "address", "strange"),
    [
        ("broker.example.com", "10.0.0.1", True),
        ("broker.example.com.", "10.255.0.1", True),
        ("broker.example.com", "172.16.0.1", True),
        ("broker.example.com", "172.15.0.1", False),
        ("broker.example.com", "172.31.0.1", True),
        ("broker.example.com", "172.32.0.1", False),
        ("broker.example.com", "192.168.1.1", True),
        ("broker.example.com", "192.169.1.1", False),
        ("broker.example.com", "169.254.1.1", True),
        ("broker.example.com", "127.0.0.1", True),
        ("broker.example.com", "203.0.113.9", True),  # the gateway's
        ("broker.example.com", "203.0.113.8", False),
        ("broker", "10.0.0.1", False),
        ("broker.LAN", "10.0.0.1", False),
        ("broker.home.arpa", "10.0.0.1", False),
        ("10.0.0.1", "10.0.0.1", False),
    ],
)
def test_strange_addresses(host, address, strange):
    assert portal.is_strange(host, address, "203.0.113.9") is strange


@pytest.fixture
def net(monkeypatch, clock):
    """`found`: what the resolver says; `states`, `answer`: of the stream; `sent`: what it got."""
    net = types.SimpleNamespace(
        found=1, state=2, answer=b"", sent=b"", room=1 << 20, chunk=100, closed=0, cancelled=0,
        used=None, asked=None, to=None, end=None, clock=clock,
    )  # fmt: skip

    class Resolver:
        def use(self, device, servers):
            net.used = device, servers

        def start(self, host):
            net.asked = host

        def poll(self):
            return net.found

        def address(self):
            return "192.0.2.7"

        def cancel(self):
            net.cancelled += 1

    class Stream:
        def connect(self, *to):
            net.to = to

        def poll(self):
            return net.state

        def write(self, data):
            took = min(len(data), net.room)
            net.sent += bytes(data[:took])
            return took or None

        def readinto(self, buffer):
            if not net.answer:
                if isinstance(net.end, Exception):
                    raise net.end
                return net.end
            n = min(len(buffer), net.chunk, len(net.answer))
            buffer[:n] = net.answer[:n]
            net.answer = net.answer[n:]
            return n

        def close(self):
            net.closed += 1

    monkeypatch.setattr(_connectwith, "Resolver", Resolver, False)
    monkeypatch.setattr(_connectwith, "Stream", Stream, False)
    return net


def outcome(check, polls=60):
    for _ in range(polls):
        state = check.poll()
        if state:
            break
    return state


REQUEST = (
    b"GET /generate_204 HTTP/1.1\r\nHost: connectivitycheck.gstatic.com\r\n"
    b"Connection: close\r\n\r\n"
)


@pytest.mark.parametrize("room", [1, 1 << 20])
@pytest.mark.parametrize("chunk", [1, 100])
def test_one_request(net, room, chunk):
    net.room, net.chunk = room, chunk
    net.answer = b"HTTP/1.1 302 Found\r\nLocation: http://portal/" + b"x" * 10000
    check = portal.Check(ROUTE, None)
    assert outcome(check, 300) == 1
    assert net.sent == REQUEST and net.used == ROUTE and net.to == ("192.0.2.7", 80, "st1")
    assert len(net.answer) > 10000, "no more than the status is read"
    check.close()
    check.close()
    assert net.closed == 1 and net.cancelled == 2


def test_another_address_and_port(net):
    net.answer = b"HTTP/1.0 204 No"
    assert outcome(portal.Check(ROUTE, ("a.example", 8080, "/x"))) == -1
    assert net.sent.startswith(b"GET /x HTTP/1.1\r\nHost: a.example:8080\r\n")


@pytest.mark.parametrize(
    ("line", "state"),
    [(b"HTTP/1.1 200 OK\r\n", 1), (b"HTTP/1.0 302 Found", 1), (b"HTTP/1.1 307 T", 1),
     (b"HTTP/1.1 511 Network", 1), (b"HTTP/1.1 399 x", 1), (b"HTTP/1.1 204 No Content", -1),
     (b"HTTP/1.1 199 x", -1), (b"HTTP/1.1 400 Bad", -1), (b"HTTP/1.1 503 x", -1),
     (b"HTTP/1.1 2x0 OK", -1), (b"HTTP/2.0 200 OK", -1), (b"HTTP/1.1\t200 OK", -1),
     (b"\x15\x03\x03\x00\x02\x02\x28aaaaaaa", -1), (b"\x00" * 40, -1), (b"HTTP/1.1 20", 0)],
)  # fmt: skip
def test_what_answers_mean(net, line, state):
    net.answer = line
    assert outcome(portal.Check(ROUTE, None)) == state


@given(st.binary(min_size=12, max_size=12))
def test_no_answer_raises(line):
    assert portal._is_portal(line) in (True, False)


@pytest.mark.parametrize("found", [-1, -6])
def test_no_name(net, found):
    net.found = found
    assert portal.Check(ROUTE, None).poll() < 0 and net.to is None


@pytest.mark.parametrize("way", ["refused", "closed", "broken", "half"])
def test_no_answer(net, way):
    net.state = -1 if way == "refused" else 2
    net.answer = b"HTTP/1.1 30" if way == "half" else b""
    net.end = OSError(104) if way == "broken" else 0
    assert outcome(portal.Check(ROUTE, None)) == -1


@pytest.mark.parametrize("stage", ["resolve", "connect", "answer"])
def test_silence_ends_in_time(net, stage):
    net.found = 0 if stage == "resolve" else 1
    net.state = 1 if stage == "connect" else 2
    check = portal.Check(ROUTE, None)
    net.clock.now_ms += 3999
    assert outcome(check) == 0
    net.clock.now_ms += 1
    assert check.poll() == -1
