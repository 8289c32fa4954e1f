# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The Ethernet segment as a board with a W5500 sees it."""

import time

import pytest
from fake_board import FakeBoard


@pytest.fixture
def port(world):
    """The Ethernet interface of a board, not started."""
    with FakeBoard(world.net, "eth") as board:
        # Only boards that netsim knows are told of a fault when it begins.
        world.netsim.wait_event("client * eth *")
        yield board


def test_link_comes_after_start_and_negotiation(world, port):
    world.ethernet.link_ms(200)
    port.send("Q")
    assert port.expect("OX") == b"O"
    assert port.silent_for(0.3), "not started"
    begin = time.monotonic()
    port.send("P", b"1")
    assert port.expect("UD") == b"U"
    assert time.monotonic() - begin >= 0.2
    assert port.dhcp() == "10.0.1.15"


def test_a_link_under_way_comes_when_its_time_is_shorter(world, port):
    world.ethernet.link_ms(60000)
    port.send("P", b"1")
    port.send("Q")
    assert port.expect("OUD") == b"O"  # netsim has both
    world.ethernet.restore()
    assert port.expect("UD") == b"U"


def test_cable_out_and_in(world, port):
    port.send("P", b"1")
    assert port.expect("UD") == b"U"
    world.ethernet.unplug()
    assert port.expect("UD") == b"D"
    assert port.dhcp(0.2) is None
    world.ethernet.plug()
    assert port.expect("UD") == b"U"
    assert port.dhcp() == "10.0.1.15"


def test_start_without_cable(world, port):
    world.ethernet.unplug()
    port.send("P", b"1")
    assert port.silent_for(0.3)
    world.ethernet.plug()
    assert port.expect("UD") == b"U"


def test_no_chip(world, port):
    world.ethernet.remove_chip()
    port.send("Q")
    assert port.expect("OX") == b"X"
    port.send("P", b"1")
    assert port.silent_for(0.3)
    world.ethernet.fit_chip()
    port.send("Q")
    assert port.expect("OXU") == b"O"


def test_lock_up_lasts_until_a_reset(world, port):
    world.ethernet.lock_up()
    assert port.expect("B") == b"B", "told at once"
    port.send("Q")
    assert port.expect("OKX") == b"K"
    port.send("R")
    port.send("Q")
    assert port.expect("OKX") == b"O"
    world.ethernet.lock_up()
    assert port.expect("B") == b"B"
    world.restore()
    port.send("Q")
    assert port.expect("OKX") == b"O"


def test_stop_is_silent_and_final(world, port):
    port.send("P", b"1")
    assert port.expect("UD") == b"U"
    port.send("P", b"0")
    world.ethernet.unplug()
    world.ethernet.plug()
    assert port.silent_for(0.3)


def test_wifi_and_ethernet_are_networks_of_their_own(world, port, online):
    port.send("P", b"1")
    port.expect("U")
    assert port.dhcp() == "10.0.1.15"
    assert online.address == f"10.0.{world.wifi['home'].number}.15"
    world.ethernet.cable.silence()
    assert port.arp("10.0.1.2", 0.2) is None
    assert online.arp(world.wifi["home"].gateway) is not None
