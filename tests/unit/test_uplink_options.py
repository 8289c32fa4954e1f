# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The arguments of imp.uplink.keep: each bad one is named, and nothing has changed."""

import math
import types

import pytest
from connectwith import links, results, settings
from connectwith.connection import failover, job
from connectwith.settings import nic, saving
from connectwith.uplink import options

WIFI = {"interface": "wl0", "wificonfig": {"ssid": "home", "key": "secret99"}}
CELL = {"interface": "cell0", "cellconfig": {"apn": "internet"}}


@pytest.fixture(autouse=True)
def board(monkeypatch):
    """A board with all links and a stored Wi-Fi network."""
    fitted = {nic.WIFI, nic.ETHERNET, nic.CELLULAR}

    def check(kind):
        if kind not in fitted:
            raise ValueError("interface: this board has no such link")

    monkeypatch.setattr(links, "check_fitted", check)
    monkeypatch.setattr(failover, "_custom", [])
    monkeypatch.setattr(options, "server_settings", lambda: None)
    saving.save_block("wificonfig", nic.check_block("wificonfig", WIFI["wificonfig"]))
    return fitted


def make(callback=None, order=None, nics=None, times=(60, 30, 10), metered=("cell",),
         health=(30, 10), unknown=()):  # fmt: skip
    control = types.SimpleNamespace(policy=results.RETURN_ON_ERROR)
    return options._make(control, callback, order, nics, times, metered, health, unknown)


def kinds(**arguments):
    return list(make(**arguments).kinds)


def test_the_default_order_has_the_links_with_settings():
    assert kinds() == [nic.ETHERNET, nic.WIFI]
    assert kinds(nics=[CELL]) == [nic.ETHERNET, nic.WIFI, nic.CELLULAR]
    failover.set_interfaces(["wifi"])
    assert kinds() == [nic.WIFI, nic.ETHERNET]


def test_metered_links_come_last():
    order = ["cell", "wl0", "eth0"]
    assert kinds(order=order, nics=[CELL]) == [nic.WIFI, nic.ETHERNET, nic.CELLULAR]
    assert kinds(order=order, nics=[CELL], metered=[]) == [nic.CELLULAR, nic.WIFI, nic.ETHERNET]
    assert kinds(order=order, nics=[CELL], metered=["wifi", "cell"])[0] == nic.ETHERNET


def test_numbers_become_milliseconds():
    keeper = make(times=(0.5, 0, 86400), health=(1, 2.25))
    assert keeper.policy._times == (500, 0, 86_400_000)
    assert keeper._health == (1000, 2250, 1125)


def test_names_of_events_are_those_of_the_nics():
    keeper = make(order=["wifi", "cell", "ethernet"], nics=[{**CELL, "interface": "cell"}])
    assert [keeper.name(i) for i in range(-1, 3)] == [None, "wl0", "eth0", "cell"]


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"order": []}, ValueError, "order: empty"),
        ({"order": "wifi"}, TypeError, "order: "),
        ({"order": 5}, TypeError, "order: "),
        ({"order": [5]}, TypeError, "order: "),
        ({"order": ["wfi"]}, ValueError, "order: wfi: unknown; the nearest key is wifi"),
        ({"order": ["wl0", "wifi"]}, ValueError, "order: wifi is there twice"),
        ({"order": ["eth0", "eth0"]}, ValueError, "order: eth0 is there twice"),
        ({"order": ["cell"]}, ValueError, "order: cell has no settings: see imp.setapn"),
        ({"nics": WIFI}, TypeError, "nics: must be a list"),
        ({"nics": [5]}, TypeError, "nics: nic: must be a dict"),
        ({"nics": [{}]}, ValueError, "nics: interface: missing"),
        ({"nics": [{**WIFI, "wificonfg": {}}]}, ValueError, "nics: wificonfg: unknown"),
        ({"nics": [WIFI, WIFI]}, ValueError, "nics: wl0 is there twice"),
        ({"nics": [WIFI], "order": ["eth0"]}, ValueError, "nics: wl0 is not in the order"),
        ({"metered": "cell"}, TypeError, "metered: "),
        ({"metered": None}, TypeError, "metered: "),
        ({"metered": ["cel"]}, ValueError, "metered: cel: unknown; the nearest key is cell"),
        ({"metered": ["cell", "cell0"]}, ValueError, "metered: cell0 is there twice"),
        ({"callback": 5}, TypeError, "callback: not callable"),
        ({"unknown": {"failbak": 5}}, TypeError, "failbak: unknown; the nearest key is failback"),
        ({"unknown": {"Order": 5}}, TypeError, "Order: unknown; the nearest key is order"),
        ({"unknown": {"x" * 999: 5}}, TypeError, "x" * 32 + ": unknown"),
    ],
)
def test_bad_arguments(arguments, error, said):
    with pytest.raises(error) as caught:
        make(**arguments)
    assert str(caught.value).startswith(said)


TIMES = (("failback", 0), ("entermetered", 1), ("leavemetered", 2))


@pytest.mark.parametrize(("name", "at"), TIMES)
@pytest.mark.parametrize("bad", [-1, -0.001, 86400.5, 1 << 40, math.nan, math.inf, -math.inf])
def test_bad_times(name, at, bad):
    times = [60, 30, 10]
    times[at] = bad
    with pytest.raises(ValueError, match=name + ": must be 0 to 86400 s"):
        make(times=times)


@pytest.mark.parametrize(("name", "at"), [("pingafter", 0), ("pongwithin", 1)])
@pytest.mark.parametrize("bad", [0, 0.99, 60.01, -5, math.nan, math.inf])
def test_bad_health(name, at, bad):
    health = [30, 10]
    health[at] = bad
    with pytest.raises(ValueError, match=name + ": must be 1 to 60 s"):
        make(health=health)


@pytest.mark.parametrize("bad", [None, True, "60", [60]])
def test_times_that_are_no_numbers(bad):
    for name, at in TIMES:
        times = [60, 30, 10]
        times[at] = bad
        with pytest.raises(TypeError, match=name):
            make(times=times)
    with pytest.raises(TypeError, match="pongwithin"):
        make(health=(30, bad))


def test_what_the_board_lacks(board):
    board.discard(nic.ETHERNET)
    assert kinds() == [nic.WIFI]
    with pytest.raises(ValueError, match="order: this board has no such link"):
        make(order=["wifi", "ethernet"])
    with pytest.raises(ValueError, match="nics: this board has no such link"):
        make(nics=[{"interface": "eth0"}])
    board.clear()
    with pytest.raises(ValueError, match="order: no interface has settings"):
        make()


def test_policy_and_server(monkeypatch):
    control = types.SimpleNamespace(policy=results.SUSPEND_ON_ERROR)
    with pytest.raises(RuntimeError, match="SUSPEND_ON_ERROR"):
        options._make(control, None, None, None, (60, 30, 10), (), (30, 10), ())
    monkeypatch.setattr(options, "server_settings", job.server_settings)
    with pytest.raises(RuntimeError, match="no server is set"):
        make()


def test_a_given_nic_gets_the_stored_blocks_that_it_lacks():
    static = {
        "ip": "10.0.0.2",
        "netmask": "255.255.255.0",
        "gateway": "10.0.0.1",
        "dns": "1.1.1.1",
    }
    saving.save_block("staticconfig", nic.check_block("staticconfig", static))
    keeper = make(nics=[WIFI])
    assert keeper._nics[1]["staticconfig"]["ip"] == "10.0.0.2"
    assert keeper._nics[0] is None and settings.load_nic(nic.ETHERNET)["staticconfig"]
