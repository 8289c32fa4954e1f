# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""SUSPEND_ON_ERROR: attempts while the user's code is blocked, then deep sleep."""

import types

import _connectwith
import machine
import pytest
from clockwork import press_ctrl_c
from connectwith import links, results
from connectwith import settings as store
from connectwith.connection import failover, reconnect
from connectwith.connection.job import Job
from connectwith.settings import retained

NIC = {"interface": "wl0"}


class Asleep(Exception):
    """The device has gone to deep sleep."""


@pytest.fixture
def control(monkeypatch, clock):
    """A controller whose attempts take `takes_ms` each and fail, unless it is number `wins`;
    `begun`: when they began, `events` what else was done."""
    control = types.SimpleNamespace(
        policy=results.SUSPEND_ON_ERROR, retry_ms=60_000, stable_ms=30_000, sleep_ms=540_000,
        live=Job.__new__(Job), outage=None, busy=0, connected=False,
        takes_ms=5000, wins=0, begun=[], jobs=[], events=[], stopping_ms=0, ends_ms=None,
    )  # fmt: skip
    control.live.nic, control.live.kind, control.live.settings = NIC, 0, "settings"
    began_ms = clock.now_ms

    def schedule(job):
        control.begun.append(clock.now_ms - began_ms)
        control.jobs.append(job)
        control.ends_ms = clock.now_ms + control.takes_ms

    def is_connecting():
        if control.ends_ms is not None and clock.now_ms >= control.ends_ms:
            control.ends_ms = None
            control.connected = len(control.jobs) == control.wins
        return control.ends_ms is not None

    def is_stopping():
        control.stopping_ms -= 10
        return control.stopping_ms >= 0

    def sleep(duration_ms):
        control.events.append(("sleep", duration_ms, clock.now_ms - began_ms))
        raise Asleep

    control.schedule, control.is_connecting = schedule, is_connecting
    control.is_stopping = is_stopping
    control.is_connected = lambda: control.connected
    control.disconnect = lambda: control.events.append("disconnect")
    control.attempt = types.SimpleNamespace(run_due=lambda: None)
    control.diag = types.SimpleNamespace(tries=None, loss=None, loss_code=0)
    monkeypatch.setattr(machine, "deepsleep", sleep, False)
    monkeypatch.setattr(retained, "save", lambda why: control.events.append(("save", why)))
    monkeypatch.setattr(retained, "erase", lambda: None)
    monkeypatch.setattr(links, "get", lambda kind: kind)
    monkeypatch.setattr(links, "turn_off", lambda: False)
    monkeypatch.setattr(links, "left_over", lambda kind: None)
    monkeypatch.setattr(reconnect.os, "urandom", lambda n: b"\xff" * n)
    monkeypatch.setattr(
        _connectwith, "backoff_ms", lambda tries, base, cap, chance: min(base << tries, cap), False
    )
    return control


def test_a_loss_is_mended_before_it_returns(control):
    control.wins = 3
    reconnect.begin(control, results.NO_SERVER)
    assert control.begun == [999, 999 + 5000 + 1000, 999 + 2 * 5000 + 1000 + 2000]
    assert control.events == [] and control.connected
    job = control.jobs[0]
    assert (job.nic, job.kind, job.settings) == (NIC, 0, "settings")
    assert job.is_reconnect and job.timeout_ms == 60_000 - 999


def test_a_call_that_waits_mends_it_itself(control):
    control.busy = 1
    reconnect.begin(control, results.NO_SERVER)
    assert control.begun == [] and control.outage.result == results.NO_SERVER


def test_then_it_sleeps(control, capsys):
    with pytest.raises(Asleep):
        reconnect.suspend(control)
    *before, saved, (_, duration_ms, at_ms), after = control.events
    assert set(before) == {after} == {"disconnect"}
    assert saved == ("save", 7) and duration_ms == 540_000
    assert 59_000 < at_ms <= 64_000 and "deep sleep for 540 s" in capsys.readouterr().out
    assert all(job.timeout_ms >= 1000 for job in control.jobs)


@pytest.mark.parametrize(("stopping_ms", "waits_ms"), [(3000, 3000), (10**6, 60_000)])
def test_a_modem_goes_off_before_it_sleeps(control, stopping_ms, waits_ms):
    control.takes_ms = 60_000
    control.stopping_ms = stopping_ms
    with pytest.raises(Asleep):
        reconnect.suspend(control)
    _, _, at_ms = control.events[-2]
    assert at_ms - (999 + 60_000) - waits_ms in range(0, 20)


def test_ctrl_c_leaves_it_offline(control, clock):
    clock.slept = [lambda: None] * 50 + [press_ctrl_c]
    with pytest.raises(KeyboardInterrupt):
        reconnect.suspend(control)
    assert control.events == ["disconnect"]


def test_a_callback_may_be_quicker(control, clock):
    clock.slept = [lambda: setattr(control, "connected", True)]
    assert reconnect.suspend(control) is True
    assert control.begun == [] and control.events == []


def test_with_nothing_lost_it_is_as_with_connect(control, monkeypatch):
    control.live = None
    monkeypatch.setattr(store, "load_cloud", lambda: None)
    assert reconnect.suspend(control) is False
    monkeypatch.setattr(store, "load_cloud", lambda: "stored")
    monkeypatch.setattr(store, "fill", lambda config, kind: config)
    monkeypatch.setattr(failover, "candidates", lambda: [1, 2])
    control.wins = 2
    assert reconnect.suspend(control) is True
    assert control.begun[0] == 0, "no pause before the first"
    assert [job.settings for job in control.jobs] == ["stored"] * 2
    assert control.jobs[0].timeout_ms == 60_000, "half of two minutes: cellular is among them"
    assert control.begun[1] in range(5999, 6010)
    assert control.outage is None
