# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""PPP by the drivers of 1.25 and of later versions: how it begins, fails, and leaves the UART."""

import sys
import types

import _connectwith
import micropython
import pytest
from connectwith.links.modem import ppp
from modem_script import Uart

NONE = "0.0.0.0"


class Driver:
    """`network.PPP`; `did` is what it was told."""

    made = []

    def __init__(self, stream):
        self.did = [("stream", stream)]
        self.connected = self.is_active = False
        self.state, self.its_address = 3, NONE
        self.polls = 1
        Driver.made.append(self)

    def config(self, stream):
        self.did.append(("stream", stream))

    def active(self, *on):
        if on:
            self.is_active = on[0]
            self.did.append(("active", on[0]))
        return self.is_active

    def connect(self, **how):
        self.did.append(("connect", how))

    def isconnected(self):
        return self.connected

    def status(self):
        return self.state

    def ifconfig(self):
        return (self.its_address, "10.0.0.1", "255.255.255.255", "8.8.8.8")

    def ipconfig(self, name):
        return {"addr4": (self.its_address, "255.255.255.255"), "gw4": "10.0.0.1"}[name]


class LaterDriver(Driver):
    def poll(self):
        return self.polls


class Tap:
    def __init__(self, uart, first):
        self.arguments = (uart, first)
        self.news, self.refusal = False, False

    def heard(self):
        news, self.news = self.news, False
        return news

    def refused(self):
        return self.refusal


class Ring:
    def __init__(self, size):
        self.size, self.data = size, b""

    def write(self, data):
        self.data += data


@pytest.fixture(params=["1.25", "later"])
def version(request):
    return request.param


@pytest.fixture
def begun(monkeypatch, clock, version):
    """PPP that has begun on a UART."""
    monkeypatch.setattr(Driver, "made", [])
    kind = Driver if version == "1.25" else LaterDriver
    monkeypatch.setitem(sys.modules, "network", types.SimpleNamespace(PPP=kind))
    monkeypatch.setattr(_connectwith, "Tap", Tap, False)
    monkeypatch.setattr(micropython, "RingIO", Ring, False)
    line = ppp.Ppp()
    line.uart = Uart()
    line.start(line.uart, 2, "me", "geheim", b"first")
    return line


def driver():
    return Driver.made[-1]


def test_the_begin(begun, version):
    (_, tap), active, (_, how) = driver().did
    assert tap.arguments == (begun.uart, b"first") and active == ("active", True)
    names = ("authmode", "username", "password") if version == "1.25" else (
        "security", "user", "key")  # fmt: skip
    assert how == dict(zip(names, (2, "me", "geheim"), strict=True))
    assert (begun.uart.handler is not None) is (version == "later")
    assert begun.poll() == ppp.Ppp.PENDING
    driver().connected = True
    assert begun.poll() == ppp.Ppp.UP
    driver().its_address = "100.64.0.9"
    assert begun.addresses() == ("100.64.0.9", "255.255.255.255", "10.0.0.1")


def test_without_a_login(begun):
    begun.drop()
    begun.start(begun.uart, 0, "", "", b"")
    assert driver().did[-1] == ("connect", {})


def test_the_driver_is_made_once_unless_it_hangs(begun, version):
    driver().its_address, driver().state = "100.64.0.9", 4
    first = driver()
    begun.drop()
    begun.start(begun.uart, 0, "", "", b"again")
    assert Driver.made == [first]
    streams = [what for kind, what in first.did if kind == "stream"]
    assert streams[-1].arguments == (begun.uart, b"again")


def test_a_refused_password(begun, version):
    if version == "1.25":
        begun._tap.refusal = True
        assert begun.poll() == ppp.Ppp.PENDING, "nothing was heard"
        begun._tap.news = True
    else:
        driver().state = -7
    assert begun.poll() == ppp.Ppp.DOWN
    assert (begun.cause, begun.code) == (ppp.REFUSED, 0)


def test_other_errors_of_later_versions(begun, version):
    driver().state = -5
    state = begun.poll()
    if version == "later":
        assert (state, begun.cause, begun.code) == (ppp.Ppp.DOWN, "PPP error", 5)
        driver().connected = True
        assert begun.poll() == ppp.Ppp.UP
    else:
        assert state == ppp.Ppp.PENDING


def test_what_is_heard_keeps_it_alive(begun, clock, version):
    def hear():
        if version == "1.25":
            begun._tap.news = True
            begun.poll()
        else:
            begun.uart.handler(begun.uart)

    clock.now_ms += 9999
    assert begun.poll() == ppp.Ppp.PENDING
    hear()
    clock.now_ms += 9999
    assert begun.poll() == ppp.Ppp.PENDING
    if version == "later":
        driver().polls = 0  # there was nothing to read
        begun.uart.handler(begun.uart)
    clock.now_ms += 1
    assert begun.poll() == ppp.Ppp.DOWN and begun.cause == "PPP: the modem is silent"


@pytest.mark.parametrize("connected", [True, False])
def test_only_who_is_connected_is_asked(begun, clock, connected):
    driver().connected = connected
    clock.now_ms += 2999
    begun.poll()
    assert begun.uart.sent == []
    clock.now_ms += 1
    begun.poll()
    begun.poll()
    assert begun.uart.sent == ([ppp._ECHO] if connected else [])


@pytest.mark.parametrize(
    ("state", "address", "kept"), [(3, NONE, True), (4, NONE, True), (3, "1.2.3.4", True),
                                   (4, "1.2.3.4", False)]
)  # fmt: skip
def test_leaving_the_uart(begun, clock, version, state, address, kept):
    first = driver()
    first.state, first.its_address = state, address
    first.did.clear()
    begun.drop()
    begun.drop()
    if version == "1.25":
        (_, loop), *rest = first.did
        assert loop.data == ppp.TERMINATE + ppp._TERMINATED and rest == []
        assert clock.drive(begun.close())[1] == 60
        assert first.did[1:] == [("active", False), ("stream", None)]
        assert clock.drive(begun.close())[1] == 0
        return
    assert begun.uart.handler is None
    assert first.did == ([("stream", None)] if kept else [("active", False)])
    assert clock.drive(begun.close())[1] == 0
    assert first.is_active is kept, "one that still connects gives up by itself"
    if kept:
        assert begun.poll() == ppp.Ppp.DOWN
        first.state = -5
        clock.drive(begun.close())
        assert not first.is_active and begun._waiting == []
        begun.start(begun.uart, 0, "", "", b"")
        assert driver() is not first


def test_an_interrupt_that_comes_late(begun, version):
    handler = begun.uart.handler
    begun.drop()
    if handler is not None:
        handler(begun.uart)  # the driver has gone: nothing to read


def test_nothing_was_begun(clock):
    line = ppp.Ppp()
    line.drop()
    assert clock.drive(line.close())[1] == 0 and line.poll() == ppp.Ppp.DOWN
