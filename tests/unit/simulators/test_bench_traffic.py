# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What has flowed between two readings of netsim's counters, and what boards have sent."""

import os

from bench.traffic import KINDS, Flow, Link, Reading, flows, parse
from conftest import wait_until
from fake_board import SYN, FakeBoard

# An ARP request in an Ethernet frame (RFC 826: 14 + 28), and the reply as libslirp pads it.
REQUEST_BYTES, REPLY_BYTES = 42, 64


def sent(*numbers):
    """Packets by kind."""
    return dict(zip(KINDS, numbers, strict=True))


CLIENTS = {3: ("wifi", "240ac4000001", 77), 5: ("cell", "026377c80001", 900)}


def test_an_answer_is_taken_apart():
    links = parse("3,10,20,1000,2000,5,4,3,2,1,home 5,0,0,0,0,0,0,0,0,0, "
                  "9,1,1,1,1,1,1,1,1,1,gone", CLIENTS)  # fmt: skip
    assert links == {
        3: Link("wifi", "240ac4000001", 77, "home", 10, 20, 1000, 2000,
                sent(5, 4, 3, 2, 1)),
        5: Link("cell", "026377c80001", 900, "", 0, 0, 0, 0, sent(0, 0, 0, 0, 0)),
    }  # fmt: skip
    assert parse("", CLIENTS) == {}


def test_rates_between_two_readings():
    cell = "5,1,2,3,4,1,1,1,1,1,cellular"
    before = Reading(10.0, parse(f"3,10,20,1000,2000,9,9,9,9,9,home {cell}", CLIENTS))
    after = Reading(10.5, parse(f"3,12,21,1100,2400,10,9,9,9,11,home {cell}", CLIENTS))
    wifi, modem = flows(before, after, {"026377c80001": 77})
    assert wifi == Flow(77, "wifi", "home", 6.0, 1000.0, {"tcp", "dhcp"}) and wifi.flows
    assert modem == Flow(77, "cell", "cellular", 0.0, 0.0, frozenset()) and not modem.flows
    assert flows(before, after)[1].pid == 900, "nobody has said whose modem it is"


def test_a_link_that_was_not_there_began_at_zero_and_one_that_left_is_not_told():
    before = Reading(1.0, parse("3,5,5,500,500,5,0,0,0,0,home", CLIENTS))
    after = Reading(2.0, parse("5,1,1,60,40,0,1,0,0,0,cellular", CLIENTS))
    assert flows(before, after) == [Flow(900, "cell", "cellular", 2.0, 100.0, {"dns"})]


def test_two_readings_at_the_same_time():
    both = Reading(1.0, parse("3,5,5,500,500,5,0,0,0,0,home", CLIENTS))
    assert not flows(both, both)[0].flows


def test_frames_and_bytes_of_each_client(world, online):
    before = world.netsim.traffic()
    assert online.arp(world.wifi["home"].gateway) is not None
    after = world.netsim.traffic()
    (flow,) = flows(Reading(0.0, before.links), Reading(1.0, after.links))
    assert flow == Flow(os.getpid(), "wifi", "home", 2.0, REQUEST_BYTES + REPLY_BYTES, set())


def test_swallowed_frames_do_not_flow(world, online):
    world.wifi["home"].cable.silence("up")
    before = world.netsim.traffic()
    assert online.arp(world.wifi["home"].gateway, 0.1) is None
    (flow,) = flows(before, world.netsim.traffic())
    assert not flow.flows and flow.network == "home"


def test_packets_are_told_by_client_and_kind_although_swallowed(world, online):
    world.wifi["home"].cable.silence()
    with FakeBoard(world.net, "wifi", "240ac4000002") as other:
        assert other.join("home-net", "correct-horse")[:1] == b"U"
        before = world.netsim.traffic()
        online.udp("10.0.2.3", 53, b"dns", 5000)
        other.udp("10.0.2.2", 123, b"sntp", 5000)
        online.udp("255.255.255.255", 67, b"dhcp", 68)
        online.tcp("198.51.100.1", 80, 50000, 1, 0, SYN)
        kinds = [{"dns", "dhcp", "tcp"}, {"sntp"}]
        wait_until(lambda: [f.sent for f in flows(before, world.netsim.traffic())] == kinds)
        assert not any(flow.flows for flow in flows(before, world.netsim.traffic()))


def test_two_boards_are_told_apart(world, online):
    with FakeBoard(world.net, "eth", "240ac4000002") as other:
        other.send("P", b"1")
        other.expect("U")
        before = world.netsim.traffic()
        assert other.arp("10.0.1.2") is not None
        found = {f.kind: f for f in flows(before, world.netsim.traffic())}
        assert found["eth"].flows and found["eth"].network == "ethernet"
        assert not found["wifi"].flows and found["wifi"].network == "home"


def test_a_link_that_is_lost_keeps_its_sums(world, online):
    before = world.netsim.traffic()
    world.wifi["home"].kick()
    online.expect("D")
    after = world.netsim.traffic()
    ((ident, link),) = after.links.items()
    assert link == before.links[ident]._replace(network="")
    online.close()
    wait_until(lambda: not world.netsim.traffic().links)


def test_pins_carry_no_frames(world):
    with FakeBoard(world.net, "gpio", "240ac4000003"):
        world.netsim.wait_event("client * gpio 240ac4000003 *")
        assert world.netsim.traffic().links == {}


def test_all_networks_at_once(world, station):
    before = world.netsim.counters()
    assert {"home", "cafe", "ethernet", "cellular"} <= before.keys()
    assert station.join("home-net", "correct-horse")[:1] == b"U"
    assert station.dhcp() is not None
    station.udp("10.0.2.3", 53, b"not a query", 5000)
    station.udp("10.0.2.2", 123, b"not a request", 5001)
    wait_until(lambda: world.netsim.counters()["home"]["sntp"] > before["home"]["sntp"])
    after = world.netsim.counters()
    kinds = ("tcp", "dns", "sntp", "udp", "dhcp", "clients")
    assert [after["home"][k] - before["home"][k] for k in kinds] == [0, 1, 1, 0, 2, 1]
    assert after["home"]["number"] == 2
    assert after["cafe"] == before["cafe"]
