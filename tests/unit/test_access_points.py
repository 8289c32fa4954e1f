# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The order in which access points are joined: the queue alone, and in the Wi-Fi link."""

import sys
import types

import _connectwith
import pytest
from connectwith import links
from connectwith.links import FAILED, UP, access_points, retry_limits, wlan
from connectwith.local import scan

SINGLE, SHARED = retry_limits._SINGLE, retry_limits._FAILOVER
NEAR, FAR, ATTIC = (bytes([2, 0, 0, 0, 0, n]) for n in (1, 2, 3))
HOME = {"ssid": "home", "key": ""}
WORK = {"ssid": "work", "key": ""}
KEYS = (2, 15, 202, 204)


@pytest.fixture
def air(monkeypatch, clock):
    """What a scan finds, by SSID and strongest first; `scans` begun, of 100 ms each."""
    air = types.SimpleNamespace(found={}, scans=[], busy=False, began_ms=None)

    def scan_start(ssid):
        if air.busy:
            raise OSError(0x3006)
        air.scans.append(ssid)
        air.began_ms = clock.now_ms

    def scan_result(late):
        if not late and clock.now_ms - air.began_ms < 100:
            return None
        return [(b"", bssid, 1, -50, False) for bssid in air.found.get(air.scans[-1], [])]

    monkeypatch.setattr(_connectwith, "scan_start", scan_start, False)
    monkeypatch.setattr(_connectwith, "scan_result", scan_result, False)
    return air


def look(points, clock):
    """Runs a scan for other access points to its end; returns whether there was one."""
    begun_ms = clock.now_ms
    while points.scan():
        clock.now_ms += 10
        assert clock.now_ms - begun_ms < 20000
    return clock.now_ms > begun_ms


def tries(points, clock, refusals):
    """The (SSID, BSSID) that are tried in turn, with these refusals as the answers."""
    tried = []
    for bssid, reason in refusals:
        tried.append((points.network["ssid"], points.bssid))
        points.refuse(bssid, reason)
        look(points, clock)
    return tried


# -- the queue


def test_without_a_refusal_the_driver_chooses(air, clock):
    points = access_points.AccessPoints([HOME])
    assert (points.network, points.bssid) == (HOME, None)
    assert not look(points, clock) and not air.scans


def test_after_a_refusal_the_strongest_that_has_not_refused(air, clock):
    air.found["home"] = [NEAR, FAR, ATTIC]
    points = access_points.AccessPoints([HOME])
    tried = tries(points, clock, [(FAR, 17), (NEAR, 203), (ATTIC, 17), (FAR, 17), (NEAR, 17)])
    assert [bssid for _, bssid in tried] == [None, NEAR, ATTIC, FAR, NEAR]
    assert air.scans == ["home"]


@pytest.mark.parametrize(
    ("found", "reason", "agree"),
    [({"home": [NEAR]}, 203, False), ({}, 15, True)],  # a hidden network is in no scan
)
def test_one_alone_is_left_to_the_driver(air, clock, found, reason, agree):
    air.found.update(found)
    points = access_points.AccessPoints([HOME])
    assert [bssid for _, bssid in tries(points, clock, [(NEAR, reason)] * 3)] == [None] * 3
    assert not points.has_new() and points.agree(KEYS) is agree


def test_it_looks_again_after_10_s_and_not_before(air, clock):
    air.found["home"] = [NEAR]
    points = access_points.AccessPoints([HOME])
    tries(points, clock, [(NEAR, 203)])
    looked_ms = clock.now_ms
    air.found["home"] = [NEAR, FAR]
    clock.now_ms = looked_ms + 9999
    tries(points, clock, [(NEAR, 203)])
    assert points.bssid is None and len(air.scans) == 1
    clock.now_ms = looked_ms + 10000
    tries(points, clock, [(NEAR, 203)])
    assert points.bssid == FAR and len(air.scans) == 2


def test_one_that_is_gone_is_forgotten_with_the_next_scan(air, clock):
    air.found["home"] = [NEAR, FAR, ATTIC]
    points = access_points.AccessPoints([HOME])
    tries(points, clock, [(NEAR, 203), (None, 201)])
    clock.now_ms += 10000
    air.found["home"] = [NEAR, ATTIC]
    assert points.bssid == ATTIC
    tries(points, clock, [(ATTIC, 203)])
    assert [bssid for _, bssid in tries(points, clock, [(NEAR, 2)] * 4)] == [NEAR, ATTIC] * 2


def test_a_network_whose_access_points_have_all_gone_stays_in_the_list(air, clock):
    air.found["home"] = [NEAR, FAR]
    points = access_points.AccessPoints([HOME, WORK])
    refusals = [(NEAR, 203), (None, 201), (None, 201), (None, 201), (None, 201), (None, 201)]
    assert tries(points, clock, refusals) == [
        ("home", None), ("home", FAR), ("work", None), ("home", NEAR), ("work", None),
        ("home", None),
    ]  # fmt: skip


def test_who_was_good_comes_first_and_the_driver_next(air, clock):
    air.found["home"] = [NEAR, FAR]
    points = access_points.AccessPoints([HOME])
    points.prefer(FAR)
    assert points.bssid == FAR
    tried = tries(points, clock, [(None, 201), (NEAR, 2), (FAR, 2)])
    assert [bssid for _, bssid in tried] == [FAR, NEAR, FAR]


def test_networks_in_their_order(air, clock):
    air.found.update(home=[NEAR, FAR], work=[ATTIC])
    points = access_points.AccessPoints([HOME, WORK])
    tried = tries(points, clock, [(NEAR, 203), (FAR, 203), (ATTIC, 203), (NEAR, 203), (FAR, 203)])
    assert tried == [("home", None), ("home", FAR), ("work", None), ("home", NEAR), ("home", FAR)]
    assert air.scans == ["home", "work"]


def test_a_network_that_is_not_there_costs_no_scan(air, clock):
    points = access_points.AccessPoints([HOME, WORK])
    tried = tries(points, clock, [(None, 201), (None, 201), (None, 201)])
    assert tried == [("home", None), ("work", None), ("home", None)]
    assert not air.scans


@pytest.mark.parametrize(
    ("reasons", "wrong_key"),
    [((15,), True), ((15, 202), True), ((15, 203), False), ((201, 15), False)],
)
def test_a_wrong_key_is_what_all_say(air, clock, reasons, wrong_key):
    air.found["home"] = [NEAR, FAR]
    points = access_points.AccessPoints([HOME])
    tries(points, clock, [(NEAR, reasons[0])])
    for reason in reasons[1:]:
        tries(points, clock, [(FAR, reason)])
    assert points.agree(KEYS) == wrong_key


def test_most_are_eight(air, clock):
    air.found["home"] = [bytes([2, 0, 0, 0, 1, n]) for n in range(20)]
    points = access_points.AccessPoints([HOME])
    tried = tries(points, clock, [(air.found["home"][0], 203)] + [(NEAR, 203)] * 9)
    assert [bssid for _, bssid in tried] == [None, *air.found["home"][1:8], air.found["home"][0],
                                             air.found["home"][1]]  # fmt: skip


def test_a_radio_that_cannot_scan_now_is_asked_again_later(air, clock):
    air.found["home"] = [NEAR, FAR]
    air.busy = True
    points = access_points.AccessPoints([HOME])
    tries(points, clock, [(NEAR, 203)])
    assert points.bssid is None
    air.busy = False
    tries(points, clock, [(NEAR, 203)])
    assert points.bssid == FAR


def test_a_scan_without_an_end_is_left_after_6_s(air, clock, monkeypatch):
    monkeypatch.setattr(_connectwith, "scan_result", lambda late: [] if late else None)
    points = access_points.AccessPoints([HOME])
    points.refuse(NEAR, 203)
    assert points.scan() and points.is_scanning()
    clock.now_ms += 5999
    assert points.scan()
    clock.now_ms += 1
    assert not points.scan() and not points.is_scanning()


def test_the_users_scan_is_waited_for_but_not_for_ever(air, clock, monkeypatch):
    air.found["home"] = [NEAR, FAR]
    points = access_points.AccessPoints([HOME])
    monkeypatch.setattr(links, "scan", object())
    points.refuse(NEAR, 203)
    assert points.scan() and not air.scans
    clock.now_ms += 5999
    assert points.scan()
    clock.now_ms += 1
    assert not points.scan() and points.bssid is None
    points.refuse(NEAR, 203)
    assert points.scan()
    monkeypatch.setattr(links, "scan", None)
    look(points, clock)
    assert points.bssid == FAR


def test_the_users_scan_waits_for_nobody(monkeypatch):
    link = types.SimpleNamespace(is_scanning=lambda: True)
    monkeypatch.setattr(links, "get", lambda kind: link)
    with pytest.raises(OSError):
        scan.start(print)
    assert links.scan is None


# -- the link


@pytest.fixture
def radio(monkeypatch, clock, air):
    """A Wi-Fi link with access points. `answers`: by BSSID the reason with which it refuses a join
    (0: it accepts), and after how many ms. The first is the driver's choice. `joins`: the
    BSSIDs that were asked for."""
    state = types.SimpleNamespace(
        answers={}, joins=[], losses=0, reason=0, bits=0, bssid=None, due_ms=None, last=None
    )

    class Driver:
        IF_STA = 0

        def __init__(self, _):
            pass

        def active(self, *on):
            if on and not on[0]:
                state.bits = 0
            return bool(on and on[0])

        def config(self, **_):
            pass

        def ipconfig(self, dhcp4):
            pass

        def connect(self, ssid, key, bssid=None):
            state.joins.append(bssid)
            bssid = bssid or next(iter(state.answers), None)
            state.last = bssid if bssid in state.answers else None
            state.due_ms = clock.now_ms + (state.answers[bssid][1] if state.last else 300)

    def link_state(_):
        if state.due_ms is not None and clock.now_ms >= state.due_ms:
            state.due_ms = None
            reason = state.answers[state.last][0] if state.last in state.answers else 201
            state.bssid = state.last if reason != 201 else None
            if reason:
                state.losses, state.reason = state.losses + 1, reason
            else:
                state.bits = links.LINK_UP | links.HAS_ADDRESS
        return state.losses << links.LOSSES_SHIFT | state.bits | state.reason

    monkeypatch.setitem(sys.modules, "network", types.SimpleNamespace(WLAN=Driver))
    monkeypatch.setattr(_connectwith, "link_watch", lambda link: None, False)
    monkeypatch.setattr(_connectwith, "link_state", link_state, False)
    monkeypatch.setattr(_connectwith, "link_bssid", lambda: state.bssid, False)
    state.link = wlan.Wlan()

    def attempt(place=SINGLE, timeout_ms=60000):
        """One attempt: the final stage, and its duration in ms."""
        state.joins.clear()
        air.scans.clear()
        air.found["home"] = list(state.answers)
        nic = {"interface": "wl0", "wificonfig": HOME}
        state.link.start(nic, retry_limits.RetryLimits(place, timeout_ms))
        began_ms = clock.now_ms
        while (stage := state.link.poll()) not in (UP, FAILED):
            clock.now_ms += 10
            assert clock.now_ms - began_ms < 2 * timeout_ms
        took_ms = clock.now_ms - began_ms
        state.link.stop()
        return stage, took_ms

    state.attempt = attempt
    return state


@pytest.mark.parametrize("place", [SINGLE, SHARED, retry_limits._RECONNECT])
@pytest.mark.parametrize("reason", [2, 5, 15, 17, 203])
def test_the_first_refuses_and_the_second_takes_it(radio, reason, place):
    radio.answers = {NEAR: (reason, 1000), FAR: (0, 150)}
    stage, took_ms = radio.attempt(place)
    assert stage == UP and took_ms < 2000
    assert radio.joins == [None, FAR]


@pytest.mark.parametrize("reason", [0, 201])
def test_who_has_one_or_none_looks_for_no_other(radio, air, reason):
    radio.answers = {NEAR: (0, 150)} if not reason else {}
    radio.attempt(timeout_ms=3000)
    assert set(radio.joins) == {None} and not air.scans


def test_slow_ones_are_tried_before_another_interface(radio):
    radio.answers = {NEAR: (203, 2500), FAR: (0, 2500)}
    assert radio.attempt(SHARED)[0] == UP


@pytest.mark.parametrize(
    ("answers", "most_ms", "codes"),
    [({NEAR: (15, 1000), FAR: (202, 1000), ATTIC: (15, 1000)}, 6600, (15, 202)),
     ({NEAR: (15, 1000), FAR: (201, 300)}, 7000, (15,))],  # one that is gone hides nothing
)  # fmt: skip
def test_all_say_wrong_key(radio, answers, most_ms, codes):
    radio.answers = answers
    stage, took_ms = radio.attempt()
    assert stage == FAILED and 5200 <= took_ms <= most_ms
    assert radio.link.code in codes and FAR in radio.joins


def test_all_that_were_there_are_gone(radio, air, clock):
    radio.answers = {NEAR: (203, 150), FAR: (0, 150)}
    radio.attempt()
    radio.answers = {}
    stage, took_ms = radio.attempt()
    assert stage == FAILED and 48000 <= took_ms <= 49500
    assert radio.link.code == 201 and radio.joins[:2] == [FAR, None]


def test_one_that_is_not_asked_yet_puts_off_the_verdict(radio):
    """Three access points that take 3 s each, as real ones do."""
    radio.answers = {NEAR: (15, 3000), FAR: (15, 3000), ATTIC: (0, 3000)}
    assert radio.attempt()[0] == UP
    radio.answers = {bytes([2, 0, 0, 0, 1, n]): (15, 3000) for n in range(8)}
    stage, took_ms = radio.attempt()
    assert stage == FAILED and 10000 <= took_ms <= 13500


def test_one_says_wrong_key_and_the_other_that_it_is_full(radio):
    radio.answers = {NEAR: (15, 1000), FAR: (5, 150)}
    stage, took_ms = radio.attempt()
    assert stage == FAILED and 48000 <= took_ms <= 49500
    stage, took_ms = radio.attempt(SHARED)
    assert stage == FAILED and took_ms <= 5000


@pytest.fixture
def far_was_good(radio):
    """The first access point has refused, and the second has accepted."""
    radio.answers = {NEAR: (203, 150), FAR: (0, 150)}
    radio.attempt()


@pytest.mark.usefixtures("far_was_good")
def test_the_good_one_comes_first_for_ten_minutes(radio, clock):
    began_ms = clock.now_ms
    for _ in range(3):
        assert radio.attempt()[0] == UP and radio.joins == [FAR]
    clock.now_ms = began_ms + 600001
    radio.answers[NEAR] = (0, 150)
    assert radio.attempt()[0] == UP and radio.joins == [None]
    assert radio.attempt()[0] == UP and radio.joins == [None]


@pytest.mark.usefixtures("far_was_good")
@pytest.mark.parametrize(("ssid", "joins"), [("home", [FAR, None]), ("elsewhere", [None])])
def test_a_good_one_that_is_gone_is_asked_once(radio, monkeypatch, ssid, joins):
    """And in another network not at all."""
    monkeypatch.setitem(HOME, "ssid", ssid)
    radio.answers = {NEAR: (0, 150)}
    assert radio.attempt()[0] == UP and radio.joins == joins
    assert radio.attempt()[0] == UP and radio.joins == [None]
