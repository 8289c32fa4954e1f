# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`imp.net.info()`: its entry for each interface, and that it contains no secret."""

import types

import _connectwith
import pytest
from connectwith import links
from connectwith import settings as store
from connectwith.diagnostics import info
from connectwith.settings import nic

ADDRESSES = ("10.0.0.7", "255.255.255.0", "10.0.0.1")
NONE = "0.0.0.0"


class Link:
    apn = None

    def __init__(self):
        self.told = {"ssid": "home", "rssi": -60}
        self.its_addresses = ADDRESSES

    def info(self):
        if isinstance(self.told, OSError):
            raise self.told
        return self.told

    def addresses(self):
        return self.its_addresses


@pytest.fixture
def board(monkeypatch):
    """`fitted`: a link for each class, `states`: of `_connectwith.link_state`, `lease`, `route`:
    lwIP's name and the name servers of each interface, `nic`: the one in use."""
    board = types.SimpleNamespace(
        fitted=[Link(), Link(), Link()], states=[0, 0, 0], lease="10.0.0.3", stored=None,
        route=("st1", ("10.0.0.2",)), nic={},
    )  # fmt: skip

    def get(kind):
        if board.fitted[kind] is None:
            raise ValueError("interface: not on this board")
        return board.fitted[kind]

    monkeypatch.setattr(links, "get", get)
    monkeypatch.setattr(links, "held", {})
    monkeypatch.setattr(store, "load_block", lambda name: board.stored)
    monkeypatch.setattr(_connectwith, "link_state", lambda kind: board.states[kind], False)
    monkeypatch.setattr(_connectwith, "link_dhcp", lambda kind: board.lease, False)
    monkeypatch.setattr(_connectwith, "link_route", lambda kind: board.route, False)
    monkeypatch.setattr(_connectwith, "traffic", lambda kind: (kind, 10, 20, 1 << 31), False)
    board.nic = {}
    board.control = types.SimpleNamespace(
        link=None, live=None, last_error=None, timeout_ms=2500, wait=1,
        job_on=lambda link: types.SimpleNamespace(nic=board.nic)
        if link is board.control.link else None,
        is_connected=lambda: board.control.live is not None,
    )  # fmt: skip
    return board


def report(control):
    """That of the device, but for what its links have carried."""
    told = info.report(control)
    kinds = {"wifi": nic.WIFI, "ethernet": nic.ETHERNET, "cell": nic.CELLULAR}
    for record in told["interface"]:
        counts = {"bytesin": kinds[record["type"]], "bytesout": 10, "messagesin": 20}
        assert record.pop("traffic") == {**counts, "messagesout": 1 << 31}
    return told


def connected(board, kind, **more):
    board.control.link = board.fitted[kind]
    board.states[kind] = links.LINK_UP | links.HAS_ADDRESS
    board.nic = more
    live = types.SimpleNamespace(nic=more, settings=types.SimpleNamespace(port=8883))
    board.control.live = live
    return report(board.control)


def test_nothing_is_up(board):
    assert report(board.control) == {
        "interface": [
            {"type": "wifi", "macaddress": "240ac4000001"},
            {"type": "ethernet", "macaddress": "240ac4000004"},
            {"type": "cell"},
        ]
    }
    board.control.last_error = 0
    assert report(board.control)["lasterror"] == 0


def test_what_this_board_has_not(board):
    board.fitted[nic.ETHERNET] = None
    report = connected(board, nic.CELLULAR)
    assert [record["type"] for record in report["interface"]] == ["wifi", "cell"]
    assert report["active"] == 1 and "ipv4" not in report


def test_connected_over_ethernet(board):
    report = connected(board, nic.ETHERNET)
    assert report["active"] == 1
    assert report["ipv4"] == {
        "address": "10.0.0.7", "netmask": "255.255.255.0", "gateway": "10.0.0.1",
        "broadcast": "10.0.0.255", "dnsserver": ["10.0.0.2"], "dhcpserver": "10.0.0.3",
        "server": {"port": 8883, "tcptimeout": 2.5, "tcpwaitfor": 1},
    }  # fmt: skip


def test_static_settings_and_a_proxy(board):
    board.lease = None
    proxy = {"type": "http", "address": "p", "port": 3128, "username": "u", "password": b"sealed"}
    static = {"dns": ["9.9.9.9", "1.1.1.1"]}
    table = connected(board, nic.WIFI, staticconfig=static, proxyconfig=proxy)["ipv4"]
    assert table["dnsserver"] == static["dns"] and table["dnsserver"] is not static["dns"]
    assert table["proxy"] == {"type": "http", "address": "p", "port": 3128, "user": "u"}
    assert "dhcpserver" not in table
    del proxy["username"]
    assert "user" not in connected(board, nic.WIFI, proxyconfig=proxy)["ipv4"]["proxy"]


@pytest.mark.parametrize("state", [0, links.LINK_UP])
def test_no_addresses_before_there_is_one(board, state):
    board.control.link = board.fitted[nic.WIFI]
    board.states[nic.WIFI] = state
    assert "ipv4" not in report(board.control)
    board.states[nic.WIFI] = links.HAS_ADDRESS
    told = report(board.control)
    assert "server" not in told["ipv4"] and "active" not in told, "not connected yet"


@pytest.mark.parametrize("route", [None, ("en2", ())])
def test_what_is_not_known_is_not_told(board, route):
    board.fitted[1].its_addresses = ("10.1.2.3", "255.255.0.0", NONE)
    board.route = route
    board.lease = None
    assert info.ipv4(1, {}) == {
        "address": "10.1.2.3", "netmask": "255.255.0.0", "broadcast": "10.1.255.255"
    }  # fmt: skip


def test_an_interface_over_cellular(board):
    board.fitted[2].its_addresses = ("100.64.0.9", "255.255.255.255", NONE)
    board.route = ("pp3", ("8.8.8.8",))
    assert info.ipv4(2, {}) == {
        "address": "100.64.0.9", "netmask": "255.255.255.255", "dnsserver": ["8.8.8.8"]
    }  # fmt: skip


TOLD = {"ssid": "home", "rssi": -60, "channel": 6, "bssid": "020000000001"}


@pytest.mark.parametrize(
    ("used", "state", "told", "record"),
    [("link", links.LINK_UP, TOLD, {"connectedssid": "home", "rssi": -60, "channel": 6,
                                    "bssid": "020000000001"}),
     ("held", links.LINK_UP, {"ssid": "home", "rssi": -60}, {"connectedssid": "home",
                                                             "rssi": -60}),
     ("link", 0, TOLD, {}), ("", links.LINK_UP, TOLD, {}), ("held", links.LINK_UP, {}, {}),
     ("link", links.LINK_UP, OSError(1, ""), {})],
)  # fmt: skip
def test_wifi(board, used, state, told, record):
    board.stored = {"ssid": "stored", "key": b"sealed"}
    board.fitted[0].told, board.states[0] = told, state
    if used == "link":
        board.control.link = board.fitted[0]
    if used == "held":
        links.held[0] = {}
    wifi = report(board.control)["interface"][0]
    assert wifi == {"type": "wifi", "macaddress": "240ac4000001", "ssid": "stored", **record}
    assert info.wifi(board.control) == {k: v for k, v in wifi.items() if k != "type"}
    board.fitted[0] = None
    assert info.wifi(board.control) == {"macaddress": "240ac4000001"}


@pytest.mark.parametrize(
    ("used", "rssi", "apn", "record"),
    [(True, -71, "internet", {"rssi": -71, "apn": "internet"}), (True, None, None, {}),
     (False, -71, "", {"apn": ""})],
)  # fmt: skip
def test_cellular(board, used, rssi, apn, record):
    board.fitted[2].told, board.fitted[2].apn = {"rssi": rssi}, apn
    if used:
        board.control.link = board.fitted[2]
    assert report(board.control)["interface"][2] == {"type": "cell", **record}


def test_what_the_modem_has_told_of_itself(board):
    who = {"imei": "860000000000000", "model": "SIMCOM_SIM7600G-H"}
    board.fitted[2].told = {"rssi": -71, "cellinfo": "LTE,Online", **who}
    assert report(board.control)["interface"][2] == {"type": "cell", **who}
    board.control.link = board.fitted[2]
    assert report(board.control)["interface"][2] == {"type": "cell", **board.fitted[2].told}
