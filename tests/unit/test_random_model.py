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
    ("attempt", "faults", "hindered", "codes"),
    [
        # A fault that stays.
        ({}, {"cable": True}, "", {1}),
        ({}, {"wifi": True}, "", {5}),
        ({}, {"leases": True}, "", {2}),
        ({}, {"name": True}, "", {3}),
        ({}, {"server": True}, "", {4}),
        ({}, {"name": True, "server": True}, "", {3}),
        # A short timeout may end in any stage.
        ({"timeout_s": 0.3}, {"name": True}, "", {1, 2, 3}),
        # A wrong key never gets further.
        ({"interface": "wl0", "timeout_s": 0.3, "hopeless": True}, {}, "", {0, 1}),
        ({"interface": "wl0", "timeout_s": 2.0, "hopeless": True}, {}, "", {1}),
        ({"interface": "wl0", "timeout_s": 20.0, "hopeless": True}, {}, "", {1}),
        # A modem that does not answer is switched off first, which takes time.
        ({"interface": "wl0", "timeout_s": 9.0, "leaving": True}, {}, "", {5}),
        ({"interface": "wl0", "timeout_s": 9.0, "leaving": True}, {}, "leaving", set(range(6))),
        ({"interface": "wl0", "timeout_s": 21.0, "leaving": True}, {}, "leaving", {5}),
    ],
)
def test_the_codes_that_are_right(attempt, faults, hindered, codes):
    attempt = Attempt(**{"tag": 1, "interface": "eth0", "timeout_s": 20, **attempt})
    attempt.observe(Faults(**faults))
    attempt.was_bad |= {hindered} - {""}
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
