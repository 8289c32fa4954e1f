# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a new scan leaves of the refusals by access points of several networks."""

import pytest
from connectwith import settings as store
from connectwith.api import imp_uplink as uplink
from connectwith.links.known_networks import KnownNetworks, remember
from wifi_stand_in import Air, Point


@pytest.fixture
def air(monkeypatch, clock):
    return Air(monkeypatch, clock)


@pytest.fixture
def points(air):
    air.points = [Point("home", 1, -40), Point("work", 2, -50)]
    uplink.networks([{"ssid": ssid, "key": ""} for ssid in ("home", "work")])
    return KnownNetworks(store.candidates())


def scanned(points, air):
    """The queue after a scan of all channels: (network, last byte of the BSSID, reason)."""
    air._scan_start()
    points._take(2, air._scan_result(True))
    return [(entry[0], entry[1] and entry[1][5], entry[2]) for entry in points._queue]


def test_refusals_outlive_a_new_scan(points, air):
    assert scanned(points, air) == [(0, 1, 0), (1, 2, 0)]
    points.refuse(air.points[0].bssid, 203)
    points.refuse(air.points[1].bssid, 17)
    air.points.append(Point("home", 3, -80))
    assert scanned(points, air) == [(0, 3, 0), (0, 1, 203), (1, 2, 17)]
    assert points.failures() == [("home", 203), ("work", 17)]


def test_a_network_that_has_refused_and_is_gone_keeps_its_reason(points, air):
    scanned(points, air)
    points.refuse(air.points[0].bssid, 203)
    air.points.pop(0)
    assert scanned(points, air) == [(1, 2, 0), (0, None, 203)]
    assert points.failures() == [("home", 203)]


def test_a_choice_of_the_driver_that_has_refused_comes_later(points, air):
    points.refuse(air.points[0].bssid, 203)
    assert scanned(points, air) == [(1, 2, 0), (0, 1, 203)]


@pytest.mark.parametrize("hidden", [False, True])
def test_a_network_that_may_hide_is_not_tried_yet(points, air, hidden):
    air.points = [Point("other", 3, hidden=hidden)]
    reason = 0 if hidden else 201
    assert scanned(points, air) == [(0, None, reason), (1, None, reason)]
    assert points.failures() == ([] if hidden else [("home", 201), ("work", 201)])


def test_a_last_one_that_is_gone_leaves_the_order_of_the_others(points, air):
    remember({"ssid": "work"}, bytes(5) + b"\x09")
    points = KnownNetworks(store.candidates())
    assert (points.network["ssid"], points.bssid[5]) == ("work", 9)
    points.refuse(None, 201)
    air.points.pop(1)
    air.points += [Point("work", 4, -60), Point("home", 5, -80)]
    assert scanned(points, air) == [(0, 1, 0), (1, 4, 0), (0, 5, 0)]


def test_a_network_that_was_missing_and_has_come_is_new(points, air):
    work = air.points.pop(1)
    assert scanned(points, air) == [(0, 1, 0), (1, None, 201)]
    air.points.append(work)
    assert scanned(points, air) == [(0, 1, 0), (1, 2, 0)]
