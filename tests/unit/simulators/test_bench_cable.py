# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Every fault of a cable has the effect that its description names."""

import socket
import time

import pytest
from conftest import wait_until
from fake_board import ACK


@pytest.fixture
def cable(world):
    """The cable behind "home"."""
    return world.wifi["home"].cable


def ask(world, board, count):
    """Sends `count` ARP requests at once; how many answers come."""
    home = world.wifi["home"]

    def ended():
        counters = home.cable.counters
        return counters["down"] + counters["lost"]

    before = ended()
    for _ in range(count):
        board.arp(home.gateway, 0)
    # Each request is lost, or its answer is, or the answer is on its way to the board.
    deadline = time.monotonic() + 10
    while ended() < before + count:
        assert time.monotonic() < deadline, "neither lost nor answered"
    got = 0
    while board.receive_frame(0.05) is not None:
        got += 1
    return got


def test_silence_both_ways_and_back(world, online, cable):
    gateway = world.wifi["home"].gateway
    cable.silence()
    lost = cable.counters["lost"]
    assert online.arp(gateway, 0.2) is None
    assert cable.counters["lost"] == lost + 1
    cable.restore()
    assert online.arp(gateway) is not None


def test_silence_one_way(world, online, cable):
    gateway = world.wifi["home"].gateway
    cable.silence("down")
    before = cable.counters
    assert online.arp(gateway, 0.2) is None
    after = cable.counters
    assert after["up"] == before["up"] + 1, "the request has passed"
    assert after["lost"] == before["lost"] + 1, "the answer has not"
    cable.silence("up")
    assert online.arp(gateway, 0.2) is None
    assert cable.counters["up"] == after["up"]


def test_delay_is_each_way(world, online, cable):
    cable.delay(150)
    begin = time.monotonic()
    assert online.arp(world.wifi["home"].gateway) is not None
    assert 0.3 <= time.monotonic() - begin < 1


def test_a_delay_ends_with_its_frames(world, online, cable):
    gateway = world.wifi["home"].gateway
    cable.delay(60000)
    up = cable.sent["udp"]
    online.udp(gateway, 9, b"under way", 50000)
    wait_until(lambda: cable.sent["udp"] == up + 1)
    cable.delay(0)
    assert online.arp(gateway) is not None


def test_drop_all_none_and_some(world, online, cable):
    cable.drop(1.0)
    assert ask(world, online, 20) == 0
    cable.drop(0.0)
    assert ask(world, online, 20) == 20
    cable.drop(0.3)
    # Both ways must survive: 0.49 of 200 on average, standard deviation 7.
    assert 60 < ask(world, online, 200) < 140


def test_same_seed_loses_the_same_frames(world, online, cable):
    def run():
        world.netsim.command("set home seed=7 drop=0.5")
        return [ask(world, online, 1) for _ in range(20)]

    first = run()
    assert 1 in first and 0 in first
    assert run() == first


def test_cut_takes_the_link_down(world, online, cable):
    cable.cut()
    assert online.expect("D") == b"D\xc8"
    assert online.join("home-net", "correct-horse") == b"D\xc9"
    cable.restore()
    assert online.join("home-net", "correct-horse")[:1] == b"U"


def test_cut_after_counts_bytes(world, online, cable):
    gateway = world.wifi["home"].gateway
    # A request is 42 bytes; libslirp pads its answer to the minimum of Ethernet, 60 or 64.
    cable.cut_after(400)
    assert online.arp(gateway) is not None
    for _ in range(10):
        online.arp(gateway, 0)
    assert online.expect("D") == b"D\xc8"
    world.netsim.wait_event("cut home")


def test_cut_after_inside_a_stream(world, online, cable):
    """The limit is reached in libslirp's own callback, while it sends a burst."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        mine, theirs = online.connect(world.wifi["home"].gateway, port)
        peer, _ = server.accept()
        with peer:
            cable.cut_after(3000)
            peer.sendall(b"x" * 20000)
            online.tcp(world.wifi["home"].gateway, port, 50000, mine, theirs, ACK)
            assert online.expect("D") == b"D\xc8"
    assert sum(map(len, online.pending)) <= 3000


def test_faults_of_one_network_leave_the_others_alone(world, online):
    world.ethernet.cable.silence()
    world.wifi["cafe"].cable.drop(1.0)
    assert online.arp(world.wifi["home"].gateway) is not None
