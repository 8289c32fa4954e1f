# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The model of the random sequences of calls: the results that it must reject."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

from random_calls import Attempt, Faults, Model


def started(**attempt) -> Model:
    model = Model()
    model.start(Attempt(**{"tag": 1, "interface": "eth0", "timeout_s": 20, **attempt}))
    return model


def called(result=5, tag=1, interface="eth0", connected=None):
    return ("call", tag, result, interface, result == 5 if connected is None else connected)


def test_a_good_attempt_connects():
    model = started()
    model.check([("start", 1), called()])
    assert model.current is None


@pytest.mark.parametrize(
    "events",
    [
        [("start", 1), called(), called()],
        [("start", 1), ("stop",), called()],
        [("start", 1), ("start", 2), called(tag=1)],
        [("start", 1), called(interface="wl0")],
        [("start", 1), called(connected=False)],
        [("start", 1), called(result=4)],
        [called()],
    ],
)
def test_what_is_wrong(events):
    model = started()
    model.start(Attempt(2, "eth0", 20))
    with pytest.raises(AssertionError):
        model.check(events)


def test_a_callback_that_is_missing_is_seen():
    model = started()
    model.check([("start", 1)])
    assert model.current == 1


@pytest.mark.parametrize(
    ("faults", "codes"),
    [
        ({"cable": True}, {1}),
        ({"wifi": True}, {5}),
        ({"leases": True}, {2}),
        ({"name": True}, {3}),
        ({"server": True}, {4}),
        ({"name": True, "server": True}, {3}),
    ],
)
def test_codes_of_a_fault_that_stays(faults, codes):
    attempt = Attempt(1, "eth0", 20)
    attempt.observe(Faults(**faults))
    assert attempt.allowed() == codes


def test_a_fault_that_ends_in_time_may_be_survived():
    model = Model()
    model.change("server", True)
    model.start(Attempt(1, "eth0", 20))
    model.change("server", False)
    assert model.attempts[1].allowed() == {4, 5}


def test_a_link_that_goes_may_show_at_any_later_stage():
    model = started()
    model.change("cable", True)
    assert model.attempts[1].allowed() == {1, 2, 3, 4, 5}


def test_little_time_may_run_out_in_any_stage():
    attempt = Attempt(1, "eth0", 0.3)
    attempt.observe(Faults(name=True))
    assert attempt.allowed() == {1, 2, 3}


@pytest.mark.parametrize(("timeout_s", "codes"), [(0.3, {0, 1}), (2.0, {1}), (20.0, {1})])
def test_a_wrong_key_never_gets_further(timeout_s, codes):
    attempt = Attempt(1, "wl0", timeout_s, hopeless=True)
    attempt.observe(Faults())
    assert attempt.allowed() == codes


@pytest.mark.parametrize(
    ("hindered", "timeout_s", "codes"),
    [(set(), 9.0, {5}), ({"leaving"}, 9.0, {0, 1, 2, 3, 4, 5}), ({"leaving"}, 21.0, {5})],
)
def test_a_modem_that_does_not_answer_takes_time_first(hindered, timeout_s, codes):
    attempt = Attempt(1, "wl0", timeout_s, leaving=True)
    attempt.observe(Faults())
    attempt.was_bad |= hindered
    assert attempt.allowed() == codes
