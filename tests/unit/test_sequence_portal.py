# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""When an attempt checks for a captive portal, and what it does with the answer."""

import sys
import types

import _connectwith
import pytest
from connectwith import links, results
from connectwith.connection import dialer, portal, sequence
from test_sequence import ECONNRESET, job, seq  # noqa: F401

NO_CA, NO_TLS = 0x08, -0x7200


@pytest.fixture
def dialling(seq, monkeypatch):  # noqa: F811
    """An attempt whose TLS is about to fail; `states`: what the check says, `checks` of it."""
    seq.states, seq.checks, seq.closed = [], [], 0

    class Check:
        def __init__(self, route, target):
            seq.checks.append((route, target))

        def poll(self):
            return seq.states.pop(0) if seq.states else 0

        def close(self):
            seq.closed += 1

    monkeypatch.setattr(portal, "Check", Check)
    monkeypatch.setattr(sequence.Sequence, "portal", None)
    seq.suspicious = True
    seq._dialer = types.SimpleNamespace(
        poll=lambda: dialer.FAILED, result=results.NO_SERVER, cause="TLS error", code=-0x2700,
        flags=NO_CA, silent=False, permanent=True, met_another=lambda link: seq.suspicious,
        close=lambda: None, rate_address=lambda good: None,
    )  # fmt: skip
    seq._state = sequence._DIALLING
    seq._route = "route"
    yield seq
    load()


def load():
    """Undoes what `unload()` has done; the firmware would import it again."""
    sys.modules["connectwith.connection.portal"] = portal
    sys.modules["connectwith.connection"].portal = portal


def test_a_portal_is_the_cause(dialling):
    dialling.states = [0, 0, 0, 1]
    assert dialling.step() > 0
    assert dialling.ended == [("TLS error", -0x2700, NO_CA), results.NO_SERVER], "if time is up"
    dialling.ended.clear()
    assert [dialling.step() > 0 for _ in range(2)] == [True, True] and not dialling.ended
    assert dialling.step() < 0
    assert dialling.ended == [("captive portal", -0x2700, NO_CA), results.NO_SERVER]
    assert dialling.checks == [("route", None)] and dialling.closed == 1
    assert "connectwith.connection.portal" not in sys.modules


def test_no_portal_is_the_failure_that_it_was(dialling):
    dialling.states = [0, -1]
    dialling.step()
    dialling.ended.clear()
    assert dialling.step() < 0
    assert dialling.ended == [("TLS error", -0x2700, NO_CA), results.NO_SERVER]


def test_other_failures_ask_nobody(dialling):
    dialling.suspicious = False
    assert dialling.step() < 0 and dialling.checks == []


def test_it_can_be_switched_off(dialling, monkeypatch):
    monkeypatch.setattr(sequence.Sequence, "portal", ())
    assert dialling.step() < 0 and dialling.checks == []


def test_another_address(dialling, monkeypatch):
    monkeypatch.setattr(sequence.Sequence, "portal", ("a", 80, "/"))
    dialling.step()
    assert dialling.checks == [("route", ("a", 80, "/"))]


@pytest.fixture
def refused(dialling, monkeypatch):
    """An attempt of _SINGLE mode, whose TCP connection is refused, which is tried again."""
    from connectwith.links import retry_limits

    monkeypatch.setattr(_connectwith, "backoff_ms", lambda *_: 500, False)
    dialling.begin(job(mode=retry_limits._SINGLE))
    dialling._state = sequence._DIALLING
    dial = dialling._dialer
    dial.cause, dial.code, dial.flags, dial.permanent = "TCP errno", ECONNRESET, 0, False
    return dialling


def test_once_in_an_attempt(refused, clock):
    refused.states = [0, -1]
    refused.step()
    assert refused.step() > 0 and refused._state == sequence._PAUSING
    refused._state = sequence._DIALLING
    assert refused.step() > 0 and len(refused.checks) == 1
    load()
    refused.begin(refused.job)
    refused._state = sequence._DIALLING
    refused.step()
    assert len(refused.checks) == 2, "the next attempt"


def test_who_waits_for_a_person_is_not_tried_again(refused):
    refused.states = [0, 1]
    refused.step()
    assert refused.step() < 0
    assert refused.ended[-2:] == [("captive portal", 0, 0), results.NO_SERVER]


def test_a_link_that_is_lost_meanwhile_ends_it(dialling):
    dialling.step()
    dialling.link.state = links.FAILED
    assert dialling.step() < 0
    assert dialling.ended[-2:] == [("link lost", 0, 0), results.NO_WIFI]
    dialling._close_server()
    assert dialling.closed == 1


def test_an_address_that_is_not_strange_is_looked_at_once(refused, monkeypatch):
    looks = []
    monkeypatch.setattr(_connectwith, "clock_quality", lambda now_s: 5, False)
    refused._dialer.met_another = lambda link: looks.append(link)
    assert refused.step() > 0 and len(looks) == 1
    assert "connectwith.connection.portal" not in sys.modules
    refused._state = sequence._DIALLING
    assert refused.step() > 0 and len(looks) == 1
