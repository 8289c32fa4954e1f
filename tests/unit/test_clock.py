# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""SNTP: the checks of an answer, and the order of the servers."""

import struct
import types

import _connectwith
import machine
import pytest
from clock_stand_in import SNTP, Stand
from connectwith import clock
from hypothesis import given
from hypothesis import strategies as st

NONCE = bytes(range(8))
FLOOR = 800_000_000  # in 2025, counted from 2000
NTP_2000 = 3_155_673_600  # 1 January 2000 in NTP's seconds: 36 524 days after 1900


def reply(seconds=FLOOR + 5, mode=4, leap=0, stratum=2, nonce=NONCE):
    stamp = (seconds + NTP_2000) & 0xFFFFFFFF
    head = struct.pack(">BBBb", leap << 6 | 4 << 3 | mode, stratum, 6, -20)
    return head + bytes(20) + nonce + bytes(8) + struct.pack(">II", stamp, 0)


def test_epochs():
    assert NTP_2000 == 36_524 * 86_400
    assert clock._EPOCH_1900 == NTP_2000


def test_request():
    packet = bytearray(b"\xaa" * 48)
    clock.request(packet, NONCE)
    assert packet == b"\x23" + bytes(39) + NONCE


def test_answer():
    packet = reply()
    assert len(packet) == 48
    assert clock.answer(packet, 48, NONCE, FLOOR) == FLOOR + 5


def test_after_the_wrap_of_2036():
    seconds = (1 << 32) - NTP_2000 + 7  # February 2036
    assert clock.answer(reply(seconds), 48, NONCE, FLOOR) == seconds


def test_a_window_of_twenty_years():
    last = FLOOR + 20 * 31_557_600
    for seconds, result in ((FLOOR, FLOOR), (last, last), (FLOOR - 1, None), (last + 1, None)):
        assert clock.answer(reply(seconds), 48, NONCE, FLOOR) == result
    # In the era of the firmware's build, and in no other.
    floor = (1 << 32) - NTP_2000 - 1000
    assert clock.answer(reply(floor + 2000), 48, NONCE, floor) == floor + 2000
    assert clock.answer(reply(floor - 2000), 48, NONCE, floor) is None


def test_refused():
    good = {"seconds": FLOOR}
    assert clock.answer(reply(**good), 48, NONCE, FLOOR) == FLOOR
    for change in (
        {"seconds": FLOOR - 1},
        {"mode": 3},
        {"leap": 3},
        {"stratum": 0},
        {"stratum": 16},
        {"nonce": bytes(8)},
    ):
        assert clock.answer(reply(**{**good, **change}), 48, NONCE, FLOOR) is None, change
    assert clock.answer(reply(), 47, NONCE, FLOOR) is None
    assert clock.answer(reply(-NTP_2000), 48, NONCE, FLOOR) is None  # no time


@given(st.binary(max_size=80))
def test_hostile_bytes(data):
    result = clock.answer(data, len(data), NONCE, FLOOR)
    assert result is None or result >= FLOOR and data[24:32] == NONCE


@pytest.mark.parametrize(
    ("seconds", "believable"),
    [(FLOOR - 1, False), (FLOOR, True), (FLOOR + 20 * 31_557_600, True),
     (FLOOR + 20 * 31_557_600 + 1, False), (0, False)],
)  # fmt: skip
def test_the_floor_of_the_clock_and_its_ceiling(monkeypatch, seconds, believable):
    monkeypatch.setattr(_connectwith, "build_time", lambda: FLOOR, False)
    assert clock.is_believable(seconds) is believable


@pytest.mark.parametrize(
    ("off_s", "moved"), [(0, False), (60, False), (-60, False), (61, True), (-61, True)]
)
def test_whether_the_clock_was_moved(monkeypatch, off_s, moved):
    told = []
    rtc = types.SimpleNamespace(datetime=told.append)
    monkeypatch.setattr(machine, "RTC", lambda: rtc, False)
    monkeypatch.setattr(_connectwith, "clock_quality", lambda *record: told.append(record), False)
    monkeypatch.setattr(clock.time, "time", lambda: 1_700_000_000 - off_s)
    plain = clock.time.gmtime  # of a board: eight numbers
    monkeypatch.setattr(clock.time, "gmtime", lambda seconds: plain(seconds)[:8])
    assert clock.set_clock(1_700_000_000, 5) is moved
    # 2023-11-14, a Tuesday, 22:13:20, in CPython's epoch.
    assert told == [(2023, 11, 14, 1, 22, 13, 20, 0), (1_700_000_000, 5)]


# -- which server is asked, and when


@pytest.fixture
def stand(monkeypatch):
    return Stand(monkeypatch, FLOOR)


def test_each_server_gets_two_tries_a_second_apart(stand):
    sntp = clock.Sntp(stand.resolver, None, ["a.test", "b.test"], 0)
    state, took_ms = stand.drive(sntp)
    assert state == -1 and 4000 <= took_ms < 4100
    assert stand.resolver.asked == ["a.test", "b.test"]
    sent = [(name, ms // 100) for name, ms in stand.sent]
    assert sent == [("a.test", 0), ("a.test", 10), ("b.test", 20), ("b.test", 30)]
    assert stand.open == 0 and stand.now_s < 100


def test_the_next_server_first(stand):
    assert (
        stand.drive(clock.Sntp(stand.resolver, None, ["a.test", "b.test", "c.test"], 2))[0] == -1
    )
    assert stand.resolver.asked == ["c.test", "a.test", "b.test"]


def test_a_name_that_is_not_there_costs_nothing(stand):
    stand.resolver.answers = {"a.test": -1}
    stand.honest = {"b.test": FLOOR + 7}
    sntp = clock.Sntp(stand.resolver, None, ["a.test", "b.test"], 0)
    state, took_ms = stand.drive(sntp)
    assert (state, sntp.moved, stand.now_s) == (1, True, FLOOR + 7) and took_ms < 100
    assert stand.quality == SNTP
    sntp.close()
    assert stand.open == 0


def test_silent_name_servers_are_bounded_whatever_the_list(stand):
    stand.resolver.answers = dict.fromkeys("abcd", 0)
    assert stand.drive(clock.Sntp(stand.resolver, None, list("abcd"), 0)) == (-1, 10000)


@pytest.mark.parametrize(("off_s", "moved"), [(0, False), (60, False), (-60, False), (61, True),
                                              (-61, True)])  # fmt: skip
def test_what_moves_the_clock(stand, off_s, moved):
    stand.now_s = FLOOR + 1000
    stand.honest = {"a.test": FLOOR + 1000 + off_s}
    sntp = clock.Sntp(stand.resolver, None, ["a.test"], 0)
    assert stand.drive(sntp)[0] == 1 and sntp.moved == moved


def test_an_empty_datagram_does_not_make_it_deaf(stand):
    stand.honest = {"a.test": FLOOR + 7}
    stand.empty = 1
    sntp = clock.Sntp(stand.resolver, None, ["a.test"], 0)
    assert stand.drive(sntp)[0] == 1


def test_closed_is_closed(stand):
    sntp = clock.Sntp(stand.resolver, None, ["a.test"], 0)
    sntp.poll()
    sntp.poll()
    assert stand.open == 1
    sntp.close()
    sntp.close()
    assert (sntp.poll(), stand.open, stand.resolver.cancelled) == (-1, 0, 1)
