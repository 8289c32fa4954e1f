# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A move to another link, and what keeps the device connected, as the controller sees them."""

import types

import pytest
from connectwith import links, results, session
from connectwith.connection import keeping, move
from connectwith.connection import sequence as sequences
from connectwith.connection.job import Job
from connectwith.settings import nic
from controller_stand_in import Sequence
from test_controller import CONNECTED, SETTINGS, attempt, connect, control  # noqa: F401

SESSION = 8


class Keeper:
    """Notes what it is told. `does`: what `poll()` does, once."""

    def __init__(self):
        self.told, self.polled, self.wait_ms = [], [], -1
        self.does = None

    def connected(self, kind):
        self.told.append(("connected", kind))

    def failed(self, kind, result):
        self.told.append(("failed", kind, result))

    def lost(self, kind, result):
        self.told.append(("lost", kind, result))

    def dropped(self):
        self.told.append("dropped")

    def poll(self, now_ms):
        self.polled.append(now_ms)
        does, self.does = self.does, None
        if does is not None:
            does()
        return self.wait_ms


@pytest.fixture
def kept(control, monkeypatch):  # noqa: F811
    """A controller that is connected over Ethernet, with a keeper."""
    monkeypatch.setattr(move, "Sequence", Sequence)
    monkeypatch.setattr(sequences, "Sequence", Sequence)
    connect(control)
    control.keeper = Keeper()
    keeping.keep(control, control.keeper)
    control.live_sequence = control.sequence
    return control


def begin(control, kind=nic.WIFI):  # noqa: F811
    """Begins a move; returns its job."""
    job = Job({"interface": nic.NAMES[kind][1]}, kind, SETTINGS, 9000)
    move.begin(control, job)
    return job


def end(control, result):  # noqa: F811
    control.attempt.is_running = False
    control._on_end(result, None)


# -- the keeper


def test_the_keeper_is_called_soon_and_when_it_says(kept, clock):
    assert kept.attempt.calls[-1] == ("wake", 1) and kept.session.holds is True
    kept.keeper.wait_ms = 300
    assert kept._step() == 300
    clock.now_ms += 299
    assert kept._step() == 1 and len(kept.keeper.polled) == 1
    clock.now_ms += 1
    kept.keeper.wait_ms = 900
    assert kept._step() == 500 and len(kept.keeper.polled) == 2, "the session comes first"
    kept.keeper.wait_ms = -1
    clock.now_ms += 900
    kept._step()
    clock.now_ms += 90_000
    kept._step()
    assert len(kept.keeper.polled) == 3
    kept.keeping.ask()
    kept._step()
    assert len(kept.keeper.polled) == 4


def test_a_session_with_much_to_do_does_not_keep_the_keeper_waiting(kept):
    kept.session.is_busy = True
    kept.keeper.wait_ms = 2
    assert kept._step() == 2 and len(kept.keeper.polled) == 1


def test_a_loss_is_told_in_place_of_the_reconnect(kept):
    kept.session.waiting = (["message"], 1)
    kept.lose("errno", 104, results.NO_SERVER)
    assert kept.keeper.told == [("lost", nic.ETHERNET, results.NO_SERVER)]
    assert kept.sequence.releases == [(False, True)] and kept.outage is None
    kept._step()
    assert len(kept.keeper.polled) == 1
    job = Job({"interface": "wl0"}, nic.WIFI, SETTINGS, 9000)
    kept.schedule(job)
    assert kept._step() == 77 and len(kept.keeper.polled) == 1, "not while an attempt runs"
    end(kept, results.NO_WIFI)
    assert kept.keeper.told[1:] == [("failed", nic.WIFI, results.NO_WIFI)]
    kept._step()
    kept.schedule(job)
    end(kept, CONNECTED)
    assert kept.keeper.told[2:] == [("connected", nic.WIFI)]
    assert kept.session.adopted == (["message"], 1) and kept.outstanding is None


@pytest.mark.parametrize("call", ["connectwith", "disconnect"])
def test_a_call_of_the_users_ends_the_keeping(kept, call):
    kept.session.waiting = (["message"], 1)
    kept.lose("errno", 104, results.NO_SERVER)
    kept.keeper.told.clear()
    attempt(kept) if call == "connectwith" else kept.disconnect()
    assert kept.keeper.told == ["dropped"] and kept.keeping is None
    assert kept.outstanding is None and kept.session.holds is False
    assert kept.session.watched_path == ()


def test_another_keeper_or_none(kept):
    following = Keeper()
    keeping.keep(kept, following)
    assert kept.keeper.told == ["dropped"] and kept.keeping.keeper is following
    assert kept.is_connected() and kept.session.holds is True
    keeping.keep(kept, None)
    assert following.told == ["dropped"] and kept.keeping is None and kept.is_connected()
    assert kept.session.holds is False


def test_keeping_ends_an_attempt_of_the_users(control):  # noqa: F811
    attempt(control)
    keeper = Keeper()
    keeping.keep(control, keeper)
    assert control._job is None and not control.attempt.is_running
    control._step()
    assert len(keeper.polled) == 1


def test_keeping_ends_an_outage(kept):
    kept.outage = types.SimpleNamespace(expired=True)
    keeping.keep(kept, Keeper())
    assert kept.outage is None


def test_nobody_is_suspended_while_the_device_is_kept_connected(kept):
    kept.policy = results.SUSPEND_ON_ERROR
    assert kept.reconnect() is False


def test_a_check_of_the_path(kept, clock):
    keeping.check_path(kept, 3000)
    assert kept.session.checks == [(clock.now_ms, 3000)]
    kept.disconnect()
    keeping.check_path(kept, 3000)
    assert len(kept.session.checks) == 1


# -- the move


def test_the_session_goes_on_meanwhile(kept, clock):
    job = begin(kept)
    beside = kept.moving.sequence
    assert kept.is_connected() and kept.is_connecting() and beside.begun == [job]
    assert kept.attempt.calls[-1][:3] == ("start", nic.WIFI, 9000)
    assert kept.sequence is kept.live_sequence and kept.sequence.releases == []
    polls = []
    kept.session.poll = lambda now_ms: polls.append(now_ms) or session._OPEN
    assert kept._step() == 10 and polls == [], "at first the attempt"
    clock.now_ms += 9
    kept._step()
    assert polls == []
    clock.now_ms += 1
    assert kept._step() == 0 and len(polls) == 1 and kept._step() == 10
    assert kept.keeper.polled == []


def test_the_new_session_takes_over(kept, clock):
    job = begin(kept)
    beside = kept.moving.sequence
    end(kept, CONNECTED)
    assert kept.sequence is beside and kept.live is job and kept.is_connected()
    assert beside.session.replaced == [kept.live_sequence.session]
    assert kept.live_sequence.releases == [], "that is the next step's"
    assert kept._step() == 0 and kept._step() == 500
    assert kept.live_sequence.releases == [(False, True)] and beside.releases == []
    assert kept.keeper.told == [("connected", nic.WIFI)]
    assert kept.diag.losses == 0 and beside.session.holds is True


@pytest.mark.parametrize(("ms", "announced"), [(2999, 0), (3000, 1)])
def test_the_status_is_published_once_more(kept, clock, ms, announced):
    begin(kept)
    end(kept, CONNECTED)
    kept._step()
    clock.now_ms += ms
    kept._step()
    kept._step()
    assert kept.session.announced == announced
    assert (kept.moving is None) is bool(announced)


def test_a_move_that_fails(kept):
    begin(kept)
    beside = kept.moving.sequence
    end(kept, results.NO_WIFI)
    end(kept, results.NO_WIFI)
    assert kept.is_connected() and kept.sequence is kept.live_sequence and kept.moving is None
    assert beside.releases == [(False, True)] and kept.sequence.releases == []
    assert kept.keeper.told == [("failed", nic.WIFI, results.NO_WIFI)]
    assert kept.last_error is None and kept.live.kind == nic.ETHERNET


@pytest.mark.parametrize("way", ["session", "link", "send"])
def test_the_broker_closes_the_old_connection(kept, clock, way):
    """Just before it accepts the new one: no loss."""
    begin(kept)
    kept.attempt.at_stage = SESSION
    clock.now_ms += 10
    if way == "session":
        kept.session.state = session._CLOSED
        kept._step()
    elif way == "link":
        kept.sequence.link_state = links.FAILED
        assert kept.has_lost_link()
    else:
        kept.lose("errno", 104, results.NO_SERVER)
    assert kept.is_connected() and kept.diag.losses == 0
    clock.now_ms += 10
    assert kept._step() == 10, "it is not looked at any more"
    end(kept, CONNECTED)
    assert kept.is_connected() and kept.keeper.told == [("connected", nic.WIFI)]


def test_that_was_a_loss_if_the_attempt_fails(kept):
    begin(kept)
    kept.attempt.at_stage = SESSION
    kept.lose("errno", 104, results.NO_SERVER)
    end(kept, results.NO_SERVER)
    assert not kept.is_connected() and kept.diag.loss == "errno"
    assert kept.keeper.told == [("lost", nic.ETHERNET, 4), ("failed", nic.WIFI, 4)]


def test_the_live_session_is_lost_earlier(kept, clock):
    begin(kept)
    beside = kept.moving.sequence
    kept.session.waiting = (["message"], 1)
    kept.attempt.at_stage = SESSION - 1
    kept.lose("link lost", 0, results.NO_LINK)
    assert not kept.is_connected() and kept.is_connecting()
    assert kept.live_sequence.releases == [(False, True)] and beside.releases == []
    clock.now_ms += 10
    assert kept._step() == 10, "the attempt goes on"
    end(kept, CONNECTED)
    assert kept.sequence is beside and beside.session.adopted == (["message"], 1)
    assert beside.session.replaced == []
    assert kept.keeper.told == [("lost", nic.ETHERNET, 1), ("connected", nic.WIFI)]


def test_both_are_lost(kept):
    begin(kept)
    beside = kept.moving.sequence
    kept.lose("link lost", 0, results.NO_LINK)
    end(kept, results.NO_WIFI)
    assert beside.releases == [(False, True)] and kept.moving is None
    assert kept.keeper.told == [("lost", nic.ETHERNET, 1), ("failed", nic.WIFI, 1)]
    kept._step()
    assert len(kept.keeper.polled) == 1


@pytest.mark.parametrize("how", ["disconnect", "connectwith", "keep"])
def test_a_call_ends_it(kept, how):
    begin(kept)
    beside = kept.moving.sequence
    if how == "keep":
        keeping.keep(kept, None)
    else:
        attempt(kept) if how == "connectwith" else kept.disconnect()
    assert kept.moving is None and beside.releases == [(False, how != "connectwith")]
    assert kept.keeper.told == ["dropped"] and kept.sequence is kept.live_sequence
    assert kept.is_connected() is (how == "keep")
    assert kept.sequence.releases == ([] if how == "keep" else [(True, how == "disconnect")])
    assert kept.attempt.is_running is (how == "connectwith")


def test_the_same_class_of_link_is_closed_before(kept):
    kept.session.waiting = (["message"], 0)
    job = begin(kept, nic.ETHERNET)
    assert not kept.is_connected() and kept.moving is None and kept.sequence.begun[-1] is job
    assert kept.sequence.releases == [(True, True)]
    end(kept, CONNECTED)
    assert kept.session.adopted == (["message"], 0)
    assert kept.keeper.told == [("connected", nic.ETHERNET)]


def test_without_a_session_it_is_an_attempt(kept):
    kept.lose("errno", 104, results.NO_SERVER)
    job = begin(kept, nic.ETHERNET)
    assert kept.moving is None and kept.sequence.begun[-1] is job


def test_a_send_that_waits_does_not_keep_it(kept):
    kept.busy = 1
    assert kept._step() == 1
    begin(kept)
    assert kept._step() == 77
    kept.session.state = session._CLOSED
    assert kept._step() == 77, "the session belongs to the send"


def test_which_job_uses_a_link(kept):
    live = kept.live
    job = begin(kept)
    beside = kept.moving.sequence
    assert kept.job_on(kept.sequence.link) is live and kept.job_on(beside.link) is job
    assert kept.job_on(None) is None and kept.job_on(object()) is None


def test_a_step_that_raises_fails_the_attempt_alone(kept):
    begin(kept)
    kept.attempt.is_running = False
    kept._on_end(results.NOT_CONNECTED, MemoryError())
    assert kept.is_connected() and kept.keeper.told == [("failed", nic.WIFI, 0)]


def test_a_second_move_soon_after_the_first(kept, clock):
    begin(kept)
    end(kept, CONNECTED)
    first = kept.sequence
    begin(kept, nic.ETHERNET)
    end(kept, CONNECTED)
    kept._step()
    assert kept.sequence is not first and first.releases == [(False, True)]
    clock.now_ms += 3000
    kept._step()
    assert kept.session.announced == 1 and first.session.announced == 0


@pytest.mark.parametrize("by", ["disconnect", "lose", "move"])
def test_the_old_link_goes_off_whatever_comes_next(kept, by):
    begin(kept)
    end(kept, CONNECTED)
    if by == "disconnect":
        kept.disconnect()
    elif by == "lose":
        kept.lose("errno", 104, results.NO_SERVER)
    else:
        begin(kept, nic.ETHERNET)
    assert kept.live_sequence.releases == [(False, True)]
