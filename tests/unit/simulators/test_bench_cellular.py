# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The cellular network as a modem's PPP server sees it."""

import pytest
from fake_board import FakeBoard

ADDRESS, GATEWAY, NAMESERVER = "10.0.200.15", "10.0.200.2", "10.0.200.3"


@pytest.fixture
def uplink(world):
    """A modem's end of the network, up, with the static address that a modem uses."""
    with FakeBoard(world.net, "cell", "026377c80001") as end:
        assert end.expect("UD") == b"U"
        end.address = ADDRESS
        end.gateway_mac = end.arp(GATEWAY)
        assert end.gateway_mac is not None
        yield end


def test_dns_without_dhcp(world, uplink):
    query = b"\x12\x34\x01\x00\x00\x01\0\0\0\0\0\0\x06broker\x04test\0\0\x01\0\x01"
    uplink.udp(NAMESERVER, 53, query, 5000)
    answer = uplink.receive_udp(5000)
    assert answer.source == NAMESERVER
    assert answer.payload[-4:] == bytes((198, 51, 100, 1))  # beyond the gateway
    assert world.dns.queries


def test_arp_is_asked_for_the_static_address(world, uplink):
    uplink.connect(GATEWAY, world.broker.plain_port)


def test_nothing_else_passes(uplink):
    uplink.udp("192.0.2.1", 53, b"hello", 5000)
    assert uplink.receive_udp(5000, 0.3) is None


def test_cut_and_restored(world, uplink):
    world.cellular.cable.cut()
    assert uplink.expect("UD") == b"D"
    assert uplink.arp(GATEWAY, 0.2) is None
    world.cellular.cable.restore()
    assert uplink.expect("UD") == b"U"
    assert uplink.arp(GATEWAY) is not None


def test_faults_of_its_own(world, uplink, online):
    world.cellular.cable.silence()
    assert uplink.arp(GATEWAY, 0.2) is None
    assert online.arp(world.wifi["home"].gateway) is not None
    world.restore()
    assert uplink.arp(GATEWAY) is not None


def test_appears_with_its_process(world):
    import os

    with FakeBoard(world.net, "cell", "026377c80002"):
        event = world.netsim.wait_event("client * cell 026377c80002 *")
    assert event.endswith(f" {os.getpid()}")
    ident = int(event.split()[1])
    world.netsim.wait_event(f"gone {ident}")
    assert ident not in world.netsim.clients
