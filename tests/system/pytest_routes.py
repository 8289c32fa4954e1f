# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""All packets of an attempt leave by its own interface, whatever else is up.

The broker lies beyond the gateway, so that a default route decides where lwIP sends what nobody
has bound. ESP-IDF gives it to Wi-Fi before Ethernet; PPP takes it when it dials.
"""

import pytest
from cellular import SERVER_CONNECTED, cell, set_clock, until
from repl import BoardError

NOT_RESOLVED = 3
_HERE = "it counts the packets of each network"

# Runs on the board: Wi-Fi as the user's own program brings it up.
_OWN_WLAN = """
import network
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect({ssid!r}, {key!r})
until(wlan.isconnected)
settle(100)
"""


def _networks(world):
    return {"wl0": world.wifi["home"], "eth0": world.ethernet, "cell0": world.cellular}


class _Count:
    """The packets into each network since it was made."""

    def __init__(self, world):
        self._networks = _networks(world)
        self._before = self._now()

    def _now(self):
        return {name: network.cable.sent for name, network in self._networks.items()}

    def of(self, name):
        now = self._now()[name]
        return {kind: now[kind] - before for kind, before in self._before[name].items()}


def _hold(device, link):
    """`imp.net.open` on one more interface."""
    device.repl.run(
        f"import network\nstates = []\nheld = imp.net.open({device.nic(link)!r}, states.append)\n"
        "until(lambda: states and states[-1] == 1)\nsettle(100)"
    )


def _own_wlan(device, world):
    home = world.wifi["home"]
    device.repl.run(_OWN_WLAN.format(ssid=home.ssid, key=home.key))


@pytest.mark.virtual(_HERE)
@pytest.mark.parametrize("who", ["the user's own WLAN", "imp.net.open"])
def test_ethernet_beside_wifi(device, world, who):
    if who == "imp.net.open":
        _hold(device, "wl0")
    else:
        _own_wlan(device, world)
    count = _Count(world)
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    device.repl.run("server.log('by cable')\nsettle(300)")
    assert count.of("wl0") == {"tcp": 0, "dns": 0, "sntp": 0, "udp": 0}
    sent = count.of("eth0")
    assert sent["tcp"] > 10 and sent["dns"] >= 2 and sent["sntp"] >= 1, sent
    assert device.repl.value("network.WLAN(0).isconnected()") is True


@pytest.mark.virtual(_HERE)
def test_wifi_beside_ethernet(device, world):
    _hold(device, "eth0")
    count = _Count(world)
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    device.repl.run("server.log('by air')\nsettle(300)")
    assert count.of("eth0") == {"tcp": 0, "dns": 0, "sntp": 0, "udp": 0}
    sent = count.of("wl0")
    assert sent["tcp"] > 10 and sent["dns"] >= 2 and sent["sntp"] >= 1, sent


@pytest.mark.virtual(_HERE)
def test_a_session_stays_where_it_is_when_another_interface_comes_up(device, world):
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    count = _Count(world)
    _own_wlan(device, world)
    device.repl.run("server.log('by cable')\nsettle(300)")
    assert count.of("wl0")["tcp"] == 0 and count.of("eth0")["tcp"] >= 1
    assert device.repl.value("server.isconnected()") is True


@pytest.mark.virtual(_HERE)
def test_cellular_beside_wifi(device, world, modem):
    set_clock(device)
    _hold(device, "wl0")
    count = _Count(world)
    assert device.connect(cell(), timeout=60) == SERVER_CONNECTED
    device.repl.run("server.log('by air')\nsettle(300)")
    assert count.of("wl0") == {"tcp": 0, "dns": 0, "sntp": 0, "udp": 0}
    assert count.of("cell0")["tcp"] > 10 and count.of("cell0")["dns"] >= 1


@pytest.mark.virtual(_HERE)
def test_ppp_without_a_name_server_inherits_none(device, world, modem):
    set_clock(device)
    _hold(device, "wl0")
    modem.ppp(dns=0)
    count = _Count(world)
    assert device.connect(cell(), timeout=60) == NOT_RESOLVED
    assert "no name server" in device.last_attempt()["cause"]
    assert count.of("wl0")["dns"] == 0 and count.of("cell0")["dns"] == 0


@pytest.mark.virtual(_HERE)
def test_the_name_servers_of_a_lease_are_those_of_its_interface(device, world):
    """lwIP's table has the name servers of the interface that came up last."""
    _hold(device, "wl0")
    device.repl.run("wifi = held")
    _hold(device, "eth0")
    count = _Count(world)
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert count.of("eth0")["dns"] == 0 and count.of("wl0")["dns"] >= 1


def _table(device, name):
    return device.repl.value(f"{name}.getiptable()")["ipv4"]


@pytest.mark.virtual(_HERE)
def test_each_interface_tells_its_own_name_servers(device, world, modem):
    """Whichever has come up last."""
    _hold(device, "wl0")
    device.repl.run("wifi = held")
    network = world.ethernet
    static = {"ip": network.gateway.rsplit(".", 1)[0] + ".77", "netmask": "255.255.255.0",
              "gateway": network.gateway, "dns": ["198.51.100.1", "198.51.100.2"]}  # fmt: skip
    nic = {**device.ethernet(), "staticconfig": static}
    device.repl.run(f"cable = imp.net.open({nic!r})\nuntil(lambda: cable.getstate() == 1)")
    modem.ppp(dns=0)
    device.repl.run(f"air = imp.net.open({cell()!r})\nuntil(lambda: air.getstate() == 1, 30000)")
    assert _table(device, "wifi")["dnsserver"] == [world.wifi["home"].nameserver]
    assert _table(device, "cable")["dnsserver"] == static["dns"]
    assert "dnsserver" not in _table(device, "air")
    device.repl.run("air.close()")


@pytest.mark.virtual(_HERE)
def test_a_static_address_asks_its_own_name_servers(device, world):
    _hold(device, "wl0")
    network = world.ethernet
    static = {"ip": network.gateway.rsplit(".", 1)[0] + ".77", "netmask": "255.255.255.0",
              "gateway": network.gateway, "dns": ["198.51.100.1"]}  # fmt: skip
    count = _Count(world)
    nic = {**device.ethernet(), "staticconfig": static}
    assert device.connect(nic) == SERVER_CONNECTED
    assert count.of("wl0") == {"tcp": 0, "dns": 0, "sntp": 0, "udp": 0}
    assert count.of("eth0")["dns"] >= 2


@pytest.mark.virtual(_HERE)
def test_datagrams_of_an_open_interface_leave_by_it(device, world):
    """Also when another one has the same address."""
    network = world.ethernet
    static = {"ip": network.gateway.rsplit(".", 1)[0] + ".77", "netmask": "255.255.255.0",
              "gateway": network.gateway, "dns": [network.nameserver]}  # fmt: skip
    for name in ("eth0", "wl0"):
        nic = {**device.nic(name), "staticconfig": static}
        device.repl.run(
            f"{name}_states = []\n{name} = imp.net.open({nic!r}, {name}_states.append)\n"
            f"until(lambda: {name}_states and {name}_states[-1] == 1)\nsettle(100)"
        )
    count = _Count(world)
    device.repl.run("a = eth0.openudp(print, 5000)")
    for sent in (1, 2, 3):
        # While ARP asks for the host, lwIP keeps one datagram alone.
        device.repl.run(f"a.send({network.gateway!r}, 5001, b'x')")
        until(lambda sent=sent: count.of("eth0")["udp"] >= sent, f"datagram {sent}")
    assert count.of("eth0")["udp"] == 3 and count.of("wl0")["udp"] == 0
    device.repl.run("eth0.close()")
    with pytest.raises(BoardError, match="not up"):
        device.repl.run("eth0.openudp(print, 5000)")
