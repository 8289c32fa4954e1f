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
from conftest import wait_until
from dnslib import DNSRecord
from fake_board import FakeBoard
from fake_line import Line
from fake_ppp import PppClient
from lab.controls import controls

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


def _example_of(control):
    found = (each for each in typed_faults.described() if each[0].text == control.name)
    fault, _, parameters = next(found)
    return _example(fault, parameters)


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


def _is_registered(modem):
    return modem.view()[2:5] == ("ready", "registered", 20)


def _modem(world):
    """It gets on, registers, and makes a data call."""
    (modem,) = world.modems
    line = modem._board
    if modem.state == "off":
        modem.power_on()
    wait_until(lambda: _is_registered(modem))
    line.is_heard()
    line.at(b'AT+CGDCONT=1,"IP","internet"')
    line.write(b"ATD*99#\r")
    reply = line.until(b"C").partition(b"C")[2]
    assert line.until(b"\r\n", got=reply).startswith(b"ONNECT")  # and not NO CARRIER
    assert PppClient(line.read, line.write).open()


def _mobile(world):
    with FakeBoard(world.net, "cell", "026377c80001") as board:
        assert board.expect("UD") == b"U"
        board.address = "10.0.200.15"
        assert board.arp(world.cellular.gateway) is not None


LEAVE = [control for control in controls() if control.end]
OF_MODEM = [control for control in LEAVE if control.part == "modem"]
PROBES = {
    "ap": lambda world: _wifi(world, "home"), "cafe": lambda world: _wifi(world, "cafe"),
    "ethernet": _ethernet, "dns": _dns, "sntp": _sntp, "proxy": _proxy, "broker": _broker,
    "mobile": _mobile, "modem": _modem,
}  # fmt: skip


@pytest.fixture(scope="module")
def line(shared_world, tmp_path_factory):
    """That of a modem for all tests."""
    line = Line(tmp_path_factory.mktemp("board"))
    modem = shared_world.fit_modem(line)
    yield line
    shared_world.remove_modem(modem)
    line.close()


@pytest.fixture
def fitted(line, world):
    """The world with the modem, which has been restored with it."""
    return world


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


@pytest.mark.parametrize("control", LEAVE, ids=lambda control: control.name)
def test_the_end_of_a_fault_makes_its_part_well(fitted, control):
    made, ends = _example_of(control), typed_faults.parse(control.end)
    for one in (made, made, ends, ends, made, ends):
        typed_faults.apply(fitted, one)
    PROBES[control.part](fitted)


@pytest.mark.parametrize("phase", ["starts", "is on", "restarts", "is in a call"])
@pytest.mark.parametrize("control", OF_MODEM, ids=lambda control: control.name)
def test_a_modem_is_well_after_a_fault_whatever_it_did(fitted, control, phase):
    (modem,) = fitted.modems
    modem.power_on()
    if phase != "starts":
        wait_until(lambda: _is_registered(modem))
    if phase == "restarts":
        modem.reboot()
    if phase == "is in a call":
        _modem(fitted)
    typed_faults.apply(fitted, _example_of(control))
    typed_faults.apply(fitted, typed_faults.parse(control.end))
    if phase == "is in a call":
        modem.carrier_lost()
    _modem(fitted)


def test_a_probe_sees_a_fault(fitted):
    fitted.dns.nxdomain("broker.test")
    fitted.proxy.refuse()
    fitted.broker.certificate("expired")
    fitted.ethernet.portal()
    fitted.modems[0].refuse_dial()
    for probe in (_dns, _proxy, _broker, _ethernet, _modem):
        with pytest.raises((AssertionError, OSError)):
            probe(fitted)
