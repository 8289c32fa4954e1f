# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Which traffic of a board reaches this machine, and that no other does."""

import os
import socket
import struct
import threading

import pytest
from bench import BenchError
from bench.dns import node
from fake_board import ACK, RST, SYN, checksum, ipv4

PSH = 0x08


@pytest.fixture(params=["gateway", "198.51.100.1"])
def gateway(world, request):
    """An address that is this machine: on the board's network, or beyond it."""
    return world.wifi["home"].gateway if request.param == "gateway" else request.param


def test_tcp_to_the_loopback_interface(world, online, gateway):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        mine, theirs = online.connect(gateway, port)
        peer, address = server.accept()
        with peer:
            peer.settimeout(5)
            assert address[0] == f"127.0.{world.wifi['home'].number}.1", "tells the network"
            online.tcp(gateway, port, 50000, mine, theirs, ACK | PSH, b"hello")
            assert peer.recv(100) == b"hello"
            peer.sendall(b"world")
            while not (segment := online.receive_tcp(50000)).payload:
                pass
            assert segment.payload == b"world"


@pytest.mark.parametrize("number", [1, 16])
def test_a_node_of_a_cluster(world, online, number):
    inside, beyond = node(number)
    with socket.create_server((inside, 0)) as server:
        port = server.getsockname()[1]
        mine, theirs = online.connect(beyond, port)
        peer, _ = server.accept()
        with peer:
            peer.settimeout(5)
            online.tcp(beyond, port, 50000, mine, theirs, ACK | PSH, b"hello")
            assert peer.recv(100) == b"hello"
    assert online.connect(beyond, world.closed_port(), 50001) is None


def test_closed_port_is_refused(world, online, gateway):
    assert online.connect(gateway, world.closed_port()) is None


def test_an_address_that_refuses_everything(world, online):
    assert online.connect("198.51.100.2", world.broker.port) is None


def test_what_was_sent_is_counted(world, online):
    """By kind, before any fault; what the interface does for itself is not."""
    cable = world.wifi["home"].cable
    before = cable.sent
    cable.silence()
    online.udp("198.51.100.1", 53, b"dns", 40000)
    online.udp("198.51.100.1", 123, b"sntp", 40000)
    online.udp("8.8.8.8", 5000, b"udp", 40000)
    online.tcp("8.8.8.8", 80, 50000, 1, 0, SYN)
    online.udp("255.255.255.255", 67, b"dhcp", 68)
    online.frame(0x0806, bytes(28))
    for _ in range(100):
        if cable.sent["tcp"] != before["tcp"]:
            break
        online.receive_frame(0.05)
    assert {kind: n - before[kind] for kind, n in cable.sent.items()} == {
        "tcp": 1, "dns": 1, "sntp": 1, "udp": 1,
    }  # fmt: skip


def test_peer_that_resets(world, online):
    online.connect(world.wifi["home"].gateway, world.peer("reset").port)
    flags = 0
    while not flags & RST:
        segment = online.receive_tcp(50000)
        assert segment is not None, "no RST"
        flags = segment.flags


def test_udp_to_the_loopback_interface(world, online):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        online.udp(world.wifi["home"].gateway, server.getsockname()[1], b"ping", 40000)
        data, sender = server.recvfrom(100)
        assert data == b"ping"
        server.sendto(b"pong", sender)
        assert online.receive_udp(40000).payload == b"pong"


def test_ping_of_the_gateway(world, online):
    gateway = world.wifi["home"].gateway
    echo = b"\x08\0\0\0\0\x01\0\x01connectwith"
    echo = echo[:2] + struct.pack(">H", checksum(echo)) + echo[4:]
    online.frame(0x0800, ipv4(online.address, gateway, 1, echo))
    source, answer = online.receive_ip(1, 2)
    assert source == gateway and answer[0] == 0 and answer[8:] == b"connectwith"


@pytest.mark.parametrize("to", ["8.8.8.8", "127.0.0.1", "10.0.1.2", "10.0.2.4", "255.255.255.255"])
def test_everything_else_is_swallowed(world, online, to):
    """Addresses of the world outside, of this machine, of another network, of nobody."""
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp_server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp_server,
    ):
        udp_server.bind(("127.0.0.1", 0))
        for quiet in (tcp_server, udp_server):
            quiet.settimeout(0.1)
        online.tcp(to, tcp_server.getsockname()[1], 50000, 1, 0, SYN)
        online.udp(to, udp_server.getsockname()[1], b"out", 40000)
        online.udp(to, 53, b"out", 40000)
        assert online.receive_frame(0.3) is None
        with pytest.raises(TimeoutError):
            tcp_server.accept()
        with pytest.raises(TimeoutError):
            udp_server.recvfrom(10)


def test_name_server_has_dns_over_udp_and_nothing_else(world, online):
    online.tcp(world.wifi["home"].nameserver, 53, 50000, 1, 0, SYN)
    online.udp(world.wifi["home"].nameserver, 54, b"x", 40000)
    assert online.receive_frame(0.3) is None


@pytest.mark.parametrize(("at", "value"), [(6, b"\x20\0"), (6, b"\x1b\0"), (0, b"\x46\0")])
def test_fragments_and_options_are_swallowed(world, online, at, value):
    """A first fragment, a later one, a header with options."""
    gateway = world.wifi["home"].gateway
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        body = struct.pack(">HHHH", 40000, server.getsockname()[1], 8 + 32, 0) + b"x" * 32
        packet = bytearray(ipv4(online.address, gateway, 17, body))
        online.frame(0x0800, bytes(packet))
        assert server.recv(100) == b"x" * 32, "whole it arrives"
        server.settimeout(0.2)
        packet[at : at + 2] = value
        packet[10:12] = b"\0\0"
        size = packet[0] % 16 * 4
        packet[10:12] = struct.pack(">H", checksum(bytes(packet[:size])))
        online.frame(0x0800, bytes(packet))
        with pytest.raises(TimeoutError):
            server.recv(100)
        assert online.arp(gateway) is not None, "the network lives"


class Reverser:
    """A UDP server that answers with the payload reversed, in the order it is told."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(5)
        self.port = self.socket.getsockname()[1]

    def take(self, count):
        return [self.socket.recvfrom(2000) for _ in range(count)]


@pytest.fixture
def reverser(world):
    """The bench's DNS server for the time of a test."""
    server = Reverser()
    world.netsim.command(f"redirect dns={server.port}")
    yield server
    world.netsim.command(f"redirect dns={world.dns.port}")
    server.socket.close()


def test_outstanding_queries_find_their_way_back(world, online, reverser):
    nameserver = world.wifi["home"].nameserver
    for port in range(40000, 40008):
        online.udp(nameserver, 53, f"query {port}".encode(), port)
    for payload, sender in reversed(reverser.take(8)):
        reverser.socket.sendto(payload.upper(), sender)
    answers = [online.receive_udp(None) for _ in range(8)]  # in whatever order they come
    assert None not in answers
    assert {answer.port: answer.payload for answer in answers} == {
        port: f"QUERY {port}".encode() for port in range(40000, 40008)
    }
    assert {(answer.source, answer.source_port) for answer in answers} == {(nameserver, 53)}


def test_more_flows_than_netsim_keeps(world, online, reverser):
    """The oldest are forgotten, the newest still work, and no descriptor leaks."""
    for port in range(40000, 40100):
        online.udp(world.wifi["home"].nameserver, 53, b"x", port)
        reverser.take(1)
    online.udp(world.wifi["home"].nameserver, 53, b"last", 40200)
    ((payload, sender),) = reverser.take(1)
    reverser.socket.sendto(payload, sender)
    assert online.receive_udp(40200).payload == b"last"


def test_checksums_of_redirected_datagrams(world, online, reverser):
    nameserver = world.wifi["home"].nameserver
    online.udp(nameserver, 53, b"none", 40000, sum_it=False)
    assert reverser.take(1)[0][0] == b"none"
    good = struct.pack(">HHHH", 40001, 53, 12, 0x1234) + b"oops"
    online.frame(0x0800, ipv4(online.address, nameserver, 17, good))
    online.udp(nameserver, 53, b"right", 40002)
    assert reverser.take(1)[0][0] == b"right", "the one with a wrong checksum is lost"


def test_answer_larger_than_a_frame_is_lost(world, online, reverser):
    online.udp(world.wifi["home"].nameserver, 53, b"big", 40000)
    ((_, sender),) = reverser.take(1)
    reverser.socket.sendto(b"x" * 1473, sender)
    reverser.socket.sendto(b"x" * 1472, sender)
    assert len(online.receive_udp(40000).payload) == 1472


def test_boards_do_not_see_each_other(world, online):
    from fake_board import FakeBoard

    with FakeBoard(world.net, mac="240ac4000002") as other:
        other.join("home-net", "correct-horse")
        assert other.dhcp() == online.address, "each is alone in its own network"
        online.frame(0x0800, ipv4(online.address, other.address, 17, b"\0" * 20), other.mac)
        assert other.silent_for(0.2)


def test_many_boards_at_once(world):
    from fake_board import FakeBoard

    boards = [FakeBoard(world.net, mac=f"240ac40001{n:02x}") for n in range(100)]
    failures = []

    def run(board):
        try:
            assert board.join("home-net", "correct-horse")[:1] == b"U"
            assert board.dhcp(10) is not None
        except AssertionError as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(board,)) for board in boards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for board in boards:
        board.close()
    assert failures == []
    world.netsim.wait_event("gone *")


DISCOVER, REQUEST, LEASED, REFUSED = b"\x35\1\1", b"\x35\1\3", b"\x35\1\5", b"\x35\1\6"


def send_dhcp(station, options):
    """Sends a DHCP message with these options."""
    request = b"\1\1\6\0conn".ljust(28, b"\0") + station.mac
    request = request.ljust(236, b"\0") + b"\x63\x82\x53\x63" + options + b"\xff"
    station.udp("255.255.255.255", 67, request, 68)


def ask_dhcp(station, options):
    """What is answered to a DHCP message with these options, from the op code on."""
    send_dhcp(station, options)
    return station.receive_udp(68).payload


def test_dhcp_that_goes_wrong(world, station):
    home = world.wifi["home"]
    assert station.join("home-net", "correct-horse")[:1] == b"U"
    good = ask_dhcp(station, DISCOVER)
    assert good[:1] == b"\2" and good[4:8] == b"conn"
    home.spoil_dhcp("wrong")
    assert ask_dhcp(station, DISCOVER)[4:8] != b"conn"
    home.spoil_dhcp("garbage")
    noise = ask_dhcp(station, DISCOVER)
    assert len(noise) == len(good) and noise[:8] != good[:8] and len(set(noise)) > 200
    home.spoil_dhcp("half")
    assert ask_dhcp(station, DISCOVER) == good[:100]
    home.restore()
    assert ask_dhcp(station, DISCOVER) == good


def test_leases_with_two_name_servers(world, station):
    home = world.wifi["home"]
    assert station.join("home-net", "correct-horse")[:1] == b"U"
    one = b"\6\4" + socket.inet_aton(home.nameserver)
    two = b"\6\x08" + socket.inet_aton(home.dead_nameserver) + socket.inet_aton(home.nameserver)
    good = ask_dhcp(station, DISCOVER)
    assert good.count(one) == 1 and good.endswith(bytes(4))
    home.two_nameservers()
    assert ask_dhcp(station, DISCOVER) == good.replace(one, two)[:-4]


def test_dhcp_that_refuses(world, station):
    home = world.wifi["home"]
    assert station.join("home-net", "correct-horse")[:1] == b"U"
    request = REQUEST + b"\x32\4" + socket.inet_aton(home.gateway[:-1] + "15")
    assert ask_dhcp(station, request)[240:243] == LEASED
    offer = ask_dhcp(station, DISCOVER)
    home.spoil_dhcp("nak")
    assert ask_dhcp(station, DISCOVER) == offer, "an offer can still be had"
    assert ask_dhcp(station, request)[240:243] == REFUSED


@pytest.mark.parametrize("spoilt", [False, True])
def test_dhcp_that_is_late_and_overtaken(world, online, spoilt):
    home = world.wifi["home"]
    if spoilt:
        home.spoil_dhcp("garbage")
    home.dhcp_ms(500)
    send_dhcp(online, DISCOVER)
    # It drops a DHCP reply that comes before the answer to it.
    assert online.arp(home.gateway) is not None
    assert (online.receive_udp(68).payload[4:8] == b"conn") is not spoilt
    home.restore()
    send_dhcp(online, DISCOVER)
    assert online.receive_udp(68) is not None


def test_late_dhcp_does_not_outlive_the_link(world, station):
    home = world.wifi["home"]
    home.dhcp_ms(300)
    assert station.join("home-net", "correct-horse")[:1] == b"U"
    send_dhcp(station, DISCOVER)
    home.kick()
    station.expect("D")
    assert station.join("home-net", "correct-horse")[:1] == b"U"
    assert station.silent_for(0.6)


@pytest.mark.parametrize("value", ["-1", "600001", "x", ""])
def test_dhcp_delays_that_are_none(world, value):
    with pytest.raises(BenchError):
        world.wifi["home"].dhcp_ms(value)


def test_a_connection_to_a_board(world, online):
    port = world.wifi["home"].forward(os.getpid(), 80)
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        segment = online.receive_tcp(80)
        assert segment.flags & (SYN | ACK) == SYN


def test_no_connection_to_a_board_without_a_link(world, station):
    with pytest.raises(BenchError, match="no link to the network home"):
        world.wifi["home"].forward(os.getpid(), 80)
    with pytest.raises(BenchError, match="no client with a link"):
        world.netsim.command("forward 99999 8080 80")
