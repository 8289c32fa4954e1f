# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""When a device changes to another access point: signals, times on both sides, the back-off."""

import pytest
from clockwork import PERIOD
from connectwith.uplink.roam import Roam

HERE, THERE, ATTIC = (bytes([2, 0, 0, 0, 0, n]) for n in (1, 2, 3))
MINUTE = 60_000


class Walk:
    """A device that looks at the signal each 10 s, from just before the wrap of the ticks."""

    def __init__(self):
        self.roam = Roam()
        self.roam.begin(HERE)
        self.now_ms = PERIOD - 25_000

    def look(self, rssi_dbm, after_ms=10_000):
        self.now_ms += after_ms
        return self.roam.look(rssi_dbm, self.now_ms % PERIOD)

    def choose(self, rssi_dbm, *found):
        return self.roam.choose(HERE, rssi_dbm, found, self.now_ms % PERIOD)

    def until_due_ms(self, rssi_dbm, step_ms=1000, most_ms=100 * MINUTE):
        """After which time a scan is due, of looks that come each second."""
        began_ms = self.now_ms
        while not self.look(rssi_dbm, step_ms):
            assert self.now_ms - began_ms <= most_ms
        return self.now_ms - began_ms


@pytest.fixture
def walk():
    return Walk()


@pytest.mark.parametrize(("rssi_dbm", "due"), [(-76, True), (-75, False), (-90, True), (0, False)])
def test_the_threshold(walk, rssi_dbm, due):
    assert [walk.look(rssi_dbm) for _ in range(5)] == [False, False, due, due, due]


def test_weak_looks_count_in_a_row_only(walk):
    looks = [-80, -80, -75, -80, -80, -74, -80, -80, -80]
    assert [walk.look(rssi_dbm) for rssi_dbm in looks] == [False] * 8 + [True]


@pytest.mark.parametrize(("found_dbm", "chosen"), [(-71, None), (-70, THERE), (-40, THERE)])
def test_ten_db_better(walk, found_dbm, chosen):
    assert walk.choose(-80, (HERE, -80), (THERE, found_dbm)) == chosen


def test_the_stronger_of_two_looks_at_its_own_counts(walk):
    assert walk.choose(-80, (THERE, -69), (HERE, -78)) is None
    assert walk.choose(-80, (THERE, -69), (HERE, -85)) == THERE
    assert walk.choose(-80, (THERE, -69)) == THERE, "its own was not heard"


def test_the_strongest_of_several(walk):
    assert walk.choose(-85, (ATTIC, -70), (THERE, -60), (HERE, -85)) == THERE
    assert walk.choose(-85) is None and walk.choose(-85, (HERE, -20)) is None


def test_scans_that_find_nothing_are_made_less_often(walk):
    for _ in range(3):
        due = walk.look(-80)
    assert due
    waits = []
    for _ in range(7):
        walk.choose(-80)
        waits.append(walk.until_due_ms(-80))
    assert waits == [n * MINUTE for n in (1, 2, 4, 8, 16, 16, 16)]


@pytest.mark.parametrize(("between_dbm", "minutes"), [(-71, 4), (-70, 1)])
def test_a_good_signal_ends_the_back_off(walk, between_dbm, minutes):
    for _ in range(2):
        walk.until_due_ms(-80)
        walk.choose(-80)
    walk.look(between_dbm, 2 * MINUTE)
    walk.until_due_ms(-80)
    walk.choose(-80)
    assert walk.until_due_ms(-80) == minutes * MINUTE


def test_after_a_change_there_is_none_for_five_minutes(walk):
    walk.roam.leave(THERE, walk.now_ms % PERIOD)
    walk.roam.begin(THERE)
    assert walk.until_due_ms(-90) == 5 * MINUTE


def test_who_arrives_elsewhere_waits_longer_each_time(walk):
    waits = []
    for _ in range(6):
        walk.roam.leave(THERE, walk.now_ms % PERIOD)
        walk.roam.begin(HERE)
        waits.append(walk.until_due_ms(-90))
    assert waits == [n * MINUTE for n in (5, 10, 20, 40, 80, 80)]
    walk.roam.leave(THERE, walk.now_ms % PERIOD)
    walk.roam.begin(THERE)
    walk.until_due_ms(-90)
    walk.roam.leave(HERE, walk.now_ms % PERIOD)
    walk.roam.begin(HERE)
    assert walk.until_due_ms(-90) == 5 * MINUTE


def test_a_session_that_was_lost_is_no_change(walk):
    walk.look(-80)
    walk.look(-80)
    walk.roam.begin(THERE)
    assert [walk.look(-80) for _ in range(3)] == [False, False, True]


def test_a_time_that_is_long_past_is_not_in_the_future(walk):
    """The ticks compare up to half their period, 6 days."""
    walk.choose(-80)
    for _ in range(8 * 144):
        walk.look(-72, 10 * MINUTE)
    assert [walk.look(-80) for _ in range(3)] == [False, False, True]


def test_no_ping_pong_between_two_that_vary(walk):
    """Two access points of about -80 dBm whose signals vary by 9 dB, for a day."""
    changes = 0
    for n in range(8640):
        own, other = (-80, -76) if n % 2 else (-85, -77)
        if walk.look(own) and walk.choose(own, (HERE, own), (THERE, other)):
            changes += 1
    assert changes == 0
