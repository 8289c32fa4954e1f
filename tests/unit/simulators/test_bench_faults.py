# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Every fault that can be typed, made in a world. The list of each part ends with restore()."""

import socket
import ssl
import struct
import time

import pytest
from bench.dns import BEYOND
from bench.mqtt_client import MqttClient
from dnslib import DNSRecord
from fake_board import FakeBoard
from fake_line import Line

from commands import typed_faults
from target.faults import after

_EXAMPLES = {"dbm": "-90", "int": "1", "float": "0.5", "bool": "off", "str": "broker.test"}


def _example(fault, parameters):
    """The fault with values that are none of a healthy part."""
    values = [
        _EXAMPLES.get(p.name) or _EXAMPLES[str(p.annotation).partition(" | ")[0]]
        for p in parameters
        if p.default is p.empty and p.kind is not p.VAR_POSITIONAL
    ]
    choices = typed_faults.entry_of(fault).choices
    if choices:
        values[:1] = choices[-1:]
    return typed_faults.parse(f"{fault.text}={':'.join(values)}" if values else fault.text)


def _well(board, world):
    """An interface with a link gets a lease and reaches the broker."""
    assert board.dhcp() is not None
    assert board.connect(BEYOND, world.broker.plain_port) is not None


def _wifi(world, name):
    network = world.wifi[name]
    with FakeBoard(world.net) as board:
        assert board.join(network.ssid, network.key)[:1] == b"U"
        _well(board, world)


def _ethernet(world):
    with FakeBoard(world.net, "eth") as board:
        board.send("P", b"1")
        assert board.expect("UD") == b"U"
        _well(board, world)


def _asked(port, request):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.sendto(request, ("127.0.0.1", port))
        return client.recv(2000)


def _dns(world):
    reply = DNSRecord.parse(_asked(world.dns.port, DNSRecord.question("broker.test").pack()))
    assert [str(record.rdata) for record in reply.rr] == ["127.0.0.1"]


def _sntp(world):
    reply = _asked(world.sntp.port, b"\x1b" + bytes(47))
    assert abs(struct.unpack(">I", reply[40:44])[0] - 2208988800 - time.time()) < 60


def _proxy(world):
    with socket.create_connection(("127.0.0.1", world.proxy.port), 10) as client:
        client.sendall(b"CONNECT broker.test:%d HTTP/1.1\r\n\r\n" % world.broker.plain_port)
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")


def _broker(world):
    context = ssl.create_default_context(cadata=world.broker.ca_pem.decode())
    plain = socket.create_connection(("127.0.0.1", world.broker.port), 10)
    MqttClient(context.wrap_socket(plain, server_hostname=world.broker.host), 4).close()


def _modem(world):
    (modem,) = world.modems
    assert modem.state == "off" and modem.commands == []


def _mobile(world):
    with FakeBoard(world.net, "cell", "026377c80001") as board:
        assert board.expect("UD") == b"U"
        board.address = "10.0.200.15"
        assert board.arp(world.cellular.gateway) is not None


PROBES = {
    "ap": lambda world: _wifi(world, "home"), "cafe": lambda world: _wifi(world, "cafe"),
    "ethernet": _ethernet, "dns": _dns, "sntp": _sntp, "proxy": _proxy, "broker": _broker,
    "mobile": _mobile, "modem": _modem,
}  # fmt: skip


@pytest.fixture
def fitted(world, tmp_path):
    """The world with a modem."""
    line = Line(tmp_path)
    modem = world.fit_modem(line)
    yield world
    world.remove_modem(modem)
    line.close()


def _all_of(part):
    """Every fault of a part, in the order of the list."""
    for fault, _, parameters in typed_faults.described():
        if fault.text.startswith(f"{part}-"):
            yield _example(fault, parameters)


@pytest.mark.parametrize("part", typed_faults.PARTS)
def test_the_bench_takes_each_fault_and_restore_ends_all(fitted, part):
    active = {}
    for fault in _all_of(part):
        typed_faults.apply(fitted, fault)
        active = after(fault.part, active, fault.method, fault.text, fault.values)
    assert fault.method == "restore" and active == {}
    PROBES[part](fitted)


@pytest.mark.parametrize("part", typed_faults.PARTS)
def test_the_world_s_restore_ends_what_each_fault_leaves(fitted, part):
    for fault in _all_of(part):
        if after(fault.part, {}, fault.method, fault.text, fault.values):
            # The broker has to run for a fault of a running one.
            if fault.text == "broker-stall":
                fitted.broker.start()
            typed_faults.apply(fitted, fault)
    fitted.restore()
    PROBES[part](fitted)


def test_a_probe_sees_a_fault(fitted):
    fitted.dns.nxdomain("broker.test")
    fitted.proxy.refuse()
    fitted.broker.certificate("expired")
    fitted.ethernet.portal()
    for probe in (_dns, _proxy, _broker, _ethernet):
        with pytest.raises((AssertionError, OSError)):
            probe(fitted)
