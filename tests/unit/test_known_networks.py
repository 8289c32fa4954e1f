# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The choice among several known networks: the order, its cost, its limits, what is told of it."""

import pytest
from connectwith import links, results
from connectwith import settings as store
from connectwith.api import imp_uplink as uplink
from connectwith.diagnostics import Diag, report
from connectwith.links import FAILED, UP, retry_limits
from connectwith.settings import nic
from wifi_stand_in import NOT_FOUND_MS, SCAN_MS, Air, Point

SINGLE, FAILOVER, RECONNECT = 0, 1, 2


@pytest.fixture
def air(monkeypatch, clock):
    return Air(monkeypatch, clock)


@pytest.fixture(autouse=True)
def known():
    uplink.networks([{"ssid": ssid, "key": ""} for ssid in ("home", "work", "cafe")])


def attempt(air, mode=SINGLE, timeout_ms=60_000, config=None):
    config = config or store.load_nic(nic.WIFI)
    limits = retry_limits.RetryLimits(mode, timeout_ms)
    return air.attempt(config, limits, 2 * timeout_ms)


def failures(air):
    """What `imp.diag.lastattempt()` tells of the networks."""
    diag = Diag()
    diag.interface, diag.link = "wl0", air.link
    return report.last(diag, [], timeout_ms=1).get("networks")


# -- the order


def test_the_strongest_known_one_after_a_scan(air):
    air.points = [Point("other", 1, -30), Point("home", 2, -70), Point("work", 3, -60)]
    stage, took_ms = attempt(air)
    assert stage == UP and air.names() == ["work 3"] and air.scans == [None]
    assert SCAN_MS + 1000 <= took_ms <= SCAN_MS + 1100
    assert air.link.network["ssid"] == "work"
    assert failures(air) == [("cafe", "Wi-Fi reason 201: no such network")]


def test_of_equally_strong_ones_the_first_of_the_list(air):
    """Equal: in one step of 5 dB, the last of which begins at -55 dBm."""
    air.points = [Point("cafe", 1, -60), Point("work", 2, -51), Point("home", 3, -55)]
    attempt(air)
    assert air.names() == ["home 3"]
    air.memory, air.points[2].rssi = bytes(16), -56
    attempt(air)
    assert air.names() == ["work 2"]


def test_of_one_network_the_strongest(air):
    air.points = [Point("home", 1, -53), Point("home", 2, -51), Point("home", 3, -55)]
    attempt(air)
    assert air.names() == ["home 2"]


def test_others_in_turn(air):
    air.points = [
        Point("home", 1, -40, refuses=15), Point("work", 2, -50, refuses=203),
        Point("cafe", 3, -60),
    ]  # fmt: skip
    stage, _ = attempt(air)
    assert stage == UP and air.names() == ["home 1", "work 2", "cafe 3"]
    assert failures(air) == [
        ("home", "Wi-Fi reason 15: wrong key, or no answer in the 4-way handshake"),
        ("work", "Wi-Fi reason 203: association refused"),
    ]
    air.link.stop()
    assert len(failures(air)) == 2, "they are told after the attempt, too"


def test_the_next_access_point_of_the_same_ssid(air):
    air.points = [Point("home", 1, -40, refuses=203), Point("home", 2, -50), Point("work", 3, -60)]
    assert attempt(air)[0] == UP and air.names() == ["home 1", "home 2"]


def test_a_hidden_one_comes_last(air):
    air.points = [Point("home", 1, -30, hidden=True), Point("work", 2, -80, refuses=17)]
    assert attempt(air)[0] == UP and air.names() == ["work 2", "home"]


def test_a_hidden_one_before_those_that_have_refused(air):
    air.points = [Point("cafe", 1, -30, hidden=True), Point("work", 2, -80, refuses=17)]
    # One network hides its SSID; which of two it is nobody knows.
    assert attempt(air)[0] == UP and air.names() == ["work 2", "home", "cafe"]


def test_a_hidden_one_with_two_access_points(air):
    air.points = [
        Point("home", 1, -30, hidden=True, refuses=203), Point("home", 2, -40, hidden=True)
    ]  # fmt: skip
    stage, _ = attempt(air)
    assert stage == UP and air.names()[-1] == "home 2" and air.scans == [None, "home"]


@pytest.mark.parametrize("is_open", [True, False])
def test_an_open_network_with_the_name_of_a_protected_one(air, is_open):
    uplink.networks([{"ssid": "home", "key": "key-of-home"}, {"ssid": "work", "key": ""}])
    air.points = [Point("home", 1, -30, is_open=is_open), Point("work", 2, -80)]
    attempt(air)
    assert air.names() == (["work 2"] if is_open else ["home 1"])


def test_one_ssid_with_two_keys(air):
    uplink.networks([{"ssid": "home", "key": key} for key in ("key-one", "key-two")])
    air.points = [Point("home", 1, is_open=False, refuses=202)]
    assert attempt(air, FAILOVER)[0] == FAILED
    assert air.keys[:2] == [b"key-one", b"key-two"]


def test_the_most_access_points_are_four_of_each(air):
    air.points = [Point("home", n, -20 - n, refuses=203, takes_ms=10) for n in range(30)]
    air.points.append(Point("work", 40, -90))
    attempt(air)
    assert air.names() == ["home 0", "home 1", "home 2", "home 3", "work 40"]


# -- without a scan


def test_the_last_one_is_joined_without_a_scan_also_after_a_reset(air, monkeypatch, clock):
    air.points = [Point("home", 1, -70), Point("work", 2, -60)]
    attempt(air)
    kept, before = air.memory, air.points
    air = Air(monkeypatch, clock)
    air.memory, air.points = kept, [Point("home", 1, -30), before[1]]
    stage, took_ms = attempt(air)
    assert (stage, took_ms) == (UP, 1000) or took_ms <= 1050
    assert air.names() == ["work 2"] and air.scans == []


@pytest.mark.parametrize("damage", [0, 3, 5, 9, 13])
def test_noise_in_its_memory_is_no_network(air, damage):
    air.points = [Point("home", 1)]
    attempt(air)
    record = bytearray(air.memory)
    record[damage] ^= 4
    air.memory = bytes(record)
    attempt(air)
    assert air.scans == [None]


def test_a_last_one_that_is_of_no_list_any_more(air):
    air.points = [Point("home", 1)]
    attempt(air)
    uplink.networks([{"ssid": ssid, "key": ""} for ssid in ("work", "cafe")])
    air.points.append(Point("work", 2, -80))
    assert attempt(air)[0] == UP and air.names() == ["work 2"]


def test_a_last_one_that_is_gone_costs_one_join(air):
    air.points = [Point("home", 1)]
    attempt(air)
    air.points = [Point("work", 2, -80)]
    stage, took_ms = attempt(air)
    assert stage == UP and air.names() == ["home 1", "work 2"] and air.scans == [None]
    assert took_ms <= NOT_FOUND_MS + 200 + SCAN_MS + 1000 + 100
    assert ("home", "Wi-Fi reason 201: no such network") in failures(air)


def test_a_last_one_that_is_lost_is_joined_again_first(air):
    air.points = [Point("home", 1, -60), Point("work", 2, -50)]
    attempt(air)
    air._due = air._clock.now_ms, ("lose", 200)
    while air.link.poll() != UP or len(air.joins) < 2:
        air._clock.now_ms += 10
    assert air.names() == ["work 2", "work 2"] and air.scans == [None]


def test_a_network_without_the_server_comes_after_the_others_once(air):
    air.points = [Point("home", 1, -30), Point("work", 2, -80), Point("cafe", 3, refuses=203)]
    attempt(air)
    air.link.avoid()
    assert attempt(air)[0] == UP and air.names() == ["cafe 3", "work 2"] and air.scans == [None]
    attempt(air)
    assert air.names() == ["work 2"] and air.scans == [], "it is the last one now"
    air.link.avoid()
    air.points.pop(0)
    assert attempt(air)[0] == UP and air.names() == ["cafe 3", "work 2"]


def test_one_without_the_server_that_is_alone(air):
    air.points = [Point("home", 1)]
    attempt(air)
    air.link.avoid()
    assert attempt(air)[0] == UP and air.names() == ["home 1"]


def test_a_link_that_is_not_up_or_has_no_choice_avoids_nothing(air):
    air.points = [Point("home", 1)]
    attempt(air)
    kept = air.memory
    air.link.stop()
    air.link.avoid()
    own = {"interface": "wl0", "wificonfig": {"ssid": "home", "key": ""}}
    attempt(air, config=own)
    air.link.avoid()
    assert air.memory == kept


# -- one network alone


def test_a_single_network_costs_no_scan_and_no_memory(air):
    uplink.networks([{"ssid": "home", "key": ""}])
    air.points = [Point("home", 1)]
    kept = air.memory
    stage, took_ms = attempt(air)
    assert stage == UP and took_ms <= 1050 and air.names() == ["home"]
    assert air.scans == [] and air.memory == kept and air.link._points is None


def test_a_list_that_is_erased_meanwhile(air):
    config = store.load_nic(nic.WIFI)
    uplink.networks(None)
    air.points = [Point("home", 1), Point("work", 2, -30)]
    assert attempt(air, config=config)[0] == UP and air.names() == ["home 1"]


# -- limits


@pytest.mark.parametrize(("mode", "least_ms", "most_ms"),
                         [(SINGLE, 48_000, 51_000), (FAILOVER, 2000, 8000),
                          (RECONNECT, 2000, 8000)])  # fmt: skip
def test_none_is_there(air, mode, least_ms, most_ms):
    air.points = [Point("other", 1)]
    stage, took_ms = attempt(air, mode)
    assert stage == FAILED and least_ms <= took_ms <= most_ms
    assert (air.link.cause, air.link.code) == ("Wi-Fi reason", 201)
    assert air.link.result == results.NO_WIFI
    assert {words for _, words in failures(air)} == {"Wi-Fi reason 201: no such network"}


def test_each_is_tried_before_another_interface_as_long_as_15_s_allow(air):
    air.points = [
        Point("home", 1, -40, refuses=15, takes_ms=4000),
        Point("work", 2, -50, refuses=203, takes_ms=4000), Point("cafe", 3, -60, takes_ms=4000),
    ]  # fmt: skip
    assert attempt(air, FAILOVER)[0] == UP
    for point in air.points:
        point.takes_ms = 8000
    air.memory = bytes(16)
    stage, took_ms = attempt(air, FAILOVER)
    assert stage == FAILED and len(air.joins) == 2 and 15_000 <= took_ms <= 20_000


def test_a_wrong_key_of_one_and_another_that_is_missing(air):
    uplink.networks([{"ssid": "home", "key": "wrong-key"}, {"ssid": "work", "key": ""}])
    air.points = [Point("home", 1, is_open=False, refuses=202)]
    stage, _ = attempt(air, FAILOVER)
    assert stage == FAILED and air.link.result == results.NO_WIFI
    assert failures(air) == [
        ("home", "Wi-Fi reason 202: wrong key"), ("work", "Wi-Fi reason 201: no such network")
    ]  # fmt: skip


def test_a_wrong_key_of_all(air):
    uplink.networks([{"ssid": ssid, "key": "wrong-key"} for ssid in ("home", "work")])
    air.points = [Point(s, n, is_open=False, refuses=202) for n, s in enumerate(("home", "work"))]
    stage, took_ms = attempt(air)
    assert stage == FAILED and 5200 + SCAN_MS <= took_ms <= 9000


def test_one_that_comes_later_is_found(air, clock):
    air.points = [Point("home", 1, refuses=203)]
    limits = retry_limits.RetryLimits(SINGLE, 60_000)
    air.link.start(store.load_nic(nic.WIFI), limits)
    began_ms = clock.now_ms
    while air.link.poll() != UP:
        clock.now_ms += 10
        if clock.now_ms - began_ms == 5000:
            air.points.append(Point("cafe", 2, -80))
    assert air.names()[-1][:4] == "cafe" and clock.now_ms - began_ms < 20_000


# -- no lease


def test_no_lease_of_the_strongest(air):
    air.points = [Point("home", 1, -40, lease_ms=None), Point("work", 2, -50)]
    stage, took_ms = attempt(air)
    assert stage == UP and air.names() == ["home 1", "work 2"]
    assert took_ms <= SCAN_MS + 1000 + 8000 + 200 + 1000 + 100
    assert failures(air)[0] == ("home", "no lease")


@pytest.mark.parametrize("listed", [True, False])
def test_no_lease_of_one_of_two_with_the_same_ssid(air, listed):
    if not listed:
        uplink.networks([{"ssid": "home", "key": ""}])
    air.points = [Point("home", 1, -40, lease_ms=None), Point("home", 2, -50)]
    stage, took_ms = attempt(air)
    assert stage == UP and air.names()[-1] == "home 2" and len(air.joins) == 2
    assert took_ms <= 1000 + 8000 + SCAN_MS + 200 + 1000 + 100


@pytest.mark.parametrize("others", [0, 1])
def test_no_lease_of_the_only_one_that_is_there(air, clock, others):
    """It is not left: the DHCP server may come late."""
    uplink.networks([{"ssid": "home", "key": ""}])
    air.points = [Point("home", 1, -40, lease_ms=20_000)]
    air.points += [Point("other", 2)] * others
    stage, took_ms = attempt(air)
    assert stage == UP and air.names() == ["home"] and took_ms <= 21_050


def test_no_lease_before_the_address_of_a_late_one(air):
    air.points = [Point("home", 1, -40, lease_ms=7900), Point("work", 2, -50)]
    assert attempt(air)[0] == UP and air.names() == ["home 1"]


def test_no_lease_of_all(air):
    air.points = [Point("home", 1, -40, lease_ms=None), Point("work", 2, -50, lease_ms=None)]
    stage, _ = attempt(air)
    assert stage == FAILED and air.link.result == results.NO_IP_ADDRESS
    assert air.names()[:3] == ["home 1", "work 2", "home 1"] and air.link.cause == "no lease"


def test_a_refusal_after_no_lease_is_no_wifi_again(air):
    air.points = [Point("home", 1, -40, lease_ms=None), Point("work", 2, -50, refuses=203)]
    limits = retry_limits.RetryLimits(SINGLE, 60_000)
    air.link.start(store.load_nic(nic.WIFI), limits)
    seen = []
    for _ in range(2000):
        air.link.poll()
        air._clock.now_ms += 10
        if air.link.faults > len(seen):
            seen.append((air.link.result, air.link.cause))
    assert seen[:2] == [(2, "no lease"), (1, "Wi-Fi reason")]


# -- scans


def test_the_users_scan_is_waited_for(air, clock, monkeypatch):
    air.points = [Point("home", 1)]
    monkeypatch.setattr(links, "scan", object())
    air.link.start(store.load_nic(nic.WIFI), None)
    for _ in range(100):
        air.link.poll()
        clock.now_ms += 10
    assert not air.scans and not air.joins
    monkeypatch.setattr(links, "scan", None)
    while air.link.poll() != UP:
        clock.now_ms += 10
        assert not air.link.is_scanning() or air.scans
    assert air.names() == ["home 1"]


def test_a_radio_that_cannot_scan_is_left_to_the_driver(air, monkeypatch):
    def refuse(*_):
        raise OSError(0x3006)

    monkeypatch.setattr("_connectwith.scan_start", refuse)
    air.points = [Point("work", 1)]
    assert attempt(air)[0] == UP and air.names() == ["home", "work"]
