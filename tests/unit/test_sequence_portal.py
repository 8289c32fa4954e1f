# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""An attempt while the dialer checks for a captive portal."""

import types

import _connectwith
import pytest
from connectwith import links, results
from connectwith.connection import dialer, sequence
from connectwith.links import retry_limits
from test_sequence import ECONNRESET, job, seq  # noqa: F401

NO_CA = 0x08


@pytest.fixture
def dialling(seq, monkeypatch):  # noqa: F811
    """An attempt whose TLS is about to fail; `found`: what the check says, one for each step."""
    seq.found, seq.asked = [], []
    monkeypatch.setattr(sequence.Sequence, "portal", None)

    def suspects_portal(*arguments):
        seq.asked.append(arguments)
        return len(seq.asked) == 1

    def check_portal():
        found = seq.found.pop(0)
        if found == "portal":
            seq._dialer.cause, seq._dialer.permanent = "captive portal", True
        return bool(found)

    seq._dialer = types.SimpleNamespace(
        poll=lambda: dialer.FAILED, result=results.NO_SERVER, cause="TLS error", code=-0x2700,
        flags=NO_CA, silent=False, permanent=True, suspects_portal=suspects_portal,
        check_portal=check_portal, close=lambda: None, rate_address=lambda good: None, check=None,
    )  # fmt: skip
    seq._state = sequence._DIALLING
    seq._route = "route"
    return seq


@pytest.mark.parametrize(
    ("found", "cause"), [("portal", "captive portal"), ("nothing", "TLS error")]
)
def test_what_the_check_says_is_the_cause(dialling, found, cause):
    dialling.found = [None, None, found]
    assert dialling.step() > 0 and dialling.step() > 0
    assert dialling.ended == [("TLS error", -0x2700, NO_CA), results.NO_SERVER], "if time is up"
    dialling.ended.clear()
    assert dialling.step() < 0
    assert dialling.ended == [(cause, -0x2700, NO_CA), results.NO_SERVER]
    assert dialling.asked[0] == (dialling.link, "route", None)


def test_another_address(dialling, monkeypatch):
    monkeypatch.setattr(sequence.Sequence, "portal", ("a", 80, "/"))
    dialling.found = [None]
    dialling.step()
    assert dialling.asked[0][2] == ("a", 80, "/")


def test_an_attempt_that_goes_on_after_the_check(dialling, clock, monkeypatch):
    monkeypatch.setattr(_connectwith, "backoff_ms", lambda *_: 500, False)
    dialling.begin(job(mode=retry_limits._SINGLE))
    dialling._state = sequence._DIALLING
    dial = dialling._dialer
    dial.cause, dial.code, dial.flags, dial.permanent = "TCP errno", ECONNRESET, 0, False
    dialling.found = ["nothing"]
    assert dialling.step() > 0 and dialling._state == sequence._PAUSING


def test_each_attempt_may_check(dialling):
    dialling._dialer.check = False
    dialling.begin(dialling.job)
    assert dialling._dialer.check is None


def test_a_link_that_is_lost_meanwhile(dialling):
    dialling.found = [None]
    dialling.step()
    dialling.link.state = links.FAILED
    assert dialling.step() < 0
    assert dialling.ended[-2:] == [("link lost", 0, 0), results.NO_WIFI]
