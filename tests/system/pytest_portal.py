# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A captive portal in place of the server: the cause says so, whatever its HTTP answers."""

import pytest

SERVER_CONNECTED, NO_SERVER = 5, 4

_CERTIFICATE = "certificate CN does not match the host"


@pytest.fixture
def behind(device, world):
    """A board whose request for a check goes to the port of the portal."""
    url = f"http://{world.broker.host}:{world.broker.port}/generate_204"
    device.repl.run(f"imp.uplink.setportalcheck({url!r})")
    return device


def _cause(behind, world, link="wl0"):
    (world.wifi["home"] if link == "wl0" else world.ethernet).portal()
    assert behind.connect(behind.nic(link), 20) == NO_SERVER
    return behind.last_attempt()["cause"]


@pytest.mark.parametrize("link", ["wl0", "eth0"])
def test_a_redirection(behind, world, link):
    cause = _cause(behind, world, link)
    assert cause.startswith("captive portal -0x2700, ") and _CERTIFICATE in cause
    (request,) = world.portal.requests
    port = world.broker.port
    assert (
        request
        == (
            f"GET /generate_204 HTTP/1.1\r\nHost: {world.broker.host}:{port}\r\n"
            "Connection: close\r\n\r\n"
        ).encode()
    )
    assert behind.repl.value("'connectwith.connection.portal' in __import__('sys').modules") is (
        False
    )
    (world.wifi["home"] if link == "wl0" else world.ethernet).log_in()
    assert behind.connect(behind.nic(link)) == SERVER_CONNECTED


@pytest.mark.parametrize("status", [200, 511])
def test_a_page(behind, world, status):
    world.portal.page(status)
    assert _cause(behind, world).startswith("captive portal -0x2700, ")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 503 x\r\n\r\n",
        b"\x00" * 5000,
        b"HTTP/1.1",
        b"",
    ],
    ids=["204", "503", "noise", "half", "silence"],
)
def test_what_tells_nothing(behind, world, answer):
    world.portal.answer = answer
    cause = _cause(behind, world)
    assert cause.startswith("TLS error -0x2700, ") and _CERTIFICATE in cause


def test_it_may_be_switched_off(behind, world):
    behind.repl.run("imp.uplink.setportalcheck(None)")
    assert _cause(behind, world).startswith("TLS error")
    assert world.portal.requests == []


def test_an_address_that_is_not_there(behind, world):
    behind.repl.run("imp.uplink.setportalcheck('http://nowhere.example/')")
    assert _cause(behind, world).startswith("TLS error")
    assert ("nowhere.example", "A") in world.dns.queries


def test_another_servers_certificate_without_a_portal(behind, world):
    peer = world.peer("other-host")
    behind.use_broker(peer.url)
    assert behind.connect(behind.wifi()) == NO_SERVER
    assert behind.last_attempt()["cause"].startswith("TLS error -0x2700, ")


def test_the_time_is_up_during_the_check(behind, world):
    world.portal.answer = b""
    world.wifi["home"].portal()
    assert behind.connect(behind.wifi(), 4) == NO_SERVER  # the check alone may take 4 s
    assert behind.last_attempt()["cause"].startswith("TLS error -0x2700, ")


def test_bad_addresses_change_nothing(behind, world):
    for url in ("'https://a/'", "'http://a b/'", "7"):
        behind.repl.run(
            f"try:\n    imp.uplink.setportalcheck({url})\n    assert False\n"
            "except (TypeError, ValueError): pass"
        )
    assert _cause(behind, world).startswith("captive portal")
