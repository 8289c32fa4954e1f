# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The dialer with scripted resolvers and streams: order, results, causes, closed streams."""

import types

import _connectwith
import pytest
from connectwith import results
from connectwith.connection import dialer
from connectwith.settings import cloud
from dialer_stand_in import Resolver, Stream

RESOLVE, DIAL, PROXY, TLS, READY, FAILED = 4, 5, 6, 7, 8, -1
CA = b"-----BEGIN CERTIFICATE-----"
PROXY_TO = ("proxy.test", 3128, "user", "pass")


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
    settings = cloud.Settings()
    settings.secure, settings.host, settings.port = cloud.split(url)
    settings.ca = CA
    return settings


def begun(resolver, url="mqtts://broker.test:8883", proxy=None, key=None):
    """A dialer on its way to that server."""
    dial = dialer.Dialer(resolver)
    dial.start(target(url), proxy, key)
    return dial


def run(dial, limit=1000):
    """Polls to the end; returns the stages, each once."""
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
    dial = begun(resolver)
    assert run(dial) == [RESOLVE, DIAL, TLS, READY]
    assert resolver.asked == ["broker.test"]
    assert made[0].to == ("192.0.2.7", 8883)
    assert made[0].secured == ("broker.test", CA, None, None, 8883)
    dial.close()
    assert made[0].closed and dial.stream is None


def test_plain_skips_tls(streams):
    made = streams()
    dial = begun(Resolver(1), url="mqtt://broker.test")
    assert run(dial) == [DIAL, READY]
    assert made[0].secured is None


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(403, True), (407, True), (408, False), (409, True), (425, False), (429, False), (499, True),
     (500, False), (503, False)],
)  # fmt: skip
def test_which_answers_of_a_proxy_may_change(streams, status, permanent):
    streams(inbound=b"HTTP/1.1 %d No\r\n\r\n" % status)
    dial = begun(Resolver(1), proxy=PROXY_TO)
    assert run(dial)[-1] == FAILED and dial.code == status
    assert dial.permanent == permanent


@pytest.mark.parametrize("url", ["mqtts://broker.test", "mqtt://broker.test"])
@pytest.mark.parametrize("found", [1, -1, 0])  # it dials, there is no such name, it is cut short
def test_the_key_is_overwritten_whatever_becomes_of_it(streams, url, found):
    streams()
    key = bytearray(b"the key")
    dial = begun(Resolver(found), url, key=key)
    for _ in range(3):
        dial.poll()
    dial.close()
    assert key == bytes(7)


@pytest.mark.parametrize(
    ("found", "words", "silent"),
    [(-1, "NXDOMAIN", False), (-2, "no name server", False), (-4, "no IPv4", False),
     (-5, "SERVFAIL", False), (-6, "no answer", True)],
)  # fmt: skip
def test_name_that_does_not_resolve(streams, found, words, silent):
    made = streams()
    dial = begun(Resolver(0, found))
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
    dial = begun(Resolver(1), url="mqtt://broker.test")
    while states[0] == 2 and dial.poll() != READY:
        pass
    if states[0] == 2:
        dial._state = TLS  # as if it were secured
        dial.stream.secured = None
    assert run(dial)[-1] == FAILED
    assert dial.silent == silent


@pytest.mark.parametrize("proxy, result", [(None, 4), (PROXY_TO, 6)])
def test_refused(streams, proxy, result):
    streams(states=(1, -1), error_code=111)
    dial = begun(Resolver(1), proxy=proxy)
    assert run(dial)[-1] == FAILED
    assert (dial.result, dial.cause, dial.code) == (result, "TCP errno", 111)


@pytest.mark.parametrize("proxy, result", [(None, 4), (PROXY_TO, 6)])
def test_no_route_at_all(streams, proxy, result):
    made = streams(refuse=113)
    dial = begun(Resolver(1), proxy=proxy)
    assert run(dial) == [FAILED]
    assert (dial.result, dial.code) == (result, 113)
    dial.close()
    assert made[0].closed


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_through_a_proxy(streams, chunk):
    made = streams(inbound=b"HTTP/1.1 200 Connection established\r\n\r\n", chunk=chunk)
    resolver = Resolver(1)
    dial = begun(resolver, proxy=PROXY_TO)
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
    dial = begun(Resolver(1), proxy=PROXY_TO)
    assert run(dial)[-1] == FAILED
    assert dial.result == result
    assert "pass" not in dial.cause


def test_a_new_start_drops_the_old_stream(streams):
    made = streams(states=(1,))
    dial = begun(Resolver(1))
    dial.poll()
    dial.start(target(), None, None)
    dial.poll()
    assert len(made) == 2 and made[0].closed and not made[1].closed


def test_nothing_happens_after_close(streams):
    streams()
    dial = dialer.Dialer(Resolver(1))
    dial.close()
    dial.close()
    assert dial.poll() == FAILED


# -- a name with several addresses

ALL = ("192.0.2.7", "192.0.2.8", "192.0.2.9")


@pytest.fixture
def several(streams, monkeypatch):
    """Streams that behave as `fates` says of their address; a dialer, and a clock to move on."""
    made = streams()
    kind = _connectwith.Stream
    fates = {}

    def connect(self, address, port, device):
        self.to = address
        self.device = device
        fate = fates.get(address, "answers")
        if fate == "no route":
            raise OSError(113, "no route")
        self.left = {"answers": [1, 2], "silent": [1], "refuses": [1, -1], "unreachable": [1, -1]}[
            fate
        ]
        self.error_code = 113 if fate == "unreachable" else 111

    monkeypatch.setattr(kind, "connect", connect)
    resolver = Resolver(1)
    resolver.addresses = ALL
    now = types.SimpleNamespace(ms=1 << 29)
    monkeypatch.setattr(dialer.time, "ticks_ms", lambda: now.ms, raising=False)
    monkeypatch.setattr(dialer.time, "ticks_diff", lambda a, b: a - b, raising=False)
    bench = types.SimpleNamespace(made=made, fates=fates, dial=dialer.Dialer(resolver), now=now)
    bench.dial.device = "st1"

    def tried():
        """Polls every 100 ms to the end; returns the addresses in the order of trial."""
        begin = len(made)
        bench.dial.start(target(), None, None)
        for _ in range(100):
            if bench.dial.poll() in (READY, FAILED):
                break
            now.ms += 100
        return [stream.to for stream in made[begin:]]

    bench.tried = tried
    return bench


def test_a_silent_address_costs_a_second(several):
    several.fates["192.0.2.7"] = "silent"
    began_ms = several.now.ms
    assert several.tried() == ["192.0.2.7", "192.0.2.8"]
    assert 1000 <= several.now.ms - began_ms <= 1300
    silent, answered = several.made
    assert silent.closed and not answered.closed and several.dial.stream is answered
    assert silent.device == answered.device == "st1"


def test_a_late_first_address_wins_over_a_silent_second(several):
    several.fates.update({"192.0.2.7": "silent", "192.0.2.8": "silent", "192.0.2.9": "silent"})
    several.dial.start(target(), None, None)
    for _ in range(15):
        assert several.dial.poll() == DIAL
        several.now.ms += 100
    first, second = several.made
    first.left = [2]
    assert several.dial.poll() == TLS
    assert several.dial.stream is first and second.closed and not first.closed


@pytest.mark.parametrize("fate", ["refuses", "unreachable", "no route"])
def test_an_address_that_fails_costs_nothing(several, fate):
    several.fates["192.0.2.7"] = fate
    began_ms = several.now.ms
    assert several.tried() == ["192.0.2.7", "192.0.2.8"]
    assert several.now.ms - began_ms < 1000


def test_the_next_one_is_not_tried_before_its_time(several):
    several.fates["192.0.2.7"] = "silent"
    several.dial.start(target(), None, None)
    several.dial.poll()
    several.now.ms += 999
    several.dial.poll()
    assert len(several.made) == 1
    several.now.ms += 1
    several.dial.poll()
    assert len(several.made) == 2


@pytest.mark.parametrize(
    ("fates", "code", "silent"),
    [(("refuses", "refuses", "unreachable"), 113, False),
     (("unreachable", "no route", "unreachable"), 113, True),
     (("no route", "unreachable", "refuses"), 111, False)],
)  # fmt: skip
def test_all_addresses_fail(several, fates, code, silent):
    several.fates.update(zip(ALL, fates, strict=True))
    assert several.tried() == list(ALL)
    dial = several.dial
    assert (dial.result, dial.cause, dial.code) == (results.NO_SERVER, "TCP errno", code)
    assert dial.silent == silent
    dial.close()
    assert all(stream.closed for stream in several.made)


def test_the_good_address_is_tried_first_the_next_time(several):
    several.fates["192.0.2.7"] = "silent"
    several.tried()
    several.dial.rate_address(True)
    several.dial.close()
    assert several.tried() == ["192.0.2.8"]
    # The record of another name does not count.
    several.dial.rate_address(True)
    several.dial._known = ("other.test", "192.0.2.8", True)
    assert several.tried()[0] == "192.0.2.7"


def test_an_address_whose_server_does_not_serve_is_tried_last(several):
    assert several.tried() == ["192.0.2.7"]
    several.dial.close()  # by the end of the time, or by a session that was refused
    assert several.tried() == ["192.0.2.8"]
    several.dial.rate_address(True)
    several.dial.rate_address(False)  # of a later loss: the server had served
    assert several.tried() == ["192.0.2.8"]


def test_tls_that_fails_makes_its_address_the_last(several):
    several.dial.start(target(), None, None)
    while several.dial.poll() != TLS:
        pass
    stream = several.dial.stream
    stream.secured = None
    stream.left = [-1]
    assert several.dial.poll() == FAILED
    assert several.tried() == ["192.0.2.8"]


def test_a_session_that_is_refused_costs_a_second_dial(several, monkeypatch):
    several.dial.start(target(), None, bytearray(b"key"))
    while several.dial.poll() != TLS:
        pass
    stream = several.dial.stream
    host, port = "broker.test", 8883
    assert (stream.secured[0], stream.secured[4]) == (host, port)
    keys = []
    monkeypatch.setattr(dialer.cloud, "secret", lambda t, name: keys.append((t.host, name)))
    stream.secured, stream.left, stream.again = None, [-1], True
    assert several.dial.poll() == 4  # it begins with the name
    assert keys == [(host, "key")] and stream.closed
    while several.dial.poll() != TLS:
        pass
    assert several.made[-1].to[0] == stream.to[0]  # it is not the address's fault
    several.made[-1].secured, several.made[-1].left = None, [-1]
    assert several.dial.poll() == FAILED


def test_close_drops_all_that_connect(several):
    several.fates.update(dict.fromkeys(ALL, "silent"))
    several.dial.start(target(), None, None)
    for _ in range(25):
        several.dial.poll()
        several.now.ms += 100
    assert [stream.to for stream in several.made] == list(ALL)
    several.dial.close()
    assert all(stream.closed for stream in several.made)
