# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The connection through an HTTP proxy, on both links: its success, and each kind of failure."""

import base64

import pytest
from bench.proxy import Proxy

pytestmark = pytest.mark.virtual("its proxies are on the loopback interface")

NOT_RESOLVED, NO_SERVER, SERVER_CONNECTED, NO_PROXY, NOT_AUTHORISED = 3, 4, 5, 6, 7

LINKS = ("wl0", "eth0")
LOGIN = ("bench", "pass:wörd")


def _network(device, link):
    return device.world.wifi["home"] if link == "wl0" else device.world.ethernet


def _nic(device, link, port, address="proxy.test", login=None):
    block = {"address": address, "port": port}
    if login is not None:
        block["username"], block["password"] = login
    return {**device.nic(link), "proxyconfig": block}


def _cause(device):
    return str(device.last_attempt()["cause"])


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("login", [None, LOGIN], ids=["open", "basic"])
def test_a_proxy_by_name(device, link, login):
    with Proxy(login) as proxy:
        assert device.connect(_nic(device, link, proxy.port, login=login)) == SERVER_CONNECTED
        assert proxy.tunnels == 1
        # The proxy resolves the server's name, not the board.
        assert b"CONNECT broker.test:" in proxy.requests[0]
        assert "PROXY" in [stage for stage, _ in device.last_attempt()["stages"]]
        assert device.repl.value("server.log('through the proxy')") == 0
        assert b"through the proxy" in device.world.broker.wait_for("imp/*/log", timeout=5)[1]
        device.repl.run("server.disconnect()")


@pytest.mark.parametrize("link", LINKS)
def test_a_proxy_by_address(device, link):
    with Proxy(one_by_one=True) as proxy:
        nic = _nic(device, link, proxy.port, _network(device, link).gateway)
        device.world.dns.nxdomain("broker.test")
        device.world.dns.nxdomain("proxy.test")
        assert device.connect(nic) == SERVER_CONNECTED
        assert proxy.tunnels == 1
        device.repl.run("server.disconnect()")


# (how the proxy is, result, word in the cause)
NO_HELP = [
    ({"status": 401}, NOT_AUTHORISED, "401"),
    ({"status": 403}, NOT_AUTHORISED, "403"),
    ({"status": 407}, NOT_AUTHORISED, "407"),
    ({"status": 407, "one_by_one": True}, NOT_AUTHORISED, "407"),
    ({"status": 500}, NO_PROXY, "500"),
    ({"status": 502}, NO_PROXY, "502"),
    ({"status": 503}, NO_PROXY, "503"),
    ({"status": 504}, NO_PROXY, "504"),
    ({"fault": "web"}, NO_PROXY, "405"),
    ({"fault": "banner"}, NO_PROXY, "not a proxy"),
    ({"fault": "close"}, NO_PROXY, "closed by the proxy"),
    ({"fault": "reset"}, NO_PROXY, "ECONN"),
    ({"fault": "header-64k"}, NO_PROXY, "not a proxy"),
    ({"fault": "chatty"}, NO_SERVER, "TLS"),
]


@pytest.mark.parametrize("link", LINKS)
def test_s17_a_proxy_that_is_no_help(device, link):
    assert device.connect(device.nic(link)) == SERVER_CONNECTED
    timeout_s = max(3, 8 * device.last_attempt()["ms"] / 1000)  # to get to the proxy
    # All of them run on Ethernet, which comes up sooner; on Wi-Fi runs one for each result.
    for kind, result, word in NO_HELP if link == "eth0" else NO_HELP[2:13:10]:
        with Proxy(**kind) as proxy:
            found = device.connect(_nic(device, link, proxy.port), timeout_s, limit_s=90)
        assert (found, kind) == (result, kind)
        assert word in _cause(device), kind
        assert device.repl.value("server.isconnected()") is False


def test_a_proxy_that_hangs(device):
    for fault in ("mute", "half"):
        with Proxy(fault=fault) as proxy:
            assert device.connect(_nic(device, "eth0", proxy.port), timeout=2) == NO_PROXY
            assert device.last_attempt()["stages"][-1][0] == "PROXY"


def test_s17_the_wrong_login(device):
    with Proxy(LOGIN) as proxy:
        for login in (None, ("bench", "wrong"), ("nobody", LOGIN[1])):
            nic = _nic(device, "eth0", proxy.port, login=login)
            assert device.connect(nic, timeout=20) == NOT_AUTHORISED
            assert "407" in _cause(device)
        assert proxy.tunnels == 0 and len(proxy.requests) == 3


@pytest.mark.parametrize("link", LINKS)
def test_s17_nobody_is_there(device, link):
    nic = _nic(device, link, device.world.closed_port())
    assert device.connect(nic, timeout=3) == NO_PROXY
    assert "ECONN" in _cause(device)


def test_nothing_answers_at_the_address_of_the_proxy(device):
    address = _network(device, "eth0").gateway.rsplit(".", 1)[0] + ".99"
    assert device.connect(_nic(device, "eth0", 3128, address), timeout=2) == NO_PROXY


def test_s15_the_name_of_the_proxy_does_not_resolve(device):
    device.world.dns.nxdomain("proxy.test")
    with Proxy() as proxy:
        assert device.connect(_nic(device, "wl0", proxy.port), timeout=20) == NOT_RESOLVED
        assert proxy.requests == []


def test_the_server_behind_the_proxy_is_not_there(device):
    device.use_broker(f"mqtts://broker.test:{device.world.closed_port()}")
    with Proxy() as proxy:
        assert device.connect(_nic(device, "eth0", proxy.port), timeout=3) == NO_PROXY
        assert "502" in _cause(device)


def test_s25_the_password_comes_back_sealed_and_goes_back_in(device):
    with Proxy(LOGIN) as proxy:
        assert device.connect(_nic(device, "wl0", proxy.port, login=LOGIN)) == SERVER_CONNECTED
        nic = device.repl.value("imp.net.getcurrentconfig()")
        block = nic["proxyconfig"]
        assert block["username"] == LOGIN[0] and block["address"] == "proxy.test"
        assert isinstance(block["password"], bytes)
        assert LOGIN[1].encode() not in block["password"]
        device.repl.run("server.disconnect()")
        assert device.connect(nic) == SERVER_CONNECTED
        sent = base64.b64encode(":".join(LOGIN).encode())
        assert all(sent in request for request in proxy.requests) and proxy.tunnels == 2
        device.repl.run("server.disconnect()")


def test_a_stored_proxy_is_used_where_the_nic_names_none(device):
    with Proxy(LOGIN) as proxy, Proxy() as other:
        device.repl.run(
            f"imp.setproxy(imp.PROXY_TYPE_HTTP, 'proxy.test', {proxy.port}, *{LOGIN!r})"
        )
        assert device.connect(device.ethernet()) == SERVER_CONNECTED
        assert device.connect(_nic(device, "eth0", other.port)) == SERVER_CONNECTED
        assert (proxy.tunnels, other.tunnels) == (1, 1)
        device.repl.run("server.disconnect()")


def test_s31_a_proxy_means_nothing_to_a_wifi_block_of_ethernet(device):
    """A block that does not apply is not even looked at; one that does is used."""
    with Proxy() as proxy:
        nic = {**_nic(device, "eth0", proxy.port), "wificonfig": 5, "cellconfig": {"apn": 5}}
        assert device.connect(nic) == SERVER_CONNECTED
        assert proxy.tunnels == 1
        config = device.repl.value("imp.net.getcurrentconfig()")
        assert set(config) == {"interface", "proxyconfig"}
        device.repl.run("server.disconnect()")
