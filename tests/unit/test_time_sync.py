# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""When time servers are asked, and the check of a date that TLS refuses."""

import types

import pytest
from clock_stand_in import FOREIGN, NETWORK, ON_FLOOR, SNTP, SUSPECT, Stand
from connectwith import clock
from connectwith.settings import cloud

FLOOR = 850_000_000
EXPIRED, FUTURE, OTHER_HOST = 0x01, 0x0200, 0x04
YEAR_S = 31_557_600


@pytest.fixture
def stand(monkeypatch):
    return Stand(monkeypatch, FLOOR)


@pytest.fixture
def sync(stand):
    """TimeSync of an attempt with the time servers a and b."""
    settings = cloud.Settings()
    settings.ntp = ["a", "b"]
    sync = clock.TimeSync(settings, types.SimpleNamespace(note=None), (None, ()), 0, 0)
    sync.diag = sync._diag
    return sync


def verdict(stand, sync, flags, not_before_s=0):
    """The result of the check of a refused date, and its duration in ms."""
    began_ms = stand.now_ms
    while True:
        found = sync.check(flags, not_before_s)
        if found:
            return found, (stand.now_ms - began_ms) // 100 * 100  # in steps of 10 ms
        stand.now_ms += 10


def set_to(stand, seconds, quality):
    stand.now_s, stand.quality = seconds, quality


def test_the_default_servers(stand):
    sync = clock.TimeSync(cloud.Settings(), types.SimpleNamespace(note=None), (None, ()), 0, 0)
    sync.ask()
    stand.drive(sync)
    assert stand.resolver.asked == list(clock._SERVERS) and clock._SERVERS[0] == "pool.ntp.org"
    assert len(clock._SERVERS) == 2


def test_nobody_answers_and_the_floor_is_noted(stand, sync):
    sync.ask()
    assert stand.drive(sync)[0] == -1
    sync.set_floor()
    assert (stand.now_s, stand.quality) == (FLOOR, ON_FLOOR)
    assert "build date" in sync.diag.note
    sync.begin_dial()
    assert "build date" in sync.diag.note
    # An answer takes the note back, but nobody else's.
    stand.honest = {"b": FLOOR + 9}
    sync.ask()
    assert stand.drive(sync)[0] == 1 and sync.diag.note is None and stand.quality == SNTP


def test_the_floor_is_noted_in_later_attempts_and_other_notes_stay(stand, sync):
    set_to(stand, FLOOR + 5, ON_FLOOR)
    sync.begin_dial()
    assert "past" in sync.diag.note
    sync.diag.note = "another"
    sync.begin_dial()
    assert sync.diag.note == "another"
    stand.honest = {"a": FLOOR + 9}
    sync.ask()
    assert stand.drive(sync)[0] == 1 and sync.diag.note == "another"


def test_a_clock_that_is_set_is_not_moved_to_the_floor(stand, sync):
    set_to(stand, FLOOR + 50, FOREIGN)
    sync.set_floor()
    assert (stand.now_s, stand.quality, sync.diag.note) == (FLOOR + 50, FOREIGN, None)


def test_a_trusted_clock_is_asked_for_when_a_date_is_refused(stand, sync):
    set_to(stand, FLOOR + 15 * YEAR_S, SNTP)
    stand.honest = {"a": FLOOR + 100}
    sync.begin_dial()
    assert verdict(stand, sync, EXPIRED)[0] == 1
    assert (stand.now_s, stand.quality) == (FLOOR + 100, SNTP)
    # It is right now, and the certificate is refused again: the other server has the last word.
    sync.begin_dial()
    stand.honest["b"] = FLOOR + 101
    assert verdict(stand, sync, EXPIRED)[0] == -1
    assert [name for name, _ in stand.sent] == ["a", "b"]


def test_two_servers_agree_and_nothing_is_dialled_again(stand, sync):
    set_to(stand, FLOOR + 100, SNTP)
    stand.honest = {"a": FLOOR + 100 + 60}
    sync.begin_dial()
    assert verdict(stand, sync, FUTURE, FLOOR + 5000)[0] == -1
    assert stand.now_s == FLOOR + 160, "and the CA's date counts for nothing then"


def test_servers_that_never_agree_end_it_all_the_same(stand, sync):
    set_to(stand, FLOOR + 100, SNTP)
    stand.honest = {"a": FLOOR + 5 * YEAR_S, "b": FLOOR + 9 * YEAR_S}
    found = []
    while not found or found[-1] > 0:
        sync.begin_dial()
        found.append(verdict(stand, sync, EXPIRED)[0])
        assert len(found) < 9
    assert found == [1, 1, -1] and len(stand.sent) == 2


def test_nobody_confirms_a_trusted_clock_and_it_is_suspect(stand, sync):
    set_to(stand, FLOOR + 15 * YEAR_S, NETWORK)
    sync.begin_dial()
    assert verdict(stand, sync, EXPIRED) == (-1, 4000)
    assert (stand.now_s, stand.quality) == (FLOOR + 15 * YEAR_S, SUSPECT)


def test_an_answer_on_its_way_is_waited_for(stand, sync):
    set_to(stand, FLOOR, ON_FLOOR)
    sync.ask()
    sync.begin_dial()
    stand.now_ms += 500
    assert sync.check(FUTURE, FLOOR + 5000) == 0
    stand.honest = {"a": FLOOR + 6000}
    assert verdict(stand, sync, FUTURE, FLOOR + 5000)[0] == 1
    assert (stand.now_s, stand.quality) == (FLOOR + 6000, SNTP)


def test_an_answer_that_came_while_it_was_dialled_counts(stand, sync):
    set_to(stand, FLOOR, ON_FLOOR)
    stand.honest = {"a": FLOOR + 6000}
    sync.ask()
    sync.begin_dial()
    assert stand.drive(sync)[0] == 1
    assert verdict(stand, sync, EXPIRED) == (1, 0)
    # Before it was dialled, it does not.
    sync.begin_dial()
    stand.honest = {}
    assert verdict(stand, sync, EXPIRED)[0] == -1 and stand.quality == SUSPECT


@pytest.mark.parametrize("quality", [FOREIGN, ON_FLOOR, SUSPECT])
def test_the_authority_vouches_for_a_better_floor(stand, sync, quality):
    set_to(stand, FLOOR + 10, quality)
    sync.ask()
    sync.begin_dial()
    assert verdict(stand, sync, FUTURE, FLOOR + 5000) == (1, 4000)
    assert (stand.now_s, stand.quality) == (FLOOR + 5000, ON_FLOOR)
    assert "certificate" in sync.diag.note


@pytest.mark.parametrize(
    ("flags", "not_before_s"),
    [(FUTURE | OTHER_HOST, FLOOR + 5000), (EXPIRED, FLOOR + 5000),
     (FUTURE | EXPIRED, FLOOR + 5000), (FUTURE, 0), (FUTURE, FLOOR + 9),
     (FUTURE, FLOOR + 10), (FUTURE, FLOOR + 21 * YEAR_S)],
)  # fmt: skip
def test_nothing_less_vouches_and_no_clock_goes_back(stand, sync, flags, not_before_s):
    set_to(stand, FLOOR + 10, ON_FLOOR)
    sync.ask()
    sync.begin_dial()
    assert verdict(stand, sync, flags, not_before_s)[0] == -1
    assert stand.now_s == FLOOR + 10


def test_ever_younger_certificates_are_followed_twice(stand, sync):
    set_to(stand, FLOOR + 10, ON_FLOOR)
    found = []
    for i in range(1, 4):
        sync.begin_dial()
        found.append(verdict(stand, sync, FUTURE, FLOOR + 1000 * i)[0])
    assert found == [1, 1, -1] and stand.now_s == FLOOR + 2000


def test_a_session_asks_with_growing_gaps_up_to_an_hour(stand, sync):
    set_to(stand, FLOOR, ON_FLOOR)
    sync.ask()
    stand.drive(sync)
    asked_ms = []
    began_ms = stand.now_ms
    steps = 0
    while stand.now_ms - began_ms < 5 * 3_600_000:
        sent = len(stand.sent)
        wait_ms = sync.poll_idle(60_000)
        steps += 1
        if len(stand.sent) > sent and (not asked_ms or stand.now_ms - asked_ms[-1] > 20000):
            asked_ms.append(stand.now_ms)
        assert 0 < wait_ms <= 60_000
        stand.now_ms += wait_ms
    assert steps < 300 + 20 * len(asked_ms), "at most one a minute, but while a reply may come"
    gaps_s = [round((b - a) / 1000) for a, b in zip(asked_ms, asked_ms[1:], strict=False)]
    assert 60_000 <= asked_ms[0] - began_ms < 61_000
    for gap_s, least_s in zip(gaps_s, (120, 240, 480, 960, 1920, 3600, 3600), strict=False):
        assert least_s <= gap_s <= least_s + 10, gaps_s
    assert len(gaps_s) >= 7


def test_quiet_steps_are_enough_for_four_servers(stand):
    names = ["a", "b", "c", "d"]
    settings = types.SimpleNamespace(ntp=names)
    sync = clock.TimeSync(settings, types.SimpleNamespace(note=None), (None, ()), 0, 0)
    sync.ask()
    stand.resolver.answers = dict.fromkeys(names, 0)  # each name takes one step
    stand.began_ms = stand.now_ms
    while stand.now_ms - stand.began_ms < 12000:
        sync.poll_idle(500)
        stand.now_ms += 500
        stand.resolver.answers[stand.resolver.asked[-1]] = 1
    assert [name for name, _ in stand.sent] == [name for name in names for _ in range(2)]
    assert stand.open == 0


def test_a_session_asks_no_more_once_it_knows(stand, sync):
    set_to(stand, FLOOR, ON_FLOOR)
    sync.ask()
    stand.honest = {"a": FLOOR + 9}
    waits_ms = []
    while not waits_ms or waits_ms[-1] >= 0:
        waits_ms.append(sync.poll_idle(500))
        stand.now_ms += max(0, waits_ms[-1])
        assert len(waits_ms) < 20
    assert stand.open == 0 and stand.quality == SNTP


def test_a_socket_that_cannot_be_had_fails_nothing(stand, sync, monkeypatch):
    import socket

    def refuse(family, kind):
        raise OSError(23)

    monkeypatch.setattr(socket, "socket", refuse)
    sync.ask()
    assert stand.drive(sync)[0] == -1
    assert sync.poll() == -1


def test_no_memory_to_ask_fails_nothing(stand, sync, monkeypatch):
    def refuse(*_):
        raise MemoryError

    monkeypatch.setattr(clock, "Sntp", refuse)
    sync.ask()
    assert sync.poll() == -1 and sync.poll_idle(500) == 500


def test_close_takes_the_question_back(stand, sync):
    sync.ask()
    sync.poll()
    sync.poll()
    assert stand.open == 1
    sync.close()
    sync.close()
    assert stand.open == 0 and sync.poll() == -1
