# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Whose fault a broken connection is: the peer's, or the link's, which lwIP may hear of first."""

import types

import _connectwith
import pytest
from connectwith import course, nic, results, session
from connectwith.links import FAILED, UP

ECONNABORTED, ECONNRESET = 103, 104


@pytest.fixture
def way(monkeypatch):
    """An attempt whose session has just broken with errno 103; `ended` is what it ends with."""
    monkeypatch.setattr(_connectwith, "Resolver", lambda: None, False)
    ended = []
    attempt = types.SimpleNamespace(stage=lambda: 8, fail=ended.append)
    diag = types.SimpleNamespace(blame=lambda *cause: ended.append(cause))
    way = course.Course(attempt, diag)
    way.begin(types.SimpleNamespace(kind=0))
    way.link = types.SimpleNamespace(state=UP, result=results.NO_WIFI, poll=lambda: way.link.state)
    way.session = types.SimpleNamespace(
        pump=lambda now_ms: session.CLOSED, cause="errno", code=ECONNABORTED
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
    way.begin(types.SimpleNamespace(kind=kind))
    way._turn = course._REACH
    way._dialer = types.SimpleNamespace(
        poll=lambda: -1, result=results.NO_SERVER, cause="TCP errno", code=113, flags=0,
        silent=silent,
    )  # fmt: skip
    assert way.step() < 0
    assert way.ended[-1] == result
