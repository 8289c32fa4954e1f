# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The one connection: what the end of an attempt, a loss and a call of the user's change."""

import sys
import types

import _connectwith
import pytest
from connectwith import connection, links, results, session
from connectwith import settings as store
from connectwith.connection import reconnect
from connectwith.connection.job import Job, milliseconds
from connectwith.diagnostics import info
from connectwith.session import messages
from connectwith.settings import nic
from controller_stand_in import Attempt, PowerDown, Sequence

CONNECTED = results.SERVER_CONNECTED
SETTINGS = object()


@pytest.fixture
def control(monkeypatch, clock):
    """A controller of its own; `told`: what the callback of an attempt was given."""
    from connectwith.connection import power_down, sequence

    monkeypatch.setattr(_connectwith, "Attempt", Attempt, False)
    monkeypatch.setattr(_connectwith, "key_source", lambda: "nvs-plain", False)
    monkeypatch.setattr(sequence, "Sequence", Sequence)
    monkeypatch.setattr(power_down, "PowerDown", PowerDown)
    monkeypatch.setattr(links, "get", lambda kind: kind)
    monkeypatch.setattr(store, "load_cloud", lambda: SETTINGS)
    monkeypatch.setattr(store, "fill", lambda config, kind: config)
    monkeypatch.setattr(store, "load_nic", lambda kind: None)
    monkeypatch.setattr(connection, "_controller", None)
    control = connection.get()
    control.policy = results.RETURN_ON_ERROR
    return control


def attempt(control, **more):
    """Begins one over Ethernet."""
    control.connectwith({"interface": "eth0", **more}, None, None)
    return control._job


def connect(control):
    job = attempt(control)
    control.attempt.is_running = False
    control._on_end(CONNECTED, None)
    control.attempt.calls.clear()
    control.sequence.releases.clear()
    return job


def test_there_is_one_controller(control):
    assert connection.get() is control


def test_an_attempt_begins(control):
    def callback(result, interface):
        pass

    control.connectwith({"interface": "eth0"}, callback, 5)
    assert control.attempt.calls[-1] == ("start", nic.ETHERNET, 5000, callback, "eth0")
    assert control.sequence.begun == [control._job] and control.is_connecting()
    assert control._step() == 77 and not control.is_idle()
    assert control.sequence.releases == [(True, False)], "what there was is closed first"


@pytest.mark.parametrize(("interface", "timeout_ms"), [("wl0", 60000), ("cell0", 120000)])
def test_default_times(control, interface, timeout_ms):
    block = {"wl0": {"wificonfig": {"ssid": "a", "key": ""}}, "cell0": {}}[interface]
    control.connectwith({"interface": interface, **block}, None, None)
    assert control.attempt.calls[-1][2] == timeout_ms


@pytest.mark.parametrize(
    ("config", "callback", "timeout", "error"),
    [({"interface": "x"}, None, None, ValueError), ({"interface": "eth0"}, 1, None, TypeError),
     ({"interface": "eth0"}, None, 0, ValueError), ({"interface": "eth0"}, None, "1", TypeError),
     ({"interface": "eth0"}, None, 86400.1, ValueError), (None, None, None, TypeError)],
)  # fmt: skip
def test_a_refused_call_changes_nothing(control, config, callback, timeout, error):
    job = attempt(control)
    calls = list(control.attempt.calls)
    with pytest.raises(error):
        control.connectwith(config, callback, timeout)
    assert control._job is job and control.attempt.calls == calls


def test_no_attempt_under_suspend_or_without_a_server(control, monkeypatch):
    monkeypatch.setattr(store, "load_cloud", lambda: None)
    with pytest.raises(RuntimeError, match="server"):
        attempt(control)
    control.policy = results.SUSPEND_ON_ERROR
    with pytest.raises(RuntimeError, match="SUSPEND"):
        attempt(control)
    assert control._job is None


def test_success(control):
    job = attempt(control)
    control.last_error = results.NO_LINK
    control._on_end(CONNECTED, None)
    assert control.is_connected() and control.live is job and control._job is None
    assert control.last_error is None and control.attempt.calls[-1] == ("wake", 1)
    assert control.sequence.releases == [(True, False)], "the link stays"
    assert not control.is_connecting() and control.diag.successes == 1
    assert control.job_on(control.link) is job


def test_failure(control):
    attempt(control)
    control._on_end(results.NO_LINK, None)
    assert not control.is_connected() and control.live is None and control._job is None
    assert control.last_error == results.NO_LINK
    assert control.sequence.releases[1:] == [(False, True)], "no goodbye; held links stay"
    assert control.is_idle() and not control.is_connecting()


def test_the_job_that_has_ended_keeps_nothing(control):
    told = []
    control.connectwith({"interface": "eth0"}, told.append, None)
    job = control._job
    control._on_end(CONNECTED, None)
    assert job.callback is None and job.plan is None


def test_a_plan_goes_on_at_once_or_later(control, clock):
    job = attempt(control)
    following = [Job({"interface": "wl0"}, nic.WIFI, SETTINGS, 7) for _ in range(2)]
    following[0].plan = job.plan = types.SimpleNamespace(
        follow=lambda job, result: following.pop(0), has_next=lambda job: True
    )
    following[1].delay_ms = 250
    control._on_end(results.NO_LINK, None)
    assert control._job.kind == nic.WIFI and control.attempt.calls[-1][:3] == ("start", 0, 7)
    assert control._job.has_next()
    control._on_end(results.NO_WIFI, None)
    assert control._job is None and control.is_connecting() and not control.attempt.is_running
    assert control.attempt.calls[-2:] == [("abandon",), ("wake", 250)]
    clock.now_ms += 249
    assert control._step() == 1 and control._job is None
    control.power_down.stopping_ms = 100
    assert control._step() == 1
    clock.now_ms += 1
    control._step()
    assert control._job is not None and control._next is None


def test_disconnect(control):
    connect(control)
    gone = []
    control.on_superseded = lambda: gone.append(1)
    generation = control.generation
    control.disconnect()
    assert gone == [1] and control.generation == generation + 1 and control.on_superseded is None
    assert not control.is_connected() and control.live is None
    assert control.sequence.releases == [(True, True)]
    assert control.attempt.calls == [("abandon",)]


def test_a_driver_that_raises_does_not_hold_up_the_report(control, monkeypatch):
    told = []
    monkeypatch.setattr(sys, "print_exception", told.append, False)
    attempt(control)
    monkeypatch.setattr(control.sequence, "release", lambda *_: 1 / 0)
    control._on_end(results.NO_LINK, None)
    assert isinstance(told[0], ZeroDivisionError) and control._job is None
    assert control.diag.result == results.NO_LINK


@pytest.fixture
def lost(monkeypatch):
    lost = []
    monkeypatch.setattr(reconnect, "begin", lambda control, result: lost.append(result))
    return lost


def test_a_link_that_is_lost(control, lost):
    connect(control)
    control.sequence.link_state = links.FAILED
    control.session.state = session._CLOSED
    assert control._step() == -1
    assert lost == [results.NO_WIFI] and control.last_error == results.NO_WIFI
    assert (control.diag.loss, control.diag.losses) == ("link lost", 1)
    assert not control.is_connected() and control.sequence.releases == [(False, True)]
    control.lose("again", 0, results.NO_SERVER)
    assert lost == [results.NO_WIFI], "once"


def test_flush_before_the_first_session_makes_none(control):
    control.sequence.session = None
    control.sequence.make_session = None
    assert control.flush(1) is True and control.sequence.session is None
    with pytest.raises(ValueError):
        control.flush(0)


def test_a_session_that_breaks(control, lost):
    connect(control)
    control.session.state = session._CLOSED
    control.sequence.limits.doubtful = True
    assert control._step() == 4 and not lost, "it may be the link"
    control.sequence.limits.doubtful = False
    control._step()
    assert lost == [results.NO_SERVER] and control.diag.loss_code == 104


def test_a_step_that_raises_ends_the_session(control, lost):
    connect(control)
    control._on_end(0, MemoryError())
    assert lost == [results.NOT_CONNECTED] and control.diag.loss == "MemoryError"
    control._on_end(0, None)
    assert len(lost) == 1


@pytest.mark.parametrize(
    ("busy", "stopping_ms", "wait_ms"),
    [(False, -1, 500), (True, -1, 4), (False, 2, 2), (True, 10, 4), (False, 500, 500),
     (False, 0, 0), (False, 501, 500), (False, 60_000, 500)],
)  # fmt: skip
def test_when_a_session_is_looked_at_again(control, busy, stopping_ms, wait_ms):
    connect(control)
    control.session.is_busy = busy
    control.power_down.stopping_ms = stopping_ms
    assert control._step() == wait_ms
    assert control.sequence.limits.resets == (not busy)


def test_steps_keep_out_of_a_call_that_waits(control):
    connect(control)
    control.session.state = session._CLOSED
    control.busy = 1
    assert control._step() == 1 and control.is_connected() and not control.is_idle()


def test_messages_are_delivered_one_a_step(control, monkeypatch):
    connect(control)
    got = []
    monkeypatch.setattr(messages, "deliver", lambda to, message: got.append(message))
    control.session.inbound = ["a", "b"]
    assert not control.is_idle()
    assert control._step() == 0 and got == ["a"]
    assert control._step() == 0 and got == ["a", "b"] and control.is_idle()


@pytest.mark.parametrize("passed", [True, False])
def test_an_outage_is_forgotten_when_the_session_has_held(control, passed):
    connect(control)
    outage = control.outage = types.SimpleNamespace(
        is_stable=lambda: passed, unstable_ms=lambda: 1000, expired=False
    )
    control._step()
    assert control.outage is (None if passed else outage)


def test_an_outage_that_is_over_is_told(control):
    told = []
    control.outage = types.SimpleNamespace(expired=False, report=lambda: told.append(1))
    assert control._step() == -1 and not told and not control.is_connecting()
    control.outage.expired = True
    assert control.is_connecting()
    assert control._step() == 0 and told == [1]


def test_a_session_after_an_outage_is_noted(control):
    came = []
    control.outage = types.SimpleNamespace(opened=lambda: came.append(1), expired=False)
    control.schedule(Job({"interface": "eth0"}, 1, SETTINGS, 7))
    control._on_end(CONNECTED, None)
    assert came == [1]


def test_transitions_are_told_in_order(control):
    told = []
    control.diag.watcher = lambda stage, ms: told.append((stage, ms))
    attempt(control)
    control.attempt.stages, control.attempt.at_stage = [(0, 5), (1, 20)], 2
    assert [control._step() for _ in range(3)] == [0, 0, 77]
    assert told == [("HARDWARE", 5), ("LINK", 20)]
    control.attempt.stages += [(2, 1), (8, 3)]
    control._on_end(CONNECTED, None)
    assert told[2:] == [("ADDRESS", 1), ("SESSION", 3)]
    attempt(control)
    assert control._reported == 0


def test_a_watcher_that_begins_another_attempt(control):
    attempt(control)

    def watcher(stage, ms):
        control.diag.watcher = None
        attempt(control)

    control.diag.watcher = watcher
    control.attempt.stages, control.attempt.at_stage = [(0, 5)], 1
    control._on_end(results.NO_LINK, None)
    assert control._job is not None and control._reported == 0, "the new one is not closed"


@pytest.mark.parametrize("policy", [0, 1, 2])
@pytest.mark.parametrize("wait", [0, 1])
def test_policies(control, policy, wait):
    control.set_policy(policy, wait, 0.25)
    assert (control.policy, control.wait, control.timeout_ms) == (policy, wait, 250)


@pytest.mark.parametrize(
    "arguments", [(3, 0, 1), (-1, 0, 1), (True, 0, 1), (0, 2, 1), (0, False, 1), (0, -1, 1),
                  (0, 0, 0), (0, 1, None)],
)  # fmt: skip
def test_refused_policies_change_nothing(control, arguments):
    with pytest.raises((TypeError, ValueError)):
        control.set_policy(*arguments)
    assert (control.policy, control.wait, control.timeout_ms) == (1, 0, 30000)


def test_sending_offline(control):
    assert control.send("log", b"x") == results.SEND_ERROR_NOT_CONNECTED
    control.policy = results.SUSPEND_ON_ERROR
    control.live = None
    control.busy = 1
    assert control.send("log", b"x") == results.SEND_ERROR_WOULDBLOCK


@pytest.mark.parametrize(
    ("policy", "busy", "asked"), [(0, 0, True), (0, 1, False), (1, 0, False), (2, 0, False)]
)
def test_only_suspend_brings_it_back(control, monkeypatch, policy, busy, asked):
    monkeypatch.setattr(reconnect, "suspend", lambda control: True)
    control.policy, control.busy = policy, busy
    assert control.reconnect() is asked


def test_the_current_config(control, monkeypatch):
    assert info.current_config(control) is None
    stored = {nic.CELLULAR: {"interface": "cell0"}, nic.WIFI: None}
    monkeypatch.setattr(store, "load_nic", stored.get)
    assert info.current_config(control) == {"interface": "cell0"}
    stored[nic.WIFI] = {"interface": "wl0"}
    assert info.current_config(control) == {"interface": "wl0"}
    job = connect(control)
    control.disconnect()
    current = info.current_config(control)
    assert current == job.nic and current is not job.nic


@pytest.mark.parametrize(
    ("seconds", "ms"), [(1, 1000), (0.0001, 1), (86400, 86400000), (1.9999, 1999)]
)
def test_seconds(seconds, ms):
    assert milliseconds(seconds) == ms
