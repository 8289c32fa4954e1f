# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`imp.net`: its reports, and interfaces for the local network."""

import pytest
from bench.proxy import Proxy
from repl import BoardError

NO_WIFI, NO_SERVER, SERVER_CONNECTED = 1, 4, 5

# Runs on the board. `states` gets what the callback of `imp.net.open` is told.
_LOCAL = """
import gc, network
states = []
def up():
    return until(lambda: states and states[-1] == 1)
def drop():
    gc.collect()
    return until(lambda: not network.WLAN(0).active())
"""


@pytest.fixture
def local(device):
    """The board with what the tests of `imp.net.open` need."""
    device.repl.run(_LOCAL)
    return device


def _info(device):
    return device.repl.value("imp.net.info()")


def _record(info, kind):
    return next(record for record in info["interface"] if record["type"] == kind)


def _static(network, host=77, dns=None):
    subnet = network.gateway.rsplit(".", 1)[0]
    return {"ip": f"{subnet}.{host}", "netmask": "255.255.255.0", "gateway": network.gateway,
            "dns": dns or [network.nameserver]}  # fmt: skip


@pytest.mark.virtual("it knows address, channel and signal of the networks")
def test_s27_s28_s49_s50_info_through_the_life_of_a_connection(device, world):
    assert device.repl.value("imp.net.getcurrentconfig()") is None
    before = _info(device)
    assert {"active", "ipv4", "lasterror"}.isdisjoint(before)
    assert {"wifi", "ethernet"} <= {record["type"] for record in before["interface"]}
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    info = _info(device)
    assert info["interface"][info["active"]]["type"] == "wifi"
    wifi = _record(info, "wifi")
    assert (wifi["connectedssid"], wifi["rssi"], wifi["channel"]) == ("home-net", -55, 6)
    assert len(wifi["macaddress"]) == 12 and "ssid" not in wifi
    assert wifi["bssid"] == world.wifi["home"].bssid.hex()
    network = world.wifi["home"]
    table = info["ipv4"]
    assert table["gateway"] == network.gateway and table["dhcpserver"] == network.gateway
    assert table["dnsserver"] == [network.nameserver]
    assert table["broadcast"] == network.gateway.rsplit(".", 1)[0] + ".255"
    assert table["server"]["port"] == world.broker.port
    assert table["server"]["tcptimeout"] == 5 and "proxy" not in table
    assert "lasterror" not in info
    worked = device.repl.value("imp.net.getcurrentconfig()")
    # S27: a failure keeps the last NIC that worked.
    assert device.connect(device.wifi(ssid="nobody-here"), timeout=3) == NO_WIFI
    failed = _info(device)
    assert failed["lasterror"] == NO_WIFI
    assert {"active", "ipv4"}.isdisjoint(failed)
    assert device.repl.value("imp.net.getcurrentconfig()") == worked
    # S28: a loss keeps it, too.
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    worked = device.repl.value("imp.net.getcurrentconfig()")
    assert _info(device)["interface"][_info(device)["active"]]["type"] == "ethernet"
    world.ethernet.unplug()
    assert device.repl.value("until(lambda: not server.isconnected())", timeout=20) is True
    assert "active" not in _info(device)
    assert device.repl.value("imp.net.getcurrentconfig()") == worked


def test_the_current_config_is_a_copy(device):
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    device.repl.run("imp.net.getcurrentconfig()['wificonfig']['ssid'] = 'mine'")
    assert device.repl.value("imp.net.getcurrentconfig()['wificonfig']['ssid']") == (
        device.world.wifi["home"].ssid
    )


def test_before_any_connection_it_is_what_is_stored(device):
    device.repl.run("imp.setapn('internet')")
    assert device.repl.value("imp.net.getcurrentconfig()") == {
        "interface": "cell0", "cellconfig": {"apn": "internet"},
    }  # fmt: skip
    device.repl.run("imp.setwificonfiguration('cafe-net', '')")
    assert device.repl.value("imp.net.getcurrentconfig()") == {
        "interface": "wl0", "wificonfig": {"ssid": "cafe-net", "key": ""},
    }  # fmt: skip


@pytest.mark.parametrize("link", ["wl0", "eth0"])
def test_s29_a_static_address(device, world, link):
    network = world.wifi["home"] if link == "wl0" else world.ethernet
    static = _static(network, dns=[network.nameserver, "9.9.9.9"])
    network.dhcp(False)
    assert device.connect({**device.nic(link), "staticconfig": static}) == SERVER_CONNECTED
    table = _info(device)["ipv4"]
    assert table["address"] == static["ip"] and "dhcpserver" not in table
    assert (table["netmask"], table["gateway"]) == (static["netmask"], static["gateway"])
    assert table["dnsserver"] == static["dns"]
    config = device.repl.value("imp.net.getcurrentconfig()")
    assert config["staticconfig"] == static
    device.repl.run("server.disconnect()")
    assert device.connect(config) == SERVER_CONNECTED
    # Back to a lease: nothing of the static address stays.
    network.dhcp(True)
    assert device.connect(device.nic(link)) == SERVER_CONNECTED
    table = _info(device)["ipv4"]
    assert table["dhcpserver"] == network.gateway and table["address"] != static["ip"]


# (what is wrong with a static address, the key that the message must name)
BAD_STATIC = [
    ({"gateway": "10.99.0.1"}, "gateway"),
    ({"gateway": "10.0.1.9"}, "gateway"),
    ({"netmask": "255.0.255.0"}, "netmask"),
    ({"netmask": "0.0.0.0"}, "netmask"),
    ({"netmask": "255.255.255.255"}, "netmask"),
    ({"ip": "10.0.1.0"}, "ip"),
    ({"ip": "10.0.1.255"}, "ip"),
    ({"ip": "224.0.0.9"}, "ip"),
    ({"ip": "10.0.1"}, "ip"),
    ({"dns": []}, "dns"),
    ({"dns": ["10.0.1.3"] * 3}, "dns"),
    ({"dns": "0.0.0.0"}, "dns"),
]


@pytest.mark.parametrize("link", ["wl0", "eth0"])
def test_static_addresses_that_cannot_work(device, link):
    for change, word in BAD_STATIC:
        static = {"ip": "10.0.1.9", "netmask": "255.255.255.0", "gateway": "10.0.1.2",
                  "dns": "10.0.1.3", **change}  # fmt: skip
        nic = {"interface": link, "staticconfig": static}
        out = device.repl.run(
            f"try:\n    server.connectwith({nic!r})\nexcept ValueError as error: print(error)"
        )
        assert out.startswith(word + ":"), f"{change}: {out}"
    assert device.last_attempt() is None


@pytest.mark.virtual("its proxy is on the loopback interface")
def test_s30_info_names_the_proxy_without_its_password(device):
    with Proxy(("me", "S3cret")) as proxy:
        block = {"address": "proxy.test", "port": proxy.port, "username": "me",
                 "password": "S3cret"}  # fmt: skip
        assert device.connect({**device.ethernet(), "proxyconfig": block}) == SERVER_CONNECTED
        assert _info(device)["ipv4"]["proxy"] == {
            "type": 0, "address": "proxy.test", "port": proxy.port, "user": "me",
        }  # fmt: skip
        device.repl.run("server.disconnect()")


def test_s69_an_interface_for_the_local_network(local, world):
    out = local.repl.run(f"it = imp.net.open({local.wifi()!r}, states.append)\nprint(states)")
    assert out.strip() == "[]"
    assert local.repl.value("up()", timeout=20) is True
    states = local.repl.value("states")
    assert states[0] == 0 and states[-1] == 1 and set(states) <= {0, 101, 103, 104, 1}
    assert local.repl.value("it.getstate() == imp.net.CONNECTED") is True
    assert local.repl.value("it.getiptable()['ipv4']['gateway']") == world.wifi["home"].gateway
    assert local.repl.value("server.isconnected()") is False
    local.repl.run("it = None")
    assert local.repl.value("drop()", timeout=20) is True


def test_s70_settings_for_an_interface_in_use(local):
    nic = local.wifi()
    assert local.connect(nic) == SERVER_CONNECTED
    out = local.repl.run(
        f"try:\n    imp.net.open({nic!r}, states.append)\nexcept ValueError as error: print(error)"
    )
    assert out.startswith("interface: in use")
    local.repl.run("it = imp.net.open({'interface': 'wl0'}, states.append)")
    assert local.repl.value("up()", timeout=20) is True
    assert local.repl.value("server.isconnected()") is True
    # The end of the local use does not end the connection.
    local.repl.run("it.close()\nsettle(200)")
    assert local.repl.value("it.getstate() == imp.net.WIFI_STOPPED") is True
    assert local.repl.value("server.isconnected() and server.log('still here')") == 0


def test_s72_the_interface_outlives_the_server(local, world):
    assert local.connect(local.wifi()) == SERVER_CONNECTED
    local.repl.run("it = imp.net.open({'interface': 'wl0'}, states.append)")
    assert local.repl.value("up()", timeout=20) is True
    world.broker.stop()
    try:
        assert local.repl.value("until(lambda: not server.isconnected())", timeout=20) is True
        local.repl.run("settle(500)")
        assert local.repl.value("(it.getstate(), states[-1])") == (1, 1)
        assert local.repl.value("network.WLAN(0).isconnected()") is True
        assert local.repl.value("set(states)") <= {0, 1}
        local.repl.run("server.disconnect()\nsettle(200)")
        assert local.repl.value("it.getstate()") == 1
    finally:
        world.broker.start()
    # The next connection uses the interface as it is.
    assert local.connect(local.wifi()) == SERVER_CONNECTED


def test_connectwith_elsewhere_stops_the_former_interface(local):
    assert local.connect(local.wifi()) == SERVER_CONNECTED
    local.repl.run("it = imp.net.open({'interface': 'wl0'}, states.append)")
    assert local.repl.value("up()", timeout=20) is True
    assert local.connect(local.ethernet()) == SERVER_CONNECTED
    assert local.repl.value("it.getstate() == imp.net.WIFI_STOPPED") is True
    assert local.repl.value("states[-1] == imp.net.WIFI_STOPPED") is True


def test_the_states_of_failures(local, world):
    local.ethernet()
    local.repl.run(f"it = imp.net.open({local.wifi(ssid='nobody-here')!r}, states.append)")
    done = "until(lambda: states and states[-1] == imp.net.WIFI_STOPPED_UNHAPPY)"
    assert local.repl.value(done, timeout=20) is True
    local.repl.run(
        "it.close()\nstates.clear()\ne = imp.net.open({'interface': 'eth0'}, states.append)"
    )
    assert local.repl.value("up()", timeout=20) is True
    world.ethernet.unplug()
    done = "until(lambda: states[-1] == imp.net.ETHERNET_STOPPED_NO_LINK)"
    assert local.repl.value(done, timeout=20) is True
    world.ethernet.plug()
    assert local.repl.value("up()", timeout=20) is True
    local.repl.run("e.close()")
    assert local.repl.value("e.getstate() == imp.net.ETHERNET_STOPPED") is True


def test_udp_in_the_subnet(local):
    nic = local.ethernet()
    local.repl.run(f"got = []\ne = imp.net.open({nic!r}, states.append)\n")
    with pytest.raises(BoardError, match="not up"):
        local.repl.run("e.openudp(print, 5000)")
    assert local.repl.value("up()", timeout=20) is True
    local.repl.run(
        "here = e.getiptable()['ipv4']['address']\n"
        "a = e.openudp(lambda *all: got.append(all), 5000)\n"
        "raised = []\n"
        "b = e.openudp(lambda *all: raised.append(1) or 1 / 0, 5001)\n"
        "print(b.send(here, 5000, b'one'), a.send(here, 5001, b'two'), b.send(here, 5000, b'3'))"
    )
    # Its traceback is printed during other code, which must not return a value then.
    local.repl.run("until(lambda: len(got) == 2 and raised)\nsettle()", timeout=20)
    here = local.repl.value("here")
    assert local.repl.value("got") == [
        (here, 5001, here, 5000, b"one"), (here, 5001, here, 5000, b"3"),
    ]  # fmt: skip
    with pytest.raises(BoardError, match="not of this subnet"):
        local.repl.run("a.send('9.9.9.9', 53, b'out')")
    with pytest.raises(BoardError, match="EADDRINUSE|112|98"):
        local.repl.run("import socket\ns = socket.socket(2, 2)\ns.bind((here, 5000))")
    local.repl.run("e.close()")
    assert local.repl.value("a.send(here, 5001, b'late')") != 0


def test_s71_no_udp_over_cellular(local):
    local.repl.run("it = imp.net.open({'interface': 'cell0', 'cellconfig': {'apn': 'internet'}})")
    with pytest.raises(BoardError, match="cellular"):
        local.repl.run("it.openudp(print, 5000)")
    local.repl.run("it.close()")


def test_bad_nics_open_nothing(local):
    for nic in ("None", "{}", "{'interface': 'wl9'}", "{'interface': 5}"):
        out = local.repl.run(
            f"try:\n    imp.net.open({nic})\nexcept (ValueError, TypeError): print('refused')"
        )
        assert out.strip() == "refused", nic
    assert "active" not in _info(local)


_WATCHED_INFO = """
from connectwith import connection, links
control, link = connection.get(), links.get(0)
polled = []
def poll():
    polled.append(1)
    return links.UP
control.busy += 1
link.poll = poll
told = imp.net.info()
del link.poll
control.busy -= 1
"""


def test_info_takes_no_step_of_a_link(device):
    """A step may fail, and that is the business of the attempt."""
    nic = device.wifi()
    assert device.connect(nic) == 5
    device.repl.run(_WATCHED_INFO)
    assert device.repl.value("polled") == []
    ssid = device.repl.value("told['interface'][0]['connectedssid']")
    assert ssid == nic["wificonfig"]["ssid"]


def test_state_is_asked_for_while_the_interface_comes_up(device):
    # The service of timers looks at it in the middle of these calls.
    device.repl.run(
        "def up():\n"
        "    states = []\n"
        "    interface = imp.net.open({'interface': 'eth0'}, states.append)\n"
        "    begin = time.ticks_ms()\n"
        "    while interface.getstate() != imp.net.CONNECTED:\n"
        "        assert time.ticks_diff(time.ticks_ms(), begin) < 10000, states\n"
        "    interface.close()\n"
    )
    device.repl.run("for _ in range(20): up()", timeout=60)


def test_what_each_link_has_carried(device, world):
    def traffic(kind):
        return _record(_info(device), kind)["traffic"]

    nothing = {"bytesin": 0, "bytesout": 0, "messagesin": 0, "messagesout": 0}
    assert traffic("wifi") == traffic("ethernet") == nothing
    device.repl.run("import agent\ngot = []\nagent.on('n', got.append)")
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    prefix = world.broker.wait_for("imp/*/status")[0].removesuffix("status")
    before = traffic("ethernet")
    # The handshake is among them: the server's certificate, the client's ClientHello.
    assert before["bytesin"] > 500 and before["bytesout"] > 200 and before["messagesout"] == 0
    device.repl.run("server.log('x' * 1000)\nserver.flush(5)")
    world.broker.publish(prefix + "device/n", "7")
    assert device.repl.value("until(lambda: got)")
    after = traffic("ethernet")
    assert (after["messagesout"], after["messagesin"]) == (1, 1)
    assert 1000 < after["bytesout"] - before["bytesout"] < 1300
    assert 0 < after["bytesin"] - before["bytesin"] < 400
    assert device.connect(device.wifi()) == SERVER_CONNECTED
    assert traffic("wifi")["bytesout"] > 200 and traffic("wifi")["messagesout"] == 0
    device.repl.soft_reset()
    device.prepare()
    assert traffic("ethernet")["messagesout"] == 1, "they count from the hard reset"
