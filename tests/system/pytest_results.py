# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Every result code that Wi-Fi and Ethernet give without a proxy, each by a fault of the bench.

A row names the fault, the code, and a word that the raw cause in `imp.diag` must contain.
"""

import threading

import pytest
from bench.broker import Broker
from bench.certificates import Certificates

NOT_CONNECTED, NO_WIFI, NO_LINK, NO_IP_ADDRESS, NOT_RESOLVED, NO_SERVER, SERVER_CONNECTED = (
    0, 1, 1, 2, 3, 4, 5,
)  # fmt: skip

LINKS = ("wl0", "eth0")


def _network(world, link):
    return world.wifi["home"] if link == "wl0" else world.ethernet


def _cause(device):
    return str(device.last_attempt()["cause"])


@pytest.mark.parametrize("link", LINKS)
def test_s04_server_connected(device, world, link):
    assert device.connect(device.nic(link)) == SERVER_CONNECTED
    assert device.repl.value("server.isconnected()") is True
    assert device.repl.value("server.log('hello from the board')") == 0
    topic, payload, _ = world.broker.wait_for("imp/*/log", timeout=5)
    assert b"hello from the board" in payload


def test_s22_open_network(device):
    for key in ("", None):
        nic = {"interface": "wifi", "wificonfig": {"ssid": "cafe", "key": key}}
        nic["wificonfig"]["ssid"] = device.world.wifi["cafe"].ssid
        assert device.connect(nic) == SERVER_CONNECTED


def test_s12_wrong_key_is_known_before_the_timeout(device):
    assert device.connect(device.wifi(key="not-the-key"), timeout=30, limit_s=20) == NO_WIFI
    assert device.last_attempt()["cause"]


def test_s12_missing_network(device):
    assert device.connect(device.wifi(ssid="nobody-here"), timeout=3) == NO_WIFI
    assert _cause(device).startswith("Wi-Fi reason 201")


def test_network_switched_off(device, world):
    world.wifi["home"].off()
    assert device.connect(device.wifi(), timeout=3) == NO_WIFI
    assert _cause(device).startswith("Wi-Fi reason 201")


def test_association_refused(device, world):
    world.wifi["home"].refuse(203)  # WIFI_REASON_ASSOC_FAIL
    assert device.connect(device.wifi(), timeout=3) == NO_WIFI
    assert _cause(device).startswith("Wi-Fi reason 203")


def test_s06_s08_association_never_answered(device, world):
    world.wifi["home"].association_ms(60_000)
    assert device.connect(device.wifi(), timeout=2) == NO_WIFI


def test_ethernet_without_chip(device, world):
    world.ethernet.remove_chip()
    assert device.connect(device.ethernet(), timeout=5) == NO_LINK


def test_s13_ethernet_without_cable(device, world):
    world.ethernet.unplug()
    assert device.connect(device.ethernet(), timeout=2) == NO_LINK


def test_cable_plugged_during_the_attempt(device, world):
    world.ethernet.unplug()
    device.start(device.ethernet(), timeout=20)
    device.repl.run("time.sleep(1)")
    world.ethernet.plug()
    assert device.wait()[0][1] == SERVER_CONNECTED


@pytest.mark.parametrize("link", LINKS)
def test_s14_no_lease(device, world, link):
    _network(world, link).dhcp(False)
    assert device.connect(device.nic(link), timeout=2) == NO_IP_ADDRESS


@pytest.mark.parametrize("link", LINKS)
def test_a_dhcp_server_that_comes_long_after_the_link(device, world, link):
    network = _network(world, link)
    network.dhcp(False)
    late = threading.Timer(16, network.dhcp, (True,))
    late.start()
    try:
        # lwIP by itself asks at 14 s, and then at 30 s.
        assert device.connect(device.nic(link), timeout=28, limit_s=40) == SERVER_CONNECTED
    finally:
        late.cancel()
        late.join()


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("fault", ["nxdomain", "drop", "servfail", "garbage"])
def test_s15_not_resolved(device, world, link, fault):
    # The clock needs a name too: set it first, so that this test is about the broker's name.
    assert device.connect(device.nic(link)) == SERVER_CONNECTED
    if fault == "nxdomain":
        world.dns.nxdomain(world.broker.host)
    else:
        getattr(world.dns, fault)()
    before = len(device.calls())
    device.start(device.nic(link), timeout=3)
    calls = device.wait(before + 1, limit_s=20)
    assert [call[1] for call in calls[before:]] == [NOT_RESOLVED]


# The timeout distinguishes the cases: an answer is certain, SERVFAIL may pass, silence takes 7 s.
NAME_FAULTS = [("nxdomain", "NXDOMAIN", 30), ("servfail", "SERVFAIL", 3),
               ("drop", "no answer", 8.5), ("no_address", "no IPv4 address", 30)]  # fmt: skip


@pytest.mark.parametrize("fault, words, timeout", NAME_FAULTS)
def test_what_is_wrong_with_a_name_is_said(device, world, fault, words, timeout):
    device.repl.run("import machine; machine.RTC().datetime((2035, 1, 1, 0, 0, 0, 0, 0))")
    if fault in ("nxdomain", "no_address"):
        getattr(world.dns, fault)(world.broker.host)
    else:
        getattr(world.dns, fault)()
    assert device.connect(device.ethernet(), timeout=timeout) == NOT_RESOLVED
    assert words in _cause(device)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("given", ["lease", "static"])
def test_second_name_server_is_asked(device, world, link, given):
    network = _network(world, link)
    nic = device.nic(link)
    if given == "lease":
        network.two_nameservers()
    else:
        nic["staticconfig"] = {
            "ip": network.gateway[:-1] + "77",
            "netmask": "255.255.255.0",
            "gateway": network.gateway,
            "dns": [network.dead_nameserver, network.nameserver],
        }
    assert device.connect(nic, timeout=30, limit_s=40) == SERVER_CONNECTED
    assert world.dns.queries


SERVER_FAULTS = [
    ("closed", "ECONN"),
    ("mute-tcp", "timeout"),
    ("mute-mqtt", "timeout"),
    ("other-host", "CN"),
    ("expired", "expired"),
    ("reset", ""),
    ("close", ""),
    ("noise-tcp", ""),
    ("noise-64k", ""),
    ("connack-5", "CONNACK 5"),
    ("refuse", "CONNACK 5"),
    ("half-connack", ""),
]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("fault, word", SERVER_FAULTS, ids=[row[0] for row in SERVER_FAULTS])
def test_s16_s20_no_server(device, world, link, fault, word):
    if fault == "closed":
        url = f"mqtts://{world.broker.host}:{world.closed_port()}"
    else:
        url = world.peer(fault).url
    device.use_broker(url)
    assert device.connect(device.nic(link), timeout=3) == NO_SERVER
    assert word.lower() in _cause(device).lower()


@pytest.mark.virtual("needs a second broker")
@pytest.mark.parametrize("link", LINKS)
def test_a_real_broker_that_refuses_the_password(device, world, tmp_path, link):
    broker = Broker(tmp_path, world.certificates, world.guard, credentials=("user", "right"))
    broker.start()
    try:
        for password, result in (("wrong", NO_SERVER), ("right", SERVER_CONNECTED)) * 3:
            device.use_broker(broker.url, ca=broker.ca_pem, login=("user", password))
            assert device.connect(device.nic(link), timeout=10) == result
            if result == NO_SERVER:
                assert _cause(device) == "CONNACK 5"
    finally:
        broker.stop()


def test_what_comes_before_the_end_arrives_and_the_end_is_seen(device, world):
    device.use_broker(world.peer("farewell").url)
    device.repl.run("import agent; told = []; agent.on('farewell', told.append)")
    assert device.connect(device.ethernet(), timeout=10) == SERVER_CONNECTED
    assert device.repl.value(
        "until(lambda: imp.diag.counters()['losses'] >= 1)"
    )  # it is tried again
    assert device.repl.value("(told[:1], imp.diag.counters()['lastloss'])") == (
        ["bye"], "closed by the server"
    )  # fmt: skip


def test_unknown_certificate_authority(device, world, tmp_path):
    device.use_broker(world.broker.url, ca=Certificates(tmp_path).ca_pem)
    assert device.connect(device.wifi(), timeout=5) == NO_SERVER
    assert "not signed by the given ca" in _cause(device).lower()


# The driver reports the loss just after lwIP has broken the connections.
_LINK_LOST_WITH_CONNECTION = """
from connectwith import connection, links
link, dialer = links.get(0), connection.get().sequence._dialer
link_poll, dialer_poll = link.poll, dialer.poll
broken = []
def dial():
    stage = dialer_poll()
    if stage < 0: broken.append(stage)
    return stage
link.poll = lambda: 1 if broken else link_poll()
dialer.poll = dial
"""


def test_a_lost_link_is_to_blame_for_the_connection_it_breaks(device, world):
    device.use_broker(world.peer("reset").url)
    device.repl.run(_LINK_LOST_WITH_CONNECTION)
    assert device.connect(device.wifi(), timeout=3) == NO_WIFI
    assert _cause(device) == "link lost"


def test_unreachable_address(device, world):
    world.dns.answer(world.broker.host, "192.0.2.1")  # TEST-NET-1: the bench swallows it
    assert device.connect(device.wifi(), timeout=3) == NO_SERVER


def test_time_runs_out_while_the_clock_is_set(device, world):
    world.sntp.off()  # the board was just switched on: its clock stands at the year 2000
    assert device.connect(device.ethernet(), timeout=3) == NOT_CONNECTED


def test_s19_driver_that_raises(device):
    device.repl.run(
        "import sys\n"
        "class Broken:\n"
        "    class WLAN:\n"
        "        IF_STA = 0\n"
        "        def __init__(self, *args): raise OSError('radio is on fire')\n"
        "sys.modules['network'] = Broken\n"
    )
    assert device.connect(device.wifi(), timeout=5) == NOT_CONNECTED
    assert "radio is on fire" in str(device.last_attempt())
    device.repl.run("del sys.modules['network']")
    assert device.connect(device.wifi()) == SERVER_CONNECTED
