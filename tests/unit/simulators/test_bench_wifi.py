# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Access points as a station sees them."""

import time

import pytest

LEFT, TIMEOUT_15, BEACON_LOST, NO_AP, AUTH_FAIL = (bytes([68, n]) for n in (8, 15, 200, 201, 202))


def test_join_takes_the_association_time_and_tells_about_the_ap(world, station):
    world.wifi["home"].rssi(-71)
    world.wifi["home"].association_ms(300)
    begin = time.monotonic()
    answer = station.join("home-net", "correct-horse")
    assert 0.3 <= time.monotonic() - begin < 2
    assert answer[:1] == b"U" and len(answer) == 10
    assert (answer[7], answer[8] - 256, answer[9]) == (6, -71, 3)


def test_open_network(world, station):
    answer = station.join("cafe-net")
    assert answer[:1] == b"U" and answer[9] == 0


def test_ssid_and_key_may_hold_any_character(world, station):
    world.add_wifi("odd", "caf\u00e9 = 50% #1", "a b\tc=d%20e")
    assert station.join("caf\u00e9 = 50% #1", "a b\tc=d%20e")[:1] == b"U"


def test_wrong_key_is_a_handshake_timeout_first_and_a_failure_then(world, station):
    world.wifi["home"].wrong_key_ms(50)
    assert station.join("home-net", "wrong-horse") == TIMEOUT_15
    assert station.join("home-net", "wrong-horse") == AUTH_FAIL
    assert station.join("home-net", "correct-horse")[:1] == b"U"
    assert station.join("home-net", "correct-hors") == TIMEOUT_15


@pytest.mark.parametrize(
    ("ssid", "key", "reason"),
    [("nowhere", "", 201), ("home-net", "", 210), ("cafe-net", "needless", 211), ("", "", 201)],
)
def test_joins_that_cannot_be(world, station, ssid, key, reason):
    assert station.join(ssid, key) == bytes([68, reason])


def test_refused_with_the_reason_that_was_set(world, station):
    world.wifi["home"].refuse(203)
    assert station.join("home-net", "correct-horse") == bytes([68, 203])
    world.wifi["home"].accept()
    assert station.join("home-net", "correct-horse")[:1] == b"U"


def test_ap_off_and_on_again(world, station):
    home = world.wifi["home"]
    home.beacon_ms(100)
    assert station.join("home-net", "correct-horse")[:1] == b"U"
    begin = time.monotonic()
    home.off()
    assert station.expect("D") == BEACON_LOST
    assert time.monotonic() - begin >= 0.1
    assert station.join("home-net", "correct-horse") == NO_AP
    home.on()
    assert station.join("home-net", "correct-horse")[:1] == b"U"


def test_a_join_under_way_ends_when_its_time_is_shorter(world, station):
    world.wifi["home"].association_ms(60000)
    station.send("J", b"home-net\0correct-horse")
    station.scan()  # netsim has both
    world.wifi["home"].restore()
    assert station.expect("UD")[:1] == b"U"


def test_a_join_that_fails_does_so_when_its_time_is_shorter(world, station):
    home = world.wifi["home"]
    home.association_ms(60000)
    home.refuse(203)
    home.wrong_key_ms(60000)
    for key, reason in ((b"correct-horse", bytes([68, 203])), (b"wrong-horse", TIMEOUT_15)):
        station.send("J", b"home-net\0" + key)
        station.scan()  # netsim has both
        home.restore()
        assert station.expect("UD") == reason
        home.wrong_key_ms(60000)


def test_ap_that_goes_during_association(world, station):
    world.wifi["home"].association_ms(300)
    station.send("J", b"home-net\0correct-horse")
    world.netsim.wait_event("*")
    world.wifi["home"].off()
    assert station.expect("UD") == NO_AP


def test_kick_and_leave(world, station):
    assert station.join("home-net", "correct-horse")[:1] == b"U"
    world.wifi["home"].kick(5)
    assert station.expect("D") == bytes([68, 5])
    station.send("L")
    assert station.silent_for(0.1), "there was nothing to leave"
    assert station.join("home-net", "correct-horse")[:1] == b"U"
    station.send("L")
    assert station.expect("D") == LEFT


def test_second_join_replaces_the_first(world, station):
    station.send("J", b"home-net\0correct-horse")
    assert station.join("cafe-net")[9] == 0
    assert station.silent_for(0.3)


def test_scan_shows_who_is_on_the_air(world, station):
    def scan():
        station.send("S")
        found = {}
        while (record := station.expect("AE")) != b"E":
            found[record[10:].decode()] = (record[8] - 256, record[9])
        return found

    assert scan() == {"home-net": (-55, 3), "cafe-net": (-55, 0)}
    world.wifi["cafe"].off()
    world.wifi["home"].rssi(-80)
    assert scan() == {"home-net": (-80, 3)}


def test_strongest_of_two_aps_on_one_channel(world, station):
    near = world.add_wifi("near", "home-net", "correct-horse", rssi=-30)
    station.join("home-net", "correct-horse")
    assert station.dhcp() == f"10.0.{near.number}.15"


def test_a_fast_scan_ends_on_the_first_channel(world, station):
    far = world.add_wifi("far", "home-net", "correct-horse", rssi=-90, channel=1)
    world.add_wifi("open", "home-net", "", rssi=-20, channel=1)
    assert station.join("home-net", "correct-horse")[1:7] == far.bssid
    far.refuse(17)
    assert station.join("home-net", "correct-horse") == bytes([68, 17])
    assert station.refused_by == far.bssid, "it tries one, and no other"


def test_join_one_access_point(world, station):
    home = world.wifi["home"]
    near = world.add_wifi("near", "home-net", "correct-horse", rssi=-30)
    assert station.join("home-net", "correct-horse", home.bssid)[1:7] == home.bssid
    near.set_key("another-key")
    assert station.join("home-net", "correct-horse", near.bssid) == TIMEOUT_15
    assert station.refused_by == near.bssid
    near.off()
    assert station.join("home-net", "correct-horse", near.bssid) == NO_AP
    assert station.refused_by == b""
    assert station.join("cafe-net", "", home.bssid) == NO_AP, "it has another SSID"


def test_one_that_says_nothing(world, station):
    home = world.wifi["home"]
    home.mute()
    begin = time.monotonic()
    assert station.join("home-net", "correct-horse") == bytes([68, 2])
    assert time.monotonic() - begin >= 1
    home.speak()
    assert station.join("home-net", "correct-horse")[:1] == b"U"


def test_a_scan_for_one_network_and_a_hidden_one(world, station):
    home = world.wifi["home"]
    near = world.add_wifi("near", "home-net", "correct-horse", rssi=-30, channel=11)
    assert station.scan("home-net") == {
        home.bssid: ("home-net", 6, -55, 3), near.bssid: ("home-net", 11, -30, 3)
    }  # fmt: skip
    near.hide()
    assert station.scan()[near.bssid] == ("", 11, -30, 3)
    assert station.scan("home-net")[near.bssid] == ("home-net", 11, -30, 3)
    near.show()
    assert station.scan()[near.bssid][0] == "home-net"


def test_dhcp(world, station):
    number = world.wifi["home"].number
    station.join("home-net", "correct-horse")
    assert station.dhcp() == f"10.0.{number}.15"
    world.wifi["home"].dhcp(False)
    assert station.dhcp(0.3) is None
    world.wifi["home"].dhcp(True)
    assert station.dhcp() == f"10.0.{number}.15"


def test_frames_without_association_go_nowhere(world, station):
    assert station.dhcp(0.3) is None
