# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Whose fault a broken connection is: the peer's, or the link's, which lwIP may hear of first."""

import types

import _connectwith
import pytest
from connectwith import course, nic, patience, results, session
from connectwith.links import FAILED, LEAVING, UP

ECONNABORTED, ECONNRESET = 103, 104


def job(kind=nic.WIFI, place=patience.REPEATED, timeout_ms=60000, **more):
    """An attempt of that place (see patience.py)."""
    given = patience.Patience(place, timeout_ms)
    return types.SimpleNamespace(kind=kind, patience=lambda: given, nic={}, **more)


@pytest.fixture
def way(monkeypatch):
    """An attempt whose session has just broken with errno 103; `ended` is what it ends with."""
    monkeypatch.setattr(_connectwith, "Resolver", lambda: None, False)
    ended = []
    attempt = types.SimpleNamespace(stage=lambda: 8, fail=ended.append, expect=ended.append)
    diag = types.SimpleNamespace(blame=lambda *cause: ended.append(cause))
    way = course.Course(attempt, diag)
    way.begin(job())
    link = way.link = types.SimpleNamespace(state=UP, result=results.NO_WIFI)
    link.poll = lambda: link.state
    way._dialer = types.SimpleNamespace(close=lambda: None)
    way.session = types.SimpleNamespace(
        close=lambda polite: False,
        pump=lambda now_ms: session.CLOSED,
        cause="errno",
        code=ECONNABORTED,
    )
    way._turn = course._GREET
    way.ended = ended
    return way


def test_a_link_that_is_down_a_moment_later_is_to_blame(way):
    assert way.step() > 0 and way.step() > 0 and not way.ended
    way.link.state = FAILED
    assert way.step() < 0
    assert way.ended == [("link lost", 0, 0), results.NO_WIFI]


def test_a_link_that_stays_up_is_not_for_long(way):
    waited_ms = 0
    while not way.ended:
        waited_ms += max(0, way.step())
        assert waited_ms < 100
    assert way.ended == [("errno", ECONNABORTED, 0), results.NO_SERVER]


def test_a_peer_that_resets_is_to_blame_at_once(way):
    way.session.code = ECONNRESET
    assert way.step() < 0
    assert way.ended == [("errno", ECONNRESET, 0), results.NO_SERVER]


@pytest.mark.parametrize(
    ("kind", "silent", "result"),
    [(nic.CELLULAR, True, results.PPP_NO_CONNECTIVITY), (nic.CELLULAR, False, results.NO_SERVER),
     (nic.WIFI, True, results.NO_SERVER)],
)  # fmt: skip
def test_a_silent_network_behind_ppp_has_a_code_of_its_own(way, kind, silent, result):
    way.begin(job(kind))
    way._turn = course._REACH
    way._dialer = types.SimpleNamespace(
        poll=lambda: -1, result=results.NO_SERVER, cause="TCP errno", code=113, flags=0,
        silent=silent, lasting=False,
    )  # fmt: skip
    assert way.step() < 0
    assert way.ended[-1] == result


@pytest.fixture
def leaver(monkeypatch, way):
    """A link that is up, with a session that says goodbye; `pending`: it still travels."""
    way.pending = True
    way.stops = 0
    monkeypatch.setattr(_connectwith, "parting", lambda: way.pending, False)
    monkeypatch.setattr(_connectwith, "dns_flush", lambda: None, False)
    way._attempt.wake = lambda ms: None
    way.session.close = lambda polite: polite
    way._dialer.close = lambda: None

    def stop():
        way.stops += 1

    way.link.stop = stop
    way.link.state = FAILED  # once it is stopped
    return way


def test_a_link_stays_up_until_goodbye_has_left(leaver):
    leaver.release(True, False)
    assert leaver.link is None and leaver.is_leaving()
    assert leaver.leave() > 0 and leaver.leave() > 0 and not leaver.stops
    leaver.begin(job(link=None))
    assert leaver.step() > 0, "the next attempt waits"
    leaver.pending = False
    assert leaver.leave() < 0
    assert leaver.stops == 1 and not leaver.is_leaving()


def test_a_link_without_goodbye_goes_off_at_once(leaver):
    leaver.release(False, False)
    assert leaver.stops == 1 and not leaver.is_leaving()


def test_a_link_that_is_wanted_otherwise_goes_off_at_once(leaver):
    link = leaver.link
    leaver.release(True, False)
    leaver.hasten(object())
    assert not leaver.stops
    leaver.hasten(link)
    assert leaver.stops == 1 and not leaver.is_leaving()


def test_a_stop_that_ctrl_c_cuts_short_is_repeated(leaver):
    link = leaver.link
    leaver.release(True, False)
    leaver.pending = False
    whole = link.stop
    link.stop = lambda: exec("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        leaver.leave()
    link.stop = whole
    link.state = LEAVING
    assert leaver.leave() > 0 and leaver.stops == 1
    link.state = FAILED
    assert leaver.leave() < 0 and leaver.stops == 1
