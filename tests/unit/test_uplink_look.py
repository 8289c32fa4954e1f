# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Looks at links that are not in use: what is found, and what is left behind."""

import sys
import types

import _connectwith
import pytest
from connectwith import links, settings
from connectwith.settings import nic
from connectwith.uplink.look import Look

HOME = {"interface": "wl0", "wificonfig": {"ssid": "home", "key": b"sealed"}}


class Link:
    """A link whose next stages are `stages`; the last one stays."""

    def __init__(self, *stages):
        self.stages = list(stages)
        self.calls = []

    def start(self, config, limits):
        self.calls.append("start")

    def stop(self):
        self.calls.append("stop")

    def poll(self):
        stage = self.stages[0]
        if len(self.stages) > 1:
            self.stages.pop(0)
        if isinstance(stage, Exception):
            raise stage
        return stage


class Radio:
    """network.WLAN, and the scan of _connectwith: `found` is its result, None while it runs."""

    def __init__(self):
        self.on = False
        self.found = None
        self.scans = []

    def active(self, on=None):
        if on is not None:
            self.on = on
        return self.on


@pytest.fixture
def control():
    control = types.SimpleNamespace(link=None, ended=[])
    control.end_linger = control.ended.append
    return control


@pytest.fixture
def use(monkeypatch):
    """Makes a link that of a class."""

    def set_link(link):
        monkeypatch.setattr(links, "get", lambda kind: link)
        return link

    monkeypatch.setattr(links, "held", {})
    monkeypatch.setattr(links, "scan", None)
    return set_link


@pytest.fixture
def radio(monkeypatch, use):
    radio = Radio()
    use(Link(links.FAILED))

    def make(which):
        return radio

    make.IF_STA = 0
    monkeypatch.setitem(sys.modules, "network", types.SimpleNamespace(WLAN=make))
    monkeypatch.setattr(_connectwith, "link_watch", lambda kind: None, False)
    monkeypatch.setattr(_connectwith, "scan_start", lambda *a: radio.scans.append(a), False)
    monkeypatch.setattr(_connectwith, "scan_result", lambda late: radio.found, False)
    return radio


# -- Ethernet


def test_a_cable(control, use, clock):
    link = use(Link(0, 0, 1, 2))
    look = Look(control, nic.ETHERNET, {"interface": "eth0"})
    assert [look.poll() for _ in range(4)] == [None, None, None, True]
    look.end()
    assert link.calls == ["start", "stop"] and control.ended == [link]


@pytest.mark.parametrize(("waited_ms", "found"), [(5999, None), (6000, False)])
def test_no_cable(control, use, clock, waited_ms, found):
    use(Link(1))
    look = Look(control, nic.ETHERNET, {"interface": "eth0"})
    look.poll()
    clock.now_ms += waited_ms
    assert look.poll() is found


def test_no_chip(control, use, clock):
    use(Link(0, links.FAILED))
    look = Look(control, nic.ETHERNET, {"interface": "eth0"})
    assert [look.poll(), look.poll()] == [None, False]


def test_a_driver_that_raises(control, use, clock):
    link = use(Link(OSError(5)))
    look = Look(control, nic.ETHERNET, {"interface": "eth0"})
    assert look.poll() is False
    look.end()
    assert link.calls == ["start", "stop"]


@pytest.mark.parametrize(("state", "found"), [(links.LINK_UP, True), (0, False)])
def test_a_link_that_is_up_for_the_local_network(control, use, clock, monkeypatch, state, found):
    link = use(Link(3))
    links.held[nic.ETHERNET] = {}
    monkeypatch.setattr(_connectwith, "link_state", lambda kind: state, False)
    look = Look(control, nic.ETHERNET, {"interface": "eth0"})
    assert look.poll() is found
    look.end()
    assert link.calls == []


def test_a_link_that_is_opened_for_the_local_network_meanwhile_stays(control, use, clock):
    link = use(Link(1))
    look = Look(control, nic.ETHERNET, {"interface": "eth0"})
    assert look.poll() is None
    links.held[nic.ETHERNET] = {}
    look.end()
    assert link.calls == ["start"]


# -- Wi-Fi


@pytest.mark.parametrize(("ssid", "found"), [(b"home", True), (b"hom", False), (b"\xff", False)])
def test_a_network(control, radio, clock, ssid, found):
    look = Look(control, nic.WIFI, HOME)
    assert look.poll() is None and radio.on and links.scan is look
    assert radio.scans == [("home",)]
    assert look.poll() is None
    radio.found = [(b"other", b"", 1, -50, False), (ssid, b"", 1, -50, False)]
    assert look.poll() is found
    look.end()
    assert not radio.on and links.scan is None


def test_one_of_several_networks(control, radio, clock, monkeypatch):
    known = [{"ssid": "depot"}, {"ssid": "van"}]
    monkeypatch.setattr(settings, "candidates", lambda: known)
    look = Look(control, nic.WIFI, {**HOME, "networks": True})
    look.poll()
    assert radio.scans == [()]
    radio.found = [(b"van", b"", 1, -50, False)]
    assert look.poll() is True


def test_a_radio_that_was_on_stays_on(control, radio, clock):
    radio.on = True
    look = Look(control, nic.WIFI, HOME)
    look.poll()
    look.end()
    assert radio.on


@pytest.mark.parametrize("holder", ["attempt", "local network"])
def test_a_radio_that_something_else_uses_by_now_stays_on(control, radio, clock, holder):
    look = Look(control, nic.WIFI, HOME)
    look.poll()
    if holder == "attempt":
        control.link = links.get(nic.WIFI)
    else:
        links.held[nic.WIFI] = {}
    look.end()
    assert radio.on


@pytest.mark.parametrize(("waited_ms", "found"), [(14_999, None), (15_000, False)])
def test_a_scan_of_the_users_is_not_disturbed(control, radio, clock, waited_ms, found):
    links.scan = users = object()
    look = Look(control, nic.WIFI, HOME)
    assert look.poll() is None
    clock.now_ms += waited_ms
    assert look.poll() is found
    look.end()
    assert links.scan is users and radio.scans == [] and not radio.on


def test_a_scan_that_is_refused(control, radio, clock, monkeypatch):
    def refuse(*ssid):
        raise OSError(11)

    monkeypatch.setattr(_connectwith, "scan_start", refuse)
    look = Look(control, nic.WIFI, HOME)
    assert look.poll() is False
    look.end()
    assert not radio.on and links.scan is None


def test_a_scan_that_never_ends(control, radio, clock, monkeypatch):
    monkeypatch.setattr(_connectwith, "scan_result", lambda late: [] if late else None)
    look = Look(control, nic.WIFI, HOME)
    look.poll()
    clock.now_ms += 14_999
    assert look.poll() is None
    clock.now_ms += 1
    assert look.poll() is False


def test_cellular_is_not_looked_at(control, use, clock):
    link = use(Link(0))
    look = Look(control, nic.CELLULAR, {"interface": "cell0"})
    assert look.poll() is True
    look.end()
    assert link.calls == []
