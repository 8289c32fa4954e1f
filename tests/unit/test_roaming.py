# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Looks, scans and the change to another access point, beside a session over Wi-Fi."""

import types

import pytest
from connectwith import links
from connectwith import settings as store
from connectwith.api import imp_uplink as uplink
from connectwith.links import retry_limits
from connectwith.settings import nic
from connectwith.uplink.roaming import Roaming
from wifi_stand_in import SCAN_MS, Air, Point

LISTED = [{"ssid": ssid, "key": ""} for ssid in ("home", "work")]


class Walk:
    """A session over the first access point, -80 dBm, with a better one, -60 dBm, beside it."""

    def __init__(self, air, clock, known):
        self.air = air
        self.clock = clock
        uplink.networks(known)
        air.points = [Point("home", 1, -80), Point("home", 2, -90), Point("other", 3, -30)]
        self.config = store.load_nic(nic.WIFI)
        self.busy = False
        session = types.SimpleNamespace(busy=lambda: self.busy)
        control = types.SimpleNamespace(is_idle=lambda: True, session=session)
        self.roaming = Roaming(control)
        self.connect()
        self.better, air.points[1].rssi = air.points[1], -60

    def connect(self):
        self.air.attempt(self.config, retry_limits.RetryLimits(0, 60_000), 60_000)
        self.air.scans.clear()
        self.roaming.begin(self.clock.now_ms)

    def until_target(self, most_ms):
        """After which time a change is due; None: it is not within that time."""
        began_ms = self.clock.now_ms
        while self.clock.now_ms - began_ms <= most_ms:
            wait_ms = self.roaming.poll(self.clock.now_ms)
            if self.roaming.target is not None:
                return self.clock.now_ms - began_ms
            assert wait_ms > 0
            self.clock.now_ms += wait_ms
        return None


@pytest.fixture(params=[LISTED[:1], LISTED], ids=["one network", "a list"])
def walk(request, monkeypatch, clock):
    air = Air(monkeypatch, clock)
    monkeypatch.setattr(links, "get", lambda kind: air.link)
    monkeypatch.setattr(links, "scan", None)
    monkeypatch.setattr(links, "held", {})
    return Walk(air, clock, request.param)


def test_it_changes_to_the_better_one(walk):
    assert walk.until_target(60_000) == 30_000 + SCAN_MS
    assert walk.air.scans == ["home"] and walk.roaming.target == walk.better.bssid
    walk.roaming.leave(walk.clock.now_ms)
    walk.connect()
    assert walk.air.names() == ["home 2"]
    walk.air.points[0].rssi = -20
    walk.better.rssi = -85
    assert walk.until_target(600_000) >= 300_000


@pytest.mark.parametrize("signal", [-75, -50])
def test_a_signal_that_is_good_enough_costs_no_scan(walk, signal):
    walk.air.points[0].rssi = signal
    walk.better.rssi = -20
    assert walk.until_target(3_600_000) is None and walk.air.scans == []


def test_none_that_is_better_costs_few_scans(walk):
    walk.better.rssi = -71
    assert walk.until_target(3_600_000) is None
    # After 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 and 47.5 minutes.
    assert len(walk.air.scans) == 7


@pytest.mark.parametrize("cause", ["busy", "held", "scan"])
def test_not_while_something_is_under_way(walk, monkeypatch, cause):
    if cause == "busy":
        walk.busy = True
    elif cause == "held":
        links.held[nic.WIFI] = walk.config
    else:
        monkeypatch.setattr(links, "scan", object())
    assert walk.until_target(600_000) is None and walk.air.scans == []


def test_busy_after_the_scan_puts_it_off_for_10_s(walk):
    while not walk.air.scans:
        walk.clock.now_ms += walk.roaming.poll(walk.clock.now_ms)
    walk.busy = True
    assert walk.until_target(5000) is None
    walk.busy = False
    assert walk.until_target(500) == 0
    walk.roaming.end()


def test_busy_for_longer_and_the_result_is_of_the_past(walk):
    while not walk.air.scans:
        walk.clock.now_ms += walk.roaming.poll(walk.clock.now_ms)
    walk.busy = True
    assert walk.until_target(12_000) is None
    walk.busy = False
    assert walk.until_target(1000) is None
    assert walk.until_target(60_000) is not None and len(walk.air.scans) == 2


def test_an_open_one_with_the_name_of_a_protected_one_is_none(walk):
    walk.better.is_open = False
    assert walk.until_target(120_000) is None and walk.air.scans


def test_the_end_of_a_session_during_the_scan(walk):
    while not walk.air.scans:
        walk.clock.now_ms += walk.roaming.poll(walk.clock.now_ms)
    assert links.scan is walk.roaming
    walk.roaming.end()
    assert links.scan is None
    walk.connect()
    assert walk.until_target(29_000) is None and walk.air.scans == []


def test_a_signal_that_is_not_known(walk, monkeypatch):
    monkeypatch.setattr(walk.air.link, "signal", lambda: None)
    assert walk.until_target(600_000) is None and walk.air.scans == []


def test_a_radio_that_cannot_scan(walk, monkeypatch):
    def refuse(*_):
        raise OSError(0x3006)

    monkeypatch.setattr("_connectwith.scan_start", refuse)
    assert walk.until_target(120_000) is None and links.scan is None
