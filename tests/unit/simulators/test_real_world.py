# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The world that a bench.toml describes: what it has works, what it lacks is refused."""

import socket
import ssl
import sys

import pytest
from bench import BenchError, World
from bench.mqtt_client import MqttClient

from target.bench_file import BenchFile, Cellular, LocalBroker, RemoteBroker, Wifi
from target.limits import Cannot, Limits
from target.world import RealWorld

NOTHING = {"reset": "rts", "wifi": {}, "ethernet": False, "cellular": None, "broker": None,
           "commands": {}, "secrets": ()}  # fmt: skip


def real_world(**settings):
    return RealWorld(BenchFile(**{**NOTHING, **settings}), Limits())


# What a test may ask of a world, and a word of the reason why a bench with nothing has it not.
REFUSED = [
    (lambda w: w.ethernet, "offer Ethernet: no [ethernet] in bench.toml"),
    (lambda w: w.wifi["home"], "no [wifi.home] in bench.toml"),
    (lambda w: w.wifi.values(), "every network in the air"),
    (lambda w: w.broker.url, "no [broker] in bench.toml"),
    (lambda w: w.cellular, "no [cellular] in bench.toml"),
    (lambda w: w.dns.drop(), 'drop DNS answers: no "dns.drop" in [commands]'),
    (lambda w: w.dns.nxdomain("x"), "have DNS deny a name"),
    (lambda w: w.sntp.off, "silence the time server"),
    (lambda w: w.dns.queries, "give dns.queries"),
    (lambda w: w.peer("reset"), "no 'listen' in [broker]"),
    (lambda w: w.closed_port(), "no 'listen' in [broker]"),
    (lambda w: w.certificates, "give world.certificates"),
    (lambda w: w.fit_modem, "give world.fit_modem"),
]


@pytest.mark.parametrize("ask, words", REFUSED, ids=range(len(REFUSED)))
def test_a_bench_with_nothing_refuses_and_remembers(ask, words):
    with real_world() as world:
        with pytest.raises(Cannot) as caught:
            ask(world)
        assert str(caught.value).startswith("this bench cannot ") and words in str(caught.value)
        assert world.limits.refused == [caught.value]
        world.restore()
        assert world.limits.refused == []


def test_every_fault_of_a_network_is_refused_by_name():
    with real_world(wifi={"home": Wifi("net", "key")}, ethernet=True) as world:
        for network in (world.wifi["home"], world.ethernet):
            for ask in (
                lambda n: n.dhcp(False),
                lambda n: n.cable.silence(),
                lambda n: n.cable.cut_after,
            ):
                with pytest.raises(Cannot, match="this bench cannot"):
                    ask(network)
        with pytest.raises(Cannot, match="pull the Ethernet cable"):
            world.ethernet.unplug()
        with pytest.raises(Cannot, match="give wifi.home.gateway"):
            world.wifi["home"].gateway  # noqa: B018 - that asking alone is refused is the test
        assert (world.wifi["home"].ssid, world.wifi["home"].key) == ("net", "key")


def _noting(file, word):
    """A command that writes its arguments into a file."""
    script = "import sys; open(sys.argv[1], 'a').write(' '.join(sys.argv[2:]) + '\\n')"
    return (sys.executable, "-c", script, str(file), word)


def test_a_fault_with_a_command_is_made_and_ended(tmp_path):
    notes = tmp_path / "notes"
    notes.touch()
    faults = ("unplug", "dhcp", "cable.delay", "restore")
    commands = {f"ethernet.{fault}": _noting(notes, fault) for fault in faults}
    with real_world(ethernet=True, commands=commands) as world:
        world.restore()
        assert notes.read_text() == ""  # nothing was made, nothing is to be ended
        world.ethernet.unplug()
        world.ethernet.dhcp(False)
        world.ethernet.cable.delay(250)
        with pytest.raises(Cannot):
            world.ethernet.plug()
        world.restore()
        assert notes.read_text().splitlines() == [
            "unplug",
            "dhcp off",
            "cable.delay 250",
            "restore",
        ]
        world.ethernet.unplug()
    assert notes.read_text().splitlines()[-2:] == ["unplug", "restore"]


@pytest.mark.parametrize("command", [("false",), ("/not/there",)])
def test_a_command_that_fails_is_an_error_and_no_skip(command):
    with real_world(commands={"dns.drop": command, "dns.restore": ("true",)}) as world:
        with pytest.raises(BenchError, match="the command of dns.drop"):
            world.dns.drop()
        assert world.limits.refused == []


def test_the_sim_of_the_bench():
    with real_world(cellular=Cellular("web", None, None, "1234")) as world:
        assert world.cellular == {"apn": "web", "pin": "1234"}


def test_a_broker_of_our_own_and_servers_beside_it():
    with real_world(broker=LocalBroker("127.0.0.2", "desk.test")) as world:
        assert world.broker.url.startswith("mqtts://desk.test:")
        world.broker.publish("imp/1/log", b"hello")
        assert world.broker.wait_for("imp/*/log")[1] == b"hello"
        peer = world.peer("close")
        assert peer.url == f"mqtts://desk.test:{peer.port}"
        socket.create_connection(("127.0.0.2", peer.port), 5).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", world.closed_port()), 5)
        world.broker.stop()
        world.restore()
        assert world.broker.messages == []
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", peer.port), 5)


@pytest.mark.parametrize("host", ["127.0.0.2", "localhost"])
def test_the_broker_is_trusted_by_the_name_or_address_it_is_called_by(host):
    with real_world(broker=LocalBroker("127.0.0.2", host)) as world:
        context = ssl.create_default_context(cadata=world.broker.ca_pem.decode())
        for port in (world.broker.port, world.peer("good").port):
            connection = socket.create_connection(("127.0.0.2", port), 5)
            context.wrap_socket(connection, server_hostname=host).close()


def _remote(bench, **changes):
    broker = bench.broker
    settings = {"url": broker.url, "host": broker.host, "port": broker.port, "tls": True,
                "address": "127.0.0.1", "ca_pem": broker.ca_pem, "credentials": None,
                **changes}  # fmt: skip
    return RemoteBroker(**settings)


def test_a_broker_elsewhere_is_watched():
    login = ("bench", "S3cret")
    with World(credentials=login) as bench:
        with real_world(broker=_remote(bench, credentials=login)) as world:
            device = MqttClient(
                socket.create_connection(("127.0.0.1", bench.broker.plain_port)), 4, login
            )
            device.publish("imp/1/log", b"hello")
            device.publish("elsewhere", b"not ours")
            assert world.broker.wait_for("imp/*/log") == ("imp/1/log", b"hello", False)
            world.broker.publish("imp/1/device/x", b"back")
            bench.broker.wait_for("imp/1/device/x")
            assert [topic for topic, *_ in world.broker.messages if topic == "elsewhere"] == []
            device.close()
            with pytest.raises(Cannot, match="stop the broker"):
                world.broker.stop()
            # It went away and came back, by somebody else's hand.
            bench.broker.stop()
            bench.broker.start()
            world.restore()
            assert world.broker.messages == []
            world.broker.publish("imp/1/log", b"again")
            world.broker.wait_for("imp/1/log")


def test_a_broker_that_is_not_there_or_another_one_is_an_error():
    with World() as bench:
        other = bench.certificates.other_host.certificate.read_bytes()
        for changes in ({"port": bench.closed_port()}, {"host": "other.test"}, {"ca_pem": other}):
            with pytest.raises(BenchError, match="cannot be reached"):
                real_world(broker=_remote(bench, **changes)).__enter__()
