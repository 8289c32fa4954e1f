# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A broker whose name has several addresses: each of them counts."""

import pytest
from bench.dns import BEYOND, REFUSED
from cellular import PPP_NO_CONNECTIVITY, cell, set_clock

NO_SERVER, SERVER_CONNECTED = 4, 5
_SILENT = ("198.51.100.9", "198.51.100.10", "198.51.100.11")  # an unused address
_HERE = "its DNS server gives the addresses"


def _ms_of(device, stage):
    return dict(device.last_attempt()["stages"])[stage]


@pytest.mark.virtual(_HERE)
@pytest.mark.parametrize("before", [_SILENT[:1], _SILENT], ids=["one", "three"])
def test_silent_addresses_before_the_good_one(device, world, before):
    world.dns.answer("broker.test", *before, BEYOND)
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert _ms_of(device, "DIAL") >= 1000 * len(before)


@pytest.mark.virtual(_HERE)
def test_addresses_that_refuse_before_the_good_one(device, world):
    world.dns.answer("broker.test", REFUSED, BEYOND)
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert device.connect(device.ethernet()) == SERVER_CONNECTED


@pytest.mark.virtual(_HERE)
def test_no_address_answers(device, world):
    world.dns.answer("broker.test", *_SILENT)
    assert device.connect(device.wifi(), timeout=6) == NO_SERVER
    world.dns.answer("broker.test", REFUSED, REFUSED)
    assert device.connect(device.wifi(), timeout=20) == NO_SERVER
    assert "ECONNREFUSED" in device.last_attempt()["cause"]
    world.dns.answer("broker.test", BEYOND)
    assert device.connect(device.wifi()) == SERVER_CONNECTED


@pytest.mark.virtual(_HERE)
def test_a_silent_address_over_cellular(device, world, modem):
    set_clock(device)
    world.dns.answer("broker.test", _SILENT[0], BEYOND)
    assert device.connect(cell(), timeout=60) == SERVER_CONNECTED
    world.dns.answer("broker.test", *_SILENT)
    assert device.connect(cell(), timeout=15) == PPP_NO_CONNECTIVITY


@pytest.mark.virtual(_HERE)
def test_a_server_that_does_not_serve_is_the_last_to_be_tried_again(device, world):
    device.use_broker(f"mqtts://broker.test:{world.peer('mute-tcp').port}")
    world.dns.answer("broker.test", BEYOND, _SILENT[0])
    assert device.connect(device.wifi(), timeout=5) == NO_SERVER
    assert device.last_attempt()["stages"][-1][0] == "TLS"
    assert device.connect(device.wifi(), timeout=8) == NO_SERVER
    assert device.last_attempt()["stages"][-1][0] == "TLS"
    assert _ms_of(device, "DIAL") >= 1000
