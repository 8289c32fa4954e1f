# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Faults as they are typed, and what a board sees of each. tests/faults has the whole matrix."""

import pytest
from cellular import (
    NO_PPP_CONNECTION,
    PPP_NO_CONNECTIVITY,
    cell,
    set_clock,
    silent_s,
    warm_anew,
)

from commands import typed_faults

pytestmark = pytest.mark.virtual("its bench has all the parts")

NO_IP_ADDRESS, NO_SERVER, SERVER_CONNECTED, NO_PROXY, NOT_AUTHORISED = 2, 4, 5, 6, 7


@pytest.fixture
def make(world):
    """Makes faults, with commas between them."""

    def made(text):
        for fault in typed_faults.parse_all(text):
            typed_faults.apply(world, fault)

    return made


def _cause(device):
    return str(device.last_attempt()["cause"])


def _until(device, condition):
    assert device.repl.value(f"until(lambda: {condition}, 20000)", timeout=30) is True


# -- DHCP


@pytest.mark.parametrize(("link", "part"), [("wl0", "ap"), ("eth0", "ethernet")])
def test_leases_that_are_late(device, make, link, part):
    make(f"{part}-dhcp-ms=60000")
    assert device.connect(device.nic(link), timeout=2) == NO_IP_ADDRESS
    make(f"{part}-dhcp-ms=400")
    assert device.connect(device.nic(link)) == SERVER_CONNECTED
    assert dict(device.last_attempt()["stages"])["ADDRESS"] >= 800  # an offer and a lease
    device.repl.run("server.disconnect()")


# -- the proxy


@pytest.fixture
def through(device, world):
    """A NIC that leads through the bench's proxy."""
    return {
        "interface": "eth0",
        "proxyconfig": {"address": world.proxy.host, "port": world.proxy.port},
    }


@pytest.mark.parametrize(
    ("fault", "ends", "result", "word"),
    [
        ("proxy-ask=me:S3cret", "proxy-accept", NOT_AUTHORISED, "407"),
        ("proxy-refuse", "proxy-accept", NOT_AUTHORISED, "403"),
        ("proxy-fail", "proxy-accept", NO_PROXY, "502"),
        ("proxy-fail=503", "proxy-restore", NO_PROXY, "503"),
        ("proxy-mute", "proxy-speak", NO_PROXY, ""),
        ("proxy-delay=20000", "proxy-delay=0", NO_PROXY, ""),
        ("proxy-stop", "proxy-start", NO_PROXY, "ECONN"),
    ],
)
def test_a_fault_of_the_proxy_and_its_end(device, through, make, fault, ends, result, word):
    make(fault)
    assert device.connect(through, timeout=2) == result
    assert word in _cause(device)
    make(ends)
    assert device.connect(through) == SERVER_CONNECTED
    device.repl.run("server.disconnect()")


def test_a_proxy_that_asks_lets_in_who_answers(device, through, make):
    make("proxy-ask=me:S3cret")
    through["proxyconfig"].update(username="me", password="S3cret")
    assert device.connect(through) == SERVER_CONNECTED
    device.repl.run("server.disconnect()")


def test_a_session_ends_with_its_proxy_and_comes_back_with_it(device, through, make):
    assert device.connect(through) == SERVER_CONNECTED
    make("proxy-stop")
    _until(device, "not server.isconnected()")
    make("proxy-start")
    _until(device, "server.isconnected()")
    device.repl.run("server.disconnect()")


@pytest.mark.parametrize("fault", ["proxy-ask", "proxy-refuse", "proxy-mute", "proxy-stop"])
def test_restore_ends_what_was_typed(device, world, through, make, fault):
    make(fault)
    world.restore()
    assert device.connect(through) == SERVER_CONNECTED
    assert world.proxy.tunnels == 1
    device.repl.run("server.disconnect()")


# -- the broker


@pytest.mark.parametrize("link", ["wl0", "eth0"])
@pytest.mark.parametrize(
    ("fault", "ends", "word"),
    [
        ("broker-refuse", "broker-accept", "CONNACK 5"),
        ("broker-certificate=expired", "broker-certificate=good", "expired"),
        ("broker-certificate=other-host", "broker-certificate=good", "CN"),
        ("broker-certificate=young", "broker-certificate=good", "not valid yet"),
        ("broker-certificate=untrusted", "broker-restore", "not signed by the given CA"),
    ],
)
def test_a_fault_of_the_broker_and_its_end(device, make, link, fault, ends, word):
    make(fault)
    assert device.connect(device.nic(link), timeout=5) == NO_SERVER
    assert word.lower() in _cause(device).lower()
    make(ends)
    assert device.connect(device.nic(link)) == SERVER_CONNECTED
    device.repl.run("server.disconnect()")


@pytest.mark.parametrize("fault", ["broker-restart", "broker-certificate=expired"])
def test_a_session_ends_with_the_broker_and_comes_back(device, make, fault):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    make(fault)
    _until(device, "imp.diag.counters()['losses'] == 1")
    make("broker-certificate=good")
    _until(device, "server.isconnected()")
    device.repl.run("server.disconnect()")


# -- the mobile network


def test_the_only_apn_of_the_network(device, modem, make):
    set_clock(device)
    modem.warm()
    make("modem-apn=other")
    assert device.connect(cell(), timeout=8, limit_s=80) == NO_PPP_CONNECTION
    make("modem-apn=internet")
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    device.repl.run("server.disconnect()")


@pytest.mark.parametrize(
    "fault", ["cable-silence", "cable-drop=1", "cable-delay=60000", "cable-cut"]
)
def test_a_mobile_network_that_is_dead(device, modem, make, fault):
    set_clock(device)
    timeout = silent_s(device, modem)
    make(f"mobile-{fault}")
    assert device.connect(cell(), timeout=timeout, limit_s=80) == PPP_NO_CONNECTIVITY
    make("mobile-restore")
    warm_anew(device, modem)
    assert device.connect(cell(), timeout=60, limit_s=70) == SERVER_CONNECTED
    device.repl.run("server.disconnect()")
