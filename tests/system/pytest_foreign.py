# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Messages and names of other parties: strange but legal, or hostile. The session stays."""

import types

import pytest
from bench.broker import Broker
from bench.peer import Peer
from heard import heard

NO_SERVER, SERVER_CONNECTED = 4, 5

_HANDLERS = """
import agent
told = []
agent.on("x", told.append)
"""


def _topic(device, name):
    identity = device.repl.value("__import__('machine').unique_id().hex()")
    return f"imp/{identity}/device/{name}"


def _losses(device):
    return device.repl.value("imp.diag.counters()['losses']")


@pytest.mark.parametrize("size", [300, 3000, 9000, 65000])
def test_a_long_topic_that_is_retained(device, world, size):
    world.broker.publish(_topic(device, "x" * size), '"hi"', retain=True)
    device.repl.run(_HANDLERS)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    world.broker.publish(_topic(device, "x"), '"after"')
    assert device.repl.value("until(lambda: 'after' in told)")
    assert _losses(device) == 0
    assert device.repl.value("server.flush(20)", timeout=30) is True
    told = [text for topic, text, _ in heard(world) if topic.endswith("/log")]
    assert any(b"agent message" in text and b"xxx" in text for text in told)


@pytest.mark.virtual("needs a second broker")
def test_a_password_of_a_cloud_broker(device, world, tmp_path):
    login = ("u" * 300, "p" * 1500)
    broker = Broker(tmp_path, world.certificates, world.guard, credentials=login)
    broker.start()
    try:
        device.use_broker(broker.url, ca=broker.ca_pem, login=login)
        assert device.connect(device.ethernet()) == SERVER_CONNECTED
        device.reboot()
        assert device.connect(device.ethernet()) == SERVER_CONNECTED
    finally:
        broker.stop()


@pytest.mark.virtual("needs a server of the bench's network")
@pytest.mark.parametrize(
    ("name", "entry", "result"),
    [("broker.test", True, SERVER_CONNECTED), ("broker.test", False, NO_SERVER),
     ("*", False, NO_SERVER), ("address", False, NO_SERVER)],
)  # fmt: skip
def test_a_server_that_is_called_by_its_address(device, world, name, entry, result):
    address = world.ethernet.gateway
    if name == "*":
        name = "*" + address[address.index(".") :]
    name = name.replace("address", address)
    pair = world.certificates.issue("by-address", name, address=address if entry else None)
    certificates = types.SimpleNamespace(
        broker=pair, other_host=pair, expired=pair, young=pair, young_other_host=pair, host=address
    )  # fmt: skip
    peer = Peer("good", certificates)
    try:
        device.use_broker(peer.url)
        assert device.connect(device.ethernet(), timeout=10) == result
        assert peer.names == [None]  # RFC 6066, section 3
        if result == NO_SERVER:
            assert "CN does not match" in device.last_attempt()["cause"]
    finally:
        peer.close()


@pytest.mark.parametrize(
    "payload", ["{", "[1 2]", '{"a":1', "nul", "1 2", "'a'", "", "\x00", "[1,]"]
)
def test_a_handler_gets_json_and_nothing_else(device, world, payload):
    device.repl.run(_HANDLERS)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    world.broker.publish(_topic(device, "x"), payload or "{")
    world.broker.publish(_topic(device, "x"), '"after"')
    assert device.repl.value("until(lambda: 'after' in told)")
    assert device.repl.value("told") == ["after"]


def test_a_topic_of_somebody_else_reaches_no_handler(device):
    device.repl.run(
        _HANDLERS
        + "from connectwith import connection; from connectwith.session import messages\n"
    )
    for topic in ("deviceXx", "device", "devicex", "devic/x", "log/x", "/x"):
        device.repl.run(f"messages.deliver(connection.get(), ({topic!r}, b'1'))")
    assert device.repl.value("told") == []
    device.repl.run("messages.deliver(connection.get(), ('device/x', b'1'))")
    assert device.repl.value("told") == [1]


_RAISING = """
import agent, asyncio
class Odd(BaseException): pass
ran = []
def odd(kind):
    def raising(*args):
        ran.append(kind)
        raise (asyncio.CancelledError if kind % 2 else Odd)()
    return raising
"""


def test_a_callback_that_raises_what_is_no_exception(device, world):
    topic = _topic(device, "x")  # before tracebacks of callbacks come between what is asked
    device.repl.run(
        _RAISING + "imp.diag.ontransition(odd(1))\nagent.on('x', odd(2))\n"
        "server.onshutdown(odd(3))\n"
    )
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    for _ in range(2):
        world.broker.publish(topic, "1")
    world.broker.publish(topic.replace("device/x", "restart"), "1")
    device.repl.run("imp.wakeup(0.01, odd(4)); imp.wakeup(0.02, odd(5)); imp.onidle(odd(6))")
    device.repl.run("until(lambda: ran.count(2) == 2 and {3, 4, 5, 6} <= set(ran))\nsettle()")
    ran = device.repl.value("ran")
    assert ran.count(1) >= 5 and ran.count(2) == 2 and set(ran) == {1, 2, 3, 4, 5, 6}
    assert device.repl.value("server.isconnected()") is True and _losses(device) == 0
    device.repl.run("n = imp.net.open({'interface': 'eth0'}, odd(8))")
    assert device.repl.value("until(lambda: 8 in ran)")
    assert device.repl.value("server.isconnected()") is True


@pytest.mark.parametrize(
    "name", ["chr(0xd800)", "'a' + chr(0xdfff)", "chr(0)", "'+'", "'a#'", "chr(0x85)",
             "chr(0xfffe)", "'x' * 60000", "'x' * 65", "''"],
)  # fmt: skip
def test_a_name_that_a_broker_must_refuse(device, name):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    out = device.repl.run(
        f"import agent\ntry: agent.send({name}, 1)\nexcept ValueError as e: print('no', e)"
    )
    assert out.startswith("no name: ")
    assert device.repl.value("server.log('after')") == 0 and _losses(device) == 0


_UDP = """
states = []
interface = imp.net.open({"interface": "eth0"}, states.append)
until(lambda: 1 in states, 30000)
here = interface.getiptable()["ipv4"]["address"]
got = []
udp = interface.openudp(lambda *all: got.append(all[4]), 5000)
other = interface.openudp(print, 5001)
"""


def test_an_empty_datagram_makes_nobody_deaf(device):
    device.repl.run(_UDP, timeout=40)
    device.repl.run("for data in (b'', b'1', b'', b'', b'2'): other.send(here, 5000, data)")
    assert device.repl.value("until(lambda: len(got) >= 5)")
    device.repl.run("settle()")
    assert device.repl.value("got") == [b"", b"1", b"", b"", b"2"]


@pytest.mark.parametrize(
    ("call", "error"),
    [("udp.send(here, 70000, b'x')", "ValueError"), ("udp.send(here, 0, b'x')", "ValueError"),
     ("udp.send(here, '5', b'x')", "TypeError"), ("udp.send(here, True, b'x')", "TypeError"),
     ("interface.openudp(print, 5000)", "OSError"),
     ("interface.openudp(print, 70000)", "ValueError")],
)  # fmt: skip
def test_ports(device, call, error):
    device.repl.run(_UDP, timeout=40)
    out = device.repl.run(f"try: {call}\nexcept {error}: print('refused')")
    assert out.strip() == "refused"


def test_a_socket_on_any_port_keeps_it(device):
    device.repl.run(
        _UDP + "ports = []\nany = interface.openudp(lambda *all: ports.append(all[3]))\n"
        "port = any._port\nfor data in (b'', b'1'): print(other.send(here, port, data))\n",
        timeout=40,
    )
    assert device.repl.value("until(lambda: len(ports) == 2) and ports == [port, port]")


def test_sntp_survives_an_empty_datagram(device, world):
    world.sntp.empty()
    assert device.connect(device.ethernet(), timeout=20) == SERVER_CONNECTED
    assert "note" not in device.last_attempt()
