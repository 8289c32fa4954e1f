# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Failures of the dialer that a captive portal may have caused, and the check for it."""

import sys
import types

import pytest
from connectwith.connection import dialer, portal
from dialer_stand_in import Resolver
from test_dialer import FAILED, PROXY_TO, TLS, begun, run, streams  # noqa: F401

ROUTE = ("st1", ("1.1.1.1",))
LINK = types.SimpleNamespace(addresses=lambda: ("10.0.0.5", "255.255.255.0", "10.0.0.1"))


def load():
    """Undoes what `unload()` has done; the firmware would import it again."""
    sys.modules["connectwith.connection.portal"] = portal
    sys.modules["connectwith.connection"].portal = portal


@pytest.fixture
def checks(monkeypatch):
    """The checks that were begun; `states`: what they say."""
    made = []

    class Check:
        states = []

        def __init__(self, *arguments):
            self.arguments, self.closed = arguments, 0
            made.append(self)

        def poll(self):
            return self.states.pop(0)

        def close(self):
            self.closed += 1

    monkeypatch.setattr(portal, "Check", Check)
    yield made
    load()


def broken_tls(streams, code=-0x2700, flags=0x08):  # noqa: F811
    """A dialer whose TLS has failed."""
    streams(states=(2,), error_code=code, flags=flags)
    dial = begun(Resolver(1))
    assert dial.poll() == TLS or dial.poll() == TLS
    dial.stream.secured = None
    dial.stream.left = [-1]
    assert run(dial)[-1] == FAILED
    return dial


def unreachable(streams, url, address="10.0.0.1", proxy=None):  # noqa: F811
    """A dialer whose TCP connection was refused."""
    streams(states=(1, -1), error_code=111)
    resolver = Resolver(1)
    resolver.addresses = (address,)
    dial = begun(resolver, url, proxy)
    assert run(dial)[-1] == FAILED
    return dial


@pytest.mark.parametrize(
    ("code", "flags", "another"),
    [(-0x2700, 0x04, True), (-0x2700, 0x08, True), (-0x2700, 0x0C, True), (-0x2700, 0x01, False),
     (-0x2700, 0x02, False), (-0x7200, 0, True), (-0x7780, 0, False), (104, 0, False)],
)  # fmt: skip
def test_somebody_else_in_tls(streams, checks, code, flags, another):  # noqa: F811
    dial = broken_tls(streams, code, flags)
    assert dial.suspects_portal(None, ROUTE, None) is another
    assert [check.arguments for check in checks] == [(ROUTE, None)] * another


@pytest.mark.parametrize(
    ("host", "address", "another"),
    [("broker.example", "10.0.0.1", True), ("broker.test", "10.0.0.1", False),
     ("broker.example", "192.0.2.1", False)],
)  # fmt: skip
def test_somebody_elses_address(streams, checks, host, address, another):  # noqa: F811
    dial = unreachable(streams, f"mqtts://{host}", address)
    assert dial.suspects_portal(LINK, ROUTE, None) is another and len(checks) == another
    loaded = "connectwith.connection.portal" in sys.modules
    assert loaded is another
    load()
    assert dial.suspects_portal(LINK, ROUTE, None) is another and len(checks) == 2 * another


def test_nobody_stands_in_for_a_proxy_or_a_name_that_is_not_there(streams, checks):  # noqa: F811
    dial = unreachable(streams, "mqtts://broker.example", proxy=PROXY_TO)
    assert dial.suspects_portal(LINK, ROUTE, None) is False
    dial = begun(Resolver(-1), "mqtts://broker.example")
    assert run(dial)[-1] == FAILED and dial.suspects_portal(LINK, ROUTE, None) is False
    assert checks == []


def test_it_can_be_switched_off(streams, checks):  # noqa: F811
    assert broken_tls(streams).suspects_portal(LINK, ROUTE, ()) is False and checks == []


@pytest.mark.parametrize(
    ("code", "state", "told"),
    [(-0x2700, 1, ("captive portal", -0x2700, True)), (-0x2700, -1, ("TLS error", -0x2700, True)),
     (111, 1, ("captive portal", 0, True)), (111, -1, ("TCP errno", 111, False))],
)  # fmt: skip
def test_what_the_check_says(streams, checks, code, state, told):  # noqa: F811
    if code < 0:
        dial = broken_tls(streams)
    else:
        dial = unreachable(streams, "mqtts://broker.example")
    assert dial.suspects_portal(LINK, ROUTE, None)
    checks[0].states += [0, 0, state]
    assert [dial.check_portal() for _ in range(3)] == [False, False, True]
    assert (dial.cause, dial.code, dial.permanent) == told
    assert checks[0].closed == 1 and "connectwith.connection.portal" not in sys.modules
    assert dial.poll() == dialer.FAILED and dial.suspects_portal(LINK, ROUTE, None) is False


def test_a_close_ends_it(streams, checks):  # noqa: F811
    dial = broken_tls(streams)
    assert dial.suspects_portal(LINK, ROUTE, None)
    dial.close()
    dial.close()
    assert checks[0].closed == 1 and dial.check is False
