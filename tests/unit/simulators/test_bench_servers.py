# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""DNS and SNTP servers: right answers, and wrong ones when told."""

import socket
import struct
import time

import pytest
from bench.dns import node
from dnslib import QTYPE, RCODE, DNSError, DNSRecord


def ask(world, name, kind="A", source="127.0.0.1", timeout=10.0):
    """Asks the DNS server as netsim does; the reply as bytes, None when there is none."""
    query = DNSRecord.question(name, kind)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind((source, 0))
        client.settimeout(timeout)
        client.sendto(query.pack(), ("127.0.0.1", world.dns.port))
        try:
            return query, client.recv(2000)
        except TimeoutError:
            return query, None


def resolve(world, name, **options):
    """The addresses of `name`, or the name of the error."""
    query, data = ask(world, name, **options)
    reply = DNSRecord.parse(data)
    assert reply.header.id == query.header.id
    if reply.header.rcode != RCODE.NOERROR:
        return RCODE.get(reply.header.rcode)
    return [str(record.rdata) for record in reply.rr if record.rtype == QTYPE.A]


def test_host_is_beyond_the_gateway_of_who_asks(world):
    assert resolve(world, "broker.test", source="127.0.2.1") == ["198.51.100.1"]
    assert resolve(world, "Pool.NTP.org", source="127.0.77.1") == ["198.51.100.1"]


def test_host_itself_is_told_its_own_address(world):
    assert resolve(world, "broker.test") == ["127.0.0.1"]


def test_other_names_do_not_exist(world):
    assert resolve(world, "example.com") == "NXDOMAIN"


def test_no_ipv6_address_is_no_error(world):
    assert resolve(world, "broker.test", kind="AAAA") == []


def test_rules_newest_first(world):
    world.dns.answer("broker.test", "192.0.2.7")
    assert resolve(world, "broker.test") == ["192.0.2.7"]
    world.dns.nxdomain("*.test")
    assert resolve(world, "broker.test") == "NXDOMAIN"
    world.dns.answer("example.com", "host")
    assert resolve(world, "example.com", source="127.0.3.1") == ["198.51.100.1"]
    world.dns.answer("two.test", "192.0.2.7", "host")
    assert resolve(world, "two.test", source="127.0.3.1") == ["192.0.2.7", "198.51.100.1"]
    world.dns.no_address("two.test")
    assert resolve(world, "two.test") == []
    world.dns.restore()
    assert resolve(world, "broker.test") == ["127.0.0.1"]
    assert ("example.com", "A") in world.dns.queries


def test_rotated_answers(world):
    world.dns.answer("broker.test", "192.0.2.1", "192.0.2.2", "192.0.2.3")
    assert {tuple(resolve(world, "broker.test")) for _ in range(4)} == {
        ("192.0.2.1", "192.0.2.2", "192.0.2.3")
    }
    world.dns.rotate()
    firsts = [resolve(world, "broker.test")[0] for _ in range(6)]
    assert sorted(firsts[:3]) == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert firsts[:3] == firsts[3:]
    world.dns.no_address("broker.test")
    assert resolve(world, "broker.test") == []


def test_the_addresses_of_a_cluster():
    assert node(1) == ("127.0.0.16", "198.51.100.16")
    assert node(16) == ("127.0.0.31", "198.51.100.31")
    for number in (0, 17):
        with pytest.raises(ValueError, match=str(number)):
            node(number)


def test_how_long_an_answer_may_be_kept(world):
    def ttl():
        return DNSRecord.parse(ask(world, "broker.test")[1]).rr[0].ttl

    usual = ttl()
    world.dns.ttl(0)
    assert (usual > 0, ttl()) == (True, 0)
    world.dns.restore()
    assert ttl() == usual


def test_dns_drop_and_servfail(world):
    world.dns.drop()
    assert ask(world, "broker.test", timeout=0.3)[1] is None
    world.dns.servfail()
    assert resolve(world, "broker.test") == "SERVFAIL"


def test_dns_delay(world):
    world.dns.delay(300)
    begin = time.monotonic()
    assert resolve(world, "broker.test") == ["127.0.0.1"]
    assert 0.3 <= time.monotonic() - begin < 0.9


def test_dns_garbage_is_never_an_answer(world):
    world.dns.garbage()
    for _ in range(9):
        query, data = ask(world, "broker.test")
        assert data is not None
        try:
            reply = DNSRecord.parse(data)
        except DNSError:
            continue
        assert reply.header.id != query.header.id


def test_dns_half_and_strange(world):
    world.dns.half()
    with pytest.raises(DNSError):
        DNSRecord.parse(ask(world, "broker.test")[1])
    world.dns.strange()
    query, data = ask(world, "broker.test")
    assert DNSRecord.parse(data).header.id != query.header.id


def test_dns_survives_garbage_from_clients(world):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for junk in (b"", b"x", b"\0" * 12, b"\xff" * 600, b"\0\1\1\0\0\1\0\0\0\0\0\0\xc0\x0c"):
            client.sendto(junk, ("127.0.0.1", world.dns.port))
    assert resolve(world, "broker.test") == ["127.0.0.1"]


def sntp(world, timeout=10.0):
    """Asks the SNTP server: (request, reply or None, local time in s)."""
    request = b"\x23" + b"\0" * 39 + struct.pack(">II", 0x12345678, 0x9ABCDEF0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        client.sendto(request, ("127.0.0.1", world.sntp.port))
        try:
            return request, client.recv(200), time.time()
        except TimeoutError:
            return request, None, time.time()


def seconds(reply):
    whole, fraction = struct.unpack(">II", reply[40:48])
    return whole - 2208988800 + fraction / 2**32


def test_sntp_reply_is_what_rfc_4330_wants(world):
    request, reply, now = sntp(world)
    assert len(reply) == 48
    assert reply[0] == 0x24, "no leap warning, version 4, server"
    assert 1 <= reply[1] <= 15
    assert reply[24:32] == request[40:48], "originate timestamp"
    assert abs(seconds(reply) - now) < 1


def test_sntp_offset_and_off(world):
    world.sntp.offset(-86400)
    _, reply, now = sntp(world)
    assert abs(seconds(reply) - (now - 86400)) < 1
    world.sntp.off()
    assert sntp(world, 0.3)[1] is None
    world.sntp.on()
    _, reply, now = sntp(world)
    assert abs(seconds(reply) - now) < 1
    assert world.sntp.requests == 3


def test_sntp_refuses_halves_and_delays(world):
    world.sntp.refuse()
    reply = sntp(world)[1]
    assert (reply[1], reply[12:16]) == (0, b"DENY")
    world.sntp.half()
    assert len(sntp(world)[1]) == 20
    world.sntp.on()
    world.sntp.delay(300)
    assert sntp(world, 0.1)[1] is None
    assert len(sntp(world)[1]) == 48
    world.sntp.delay(60_000)
    world.restore()
    assert sntp(world)[1] is not None


def test_sntp_garbage_sets_no_clock(world):
    """Nothing that RFC 4330 section 5 lets a client accept."""
    world.sntp.garbage()
    for _ in range(6):
        _, reply, _ = sntp(world)
        assert len(reply) < 48 or reply[0] & 7 != 4 or reply[1] == 0


def test_dns_and_sntp_reach_a_board(world, online):
    home = world.wifi["home"]
    query = DNSRecord.question("broker.test")
    online.udp(home.nameserver, 53, query.pack(), 40000)
    reply = DNSRecord.parse(online.receive_udp(40000).payload)
    assert str(reply.a.rdata) == "198.51.100.1"
    online.udp(home.gateway, 123, b"\x23" + b"\0" * 47, 40001)
    answer = online.receive_udp(40001)
    assert answer.source == home.gateway and abs(seconds(answer.payload) - time.time()) < 1
