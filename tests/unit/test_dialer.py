# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The dialer against scripted resolvers and streams: order, results, causes, what is closed."""

import _connectwith
import pytest
from connectwith import cloud, dialer, results

RESOLVE, DIAL, PROXY, TLS, READY, FAILED = 4, 5, 6, 7, 8, -1
CA = b"-----BEGIN CERTIFICATE-----"
PROXY_TO = ("proxy.test", 3128, "user", "pass")


class Resolver:
    """Answers with `script`, one entry for each poll; the last one stays."""

    def __init__(self, *script):
        self.script = list(script)
        self.asked = []
        self.cancelled = 0

    def start(self, host):
        self.asked.append(host)

    def poll(self):
        assert self.asked, "polled before it was started"
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def address(self):
        return "192.0.2.7"

    def cancel(self):
        self.cancelled += 1


class Stream:
    """A stream whose states, bytes and errors are written down beforehand."""

    states = (2,)
    inbound = b""
    chunk = 1000  # bytes that a write takes
    error_code = 0
    flags = 0
    refuse = None
    made = []

    def __init__(self):
        self.made.append(self)
        self.left = list(self.states)
        self.written = b""
        self.secured = None
        self.closed = False
        self.at = 0
        self.gap = False

    def connect(self, address, port, device):
        if self.refuse is not None:
            raise OSError(self.refuse, "no route")
        self.to = (address, port)
        self.device = device

    def poll(self):
        if self.secured:
            return 4
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]

    def secure(self, *arguments):
        assert self.secured is None
        self.secured = arguments

    def error(self):
        return self.error_code

    def verify_flags(self):
        return self.flags

    def write(self, data):
        took = min(self.chunk, len(data))
        self.written += bytes(data[:took])
        return took or None

    def readinto(self, buffer):
        self.gap = not self.gap
        if self.gap and self.chunk == 1:
            return None  # would block, every other time
        if self.at == len(self.inbound):
            return None
        buffer[0] = self.inbound[self.at]
        self.at += 1
        return 1

    def close(self):
        self.closed = True


@pytest.fixture
def streams(monkeypatch):
    """Installs a Stream with the given attributes; returns those that were made."""

    def install(**attributes):
        made = []
        kind = type("Scripted", (Stream,), {**attributes, "made": made})
        monkeypatch.setattr(_connectwith, "Stream", kind, raising=False)
        return made

    return install


def target(url="mqtts://broker.test:8883"):
    return cloud.check(url, CA, None, None, None, None, None)


def run(dial, limit=1000):
    """The stages that were seen, each once, until the end."""
    seen = []
    for _ in range(limit):
        stage = dial.poll()
        if not seen or seen[-1] != stage:
            seen.append(stage)
        if stage in (READY, FAILED):
            return seen
    raise AssertionError(f"no end after {seen}")


def test_straight_to_the_server(streams):
    made = streams(states=(1, 1, 2))
    resolver = Resolver(0, 0, 1)
    dial = dialer.Dialer(resolver)
    dial.start(target(), None, (None, None))
    assert run(dial) == [RESOLVE, DIAL, TLS, READY]
    assert resolver.asked == ["broker.test"]
    assert made[0].to == ("192.0.2.7", 8883)
    assert made[0].secured == ("broker.test", CA, None, None)
    dial.close()
    assert made[0].closed and dial.stream is None


def test_plain_skips_tls(streams):
    made = streams()
    dial = dialer.Dialer(Resolver(1))
    dial.start(target("mqtt://broker.test"), None, (None, None))
    assert run(dial) == [DIAL, READY]
    assert made[0].secured is None


@pytest.mark.parametrize(
    ("found", "words", "silent"),
    [(-1, "NXDOMAIN", False), (-2, "no name server", False), (-4, "no IPv4", False),
     (-5, "SERVFAIL", False), (-6, "no answer", True)],
)  # fmt: skip
def test_name_that_does_not_resolve(streams, found, words, silent):
    made = streams()
    dial = dialer.Dialer(Resolver(0, found))
    dial.start(target(), None, (None, None))
    assert run(dial) == [RESOLVE, FAILED]
    assert dial.result == results.NOT_RESOLVED and not made
    assert dial.cause.startswith("DNS: ") and words in dial.cause and dial.code == 0
    assert dial.silent == silent


@pytest.mark.parametrize(
    ("states", "code", "silent"),
    [((1, -1), 111, False), ((1, -1), 104, False), ((1, -1), 113, True), ((1, -1), 110, True),
     ((2, -1), -0x2700, False), ((2, -1), 104, False)],
)  # fmt: skip
def test_whether_anybody_says_no(streams, states, code, silent):
    streams(states=states, error_code=code)
    dial = dialer.Dialer(Resolver(1))
    dial.start(target("mqtt://broker.test"), None, (None, None))
    while states[0] == 2 and dial.poll() != READY:
        pass
    if states[0] == 2:
        dial._turn = TLS  # as if it were secured
        dial.stream.secured = None
    assert run(dial)[-1] == FAILED
    assert dial.silent == silent


@pytest.mark.parametrize("proxy, result", [(None, 4), (PROXY_TO, 6)])
def test_refused(streams, proxy, result):
    streams(states=(1, -1), error_code=111)
    dial = dialer.Dialer(Resolver(1))
    dial.start(target(), proxy, (None, None))
    assert run(dial)[-1] == FAILED
    assert (dial.result, dial.cause, dial.code) == (result, "TCP errno", 111)


@pytest.mark.parametrize("proxy, result", [(None, 4), (PROXY_TO, 6)])
def test_no_route_at_all(streams, proxy, result):
    made = streams(refuse=113)
    dial = dialer.Dialer(Resolver(1))
    dial.start(target(), proxy, (None, None))
    assert run(dial) == [FAILED]
    assert (dial.result, dial.code) == (result, 113)
    dial.close()
    assert made[0].closed


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_through_a_proxy(streams, chunk):
    made = streams(inbound=b"HTTP/1.1 200 Connection established\r\n\r\n", chunk=chunk)
    resolver = Resolver(1)
    dial = dialer.Dialer(resolver)
    dial.start(target(), PROXY_TO, (None, None))
    assert run(dial) == [DIAL, PROXY, TLS, READY]
    assert resolver.asked == ["proxy.test"] and made[0].to == ("192.0.2.7", 3128)
    assert made[0].written == (
        b"CONNECT broker.test:8883 HTTP/1.1\r\nHost: broker.test:8883\r\n"
        b"Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n"
    )
    assert made[0].secured[0] == "broker.test"


@pytest.mark.parametrize(
    "reply, result",
    [
        (b"HTTP/1.1 401 No\r\n\r\n", results.NOT_AUTHORISED),
        (b"HTTP/1.1 403 No\r\n\r\n", results.NOT_AUTHORISED),
        (b"HTTP/1.1 407 No\r\n\r\n", results.NOT_AUTHORISED),
        (b"HTTP/1.1 502 Bad gateway\r\n\r\n", results.NO_PROXY),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 407 No\r\n\r\n", results.NOT_AUTHORISED),
        (b"HTTP/1.1 403\n\n", results.NOT_AUTHORISED),
        (b"HTTP/1.0 502 Bad\nVia: x\r\n\n", results.NO_PROXY),
        (b"HTTP/1.1 000 Nothing\r\n\r\n", results.NO_PROXY),
        (b"220 mail.test ESMTP\r\n", results.NO_PROXY),
    ],
)
def test_what_a_proxy_says(streams, reply, result):
    streams(inbound=reply)
    dial = dialer.Dialer(Resolver(1))
    dial.start(target(), PROXY_TO, (None, None))
    assert run(dial)[-1] == FAILED
    assert dial.result == result
    assert "pass" not in dial.cause


def test_a_new_start_drops_the_old_stream(streams):
    made = streams(states=(1,))
    dial = dialer.Dialer(Resolver(1))
    dial.start(target(), None, (None, None))
    dial.poll()
    dial.start(target(), None, (None, None))
    dial.poll()
    assert len(made) == 2 and made[0].closed and not made[1].closed


def test_nothing_happens_after_close(streams):
    streams()
    dial = dialer.Dialer(Resolver(1))
    dial.close()
    dial.close()
    assert dial.poll() == FAILED
