# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The record of a loss: its content, its duration, and the report at its end."""

import types

import _connectwith
import pytest
from clockwork import PERIOD
from connectwith import links, results
from connectwith import settings as store
from connectwith.connection import failover, reconnect
from connectwith.connection.job import Job
from connectwith.settings import nic

NIC = {"interface": "eth0"}
LINK, ADDRESS, DIAL, TLS = 1, 2, 5, 7


@pytest.fixture(params=[0, PERIOD - 1, PERIOD - 45_000])
def clock(request, clock):
    """The clock, whose ticks wrap at various times after the start of the test."""
    clock.now_ms = request.param
    return clock


@pytest.fixture
def control(clock, monkeypatch):
    """A controller that has lost its connection; `jobs` is what it was told to do."""
    monkeypatch.setattr(links, "get", lambda kind: None)
    monkeypatch.setattr(reconnect.os, "urandom", lambda n: b"\xff" * n)
    monkeypatch.setattr(
        _connectwith, "backoff_ms", lambda place, base, cap, chance: min(base << place, cap), False
    )
    control = types.SimpleNamespace(
        retry_ms=60_000, stable_ms=30_000, policy=results.RETURN_ON_ERROR, outage=None, busy=0,
        live=Job(NIC, 1, None, 1), jobs=[], told=[], last_error=None, looked=0,
        attempt=types.SimpleNamespace(
            elapsed_ms=lambda: control.took_ms, stage=lambda: control.at_stage
        ), took_ms=0, at_stage=LINK,
        diag=types.SimpleNamespace(tries=None, loss="link lost", loss_code=0),
    )  # fmt: skip
    control.schedule = control.jobs.append
    control.on_loss = control.told.append
    control.schedule_step = lambda: setattr(control, "looked", control.looked + 1)
    return control


def lose(control, result=results.NO_SERVER):
    reconnect.begin(control, result)
    return control.jobs[-1] if control.jobs else None


def fail(control, clock, job, result, took_ms):
    """`job` runs and ends with `result`; returns the job that follows it."""
    clock.now_ms += job.delay_ms + took_ms
    control.took_ms = took_ms
    following = job.plan.follow(job, result)
    if following is None:
        job.callback(result, "eth0")
    return following


def connect(control, clock, job):
    clock.now_ms += job.delay_ms + 100
    assert job.plan.follow(job, results.SERVER_CONNECTED) is None
    job.callback(results.SERVER_CONNECTED, "eth0")
    control.outage.opened()
    control.live = job
    job.close()


def flap(control, clock, held_ms):
    """Sessions of `held_ms` each until the outage has expired; returns the pauses before them."""
    pauses = []
    while control.outage is None or not control.outage.expired:
        job = lose(control)
        if control.outage.expired:
            break
        pauses.append(job.delay_ms)
        connect(control, clock, job)
        clock.now_ms += held_ms
    return pauses


def test_the_first_attempt_has_what_its_pause_leaves(control):
    job = lose(control)
    assert (job.delay_ms, job.timeout_ms) == (999, 59_001)
    assert (job.nic, job.kind) == (NIC, 1)
    assert not job.has_next()


def test_sessions_that_do_not_hold_end_neither_pauses_nor_minute(control, clock):
    pauses = flap(control, clock, 10)
    assert pauses == [999, 1000, 2000, 4000, 8000, 16000, 16000, *pauses[7:]]
    assert sum(pauses) <= 60_000 and len(pauses) == 8
    assert control.looked == 1 and control.told == []
    control.outage.report()
    assert control.told == [results.NO_SERVER] and control.outage is None


@pytest.mark.parametrize(("held_ms", "over"), [(29_999, True), (30_000, False)])
def test_a_session_that_has_held_ends_it(control, clock, held_ms, over):
    for _ in range(3):
        job = lose(control)
        if control.outage.expired:
            break
        connect(control, clock, job)
        clock.now_ms += held_ms
        assert control.outage.is_stable() is not over
    assert control.outage.expired is over
    if not over:
        assert control.jobs[-1].delay_ms == 999


@pytest.mark.parametrize(("left_ms", "over"), [(1999, True), (2000, False)])
def test_the_end_of_the_minute(control, clock, left_ms, over):
    job = lose(control)
    begun = clock.now_ms
    connect(control, clock, job)
    clock.now_ms = begun + 60_000 - left_ms
    control.stable_ms = 60_001
    lose(control)
    assert control.outage.expired is over
    assert len(control.jobs) == (1 if over else 2)
    if not over:
        assert (control.jobs[-1].delay_ms, control.jobs[-1].timeout_ms) == (1000, 1000)


@pytest.mark.parametrize(
    ("timeout_ms", "took_ms", "told"),
    [
        (1000, 1000, results.NOT_RESOLVED),  # cut
        (14_999, 14_999, results.NOT_RESOLVED),
        (15_000, 15_000, results.NO_LINK),  # a fair part of the minute
        (1000, 999, results.NO_LINK),  # it has ended by itself
    ],
)
def test_what_the_minute_cuts_is_not_told(control, clock, timeout_ms, took_ms, told):
    job = lose(control)
    begun = clock.now_ms
    job = fail(control, clock, job, results.NOT_RESOLVED, 50)
    clock.now_ms = begun + 59_000
    job.timeout_ms, job.delay_ms = timeout_ms, 0
    assert fail(control, clock, job, results.NO_LINK, took_ms) is None
    assert control.told == [told] and control.last_error == told


def test_the_only_attempt_is_told_although_the_minute_has_cut_it(control, clock):
    job = lose(control)
    assert fail(control, clock, job, results.NO_LINK, job.timeout_ms) is None
    assert control.told == [results.NO_LINK]


def test_a_policy_that_has_no_handler(control, clock):
    job = lose(control)
    control.policy = results.SUSPEND_ON_ERROR
    fail(control, clock, job, results.NO_LINK, job.timeout_ms)
    assert control.told == [] and control.outage is None


def test_nothing_keeps_the_job_before(control, clock):
    first = control.live
    job = lose(control)
    outage = control.outage
    connect(control, clock, job)
    control.outage = None
    second = lose(control)
    assert second.plan is not outage and job.plan is None and job.callback is None
    kept = [*vars(second).values(), *vars(second.plan).values()]
    assert first not in kept and outage not in kept


def test_a_standstill_over_cellular_has_twice_the_time(control, clock):
    control.live.kind = 2
    control.policy = results.SUSPEND_ON_ERROR
    control.busy = 1
    lose(control)
    assert control.jobs == [] and control.outage.left_ms(clock.now_ms) == 120_000
    assert control.outage.pause_ms() == 0


@pytest.fixture
def ordered(control, monkeypatch):
    """A controller that has lost a connection over Ethernet that `server.connect()` had made."""
    monkeypatch.setattr(store, "fill", lambda config, kind: {**config, "stored": True})
    control.candidates = [nic.ETHERNET, nic.WIFI, nic.CELLULAR]
    monkeypatch.setattr(failover, "candidates", lambda: control.candidates)
    control.live.by_order = True
    return control


def rounds(control, clock, job, failures):
    """Jobs that end with these (stage, result, took_ms); returns all that were begun."""
    begun = [job]
    for stage, result, took_ms in failures:
        control.at_stage = stage
        job = fail(control, clock, job, result, took_ms)
        begun.append(job)
    return begun


def test_a_round_goes_through_the_interfaces(ordered, clock):
    jobs = rounds(ordered, clock, lose(ordered, results.NO_LINK), [
        (LINK, results.NO_LINK, 5000), (LINK, results.NO_WIFI, 3000), (LINK, 10, 10000),
        (LINK, results.NO_LINK, 5000),
    ])  # fmt: skip
    assert [job.kind for job in jobs] == [1, 0, 2, 1, 0]
    assert [job.delay_ms for job in jobs] == [999, 0, 0, 1000, 0], "a pause before each round"
    assert [job.nic for job in jobs[:2]] == [NIC, {"interface": "wl0", "stored": True}]
    assert all(job.is_reconnect and job.by_order and job.has_next() for job in jobs)
    assert ordered.diag.tries == {"eth0": 1, "wl0": 1, "cell0": 10}


def test_the_minute_is_shared(ordered, clock):
    jobs = rounds(ordered, clock, lose(ordered), [
        (LINK, results.NO_LINK, 5000), (LINK, results.NO_WIFI, 3001)
    ])  # fmt: skip
    assert [job.timeout_ms for job in jobs] == [59_001 // 3, 54_001 // 2, 51_000]


def test_the_last_one_leaves_time_for_another_round(ordered, clock):
    ordered.candidates = [nic.ETHERNET, nic.WIFI]
    jobs = rounds(ordered, clock, lose(ordered), [(LINK, results.NO_LINK, 5000)])
    assert [job.timeout_ms for job in jobs] == [59_001 // 2, 54_001 // 2]


@pytest.mark.parametrize(("stage", "pause_ms"), [(DIAL - 1, 0), (DIAL, 1000), (TLS, 1000)])
def test_the_server_is_spared(ordered, clock, stage, pause_ms):
    """An attempt that has reached it is followed by a pause, whatever comes next."""
    jobs = rounds(ordered, clock, lose(ordered), [(stage, results.NO_SERVER, 50)])
    assert (jobs[1].kind, jobs[1].delay_ms) == (nic.WIFI, pause_ms)


@pytest.mark.parametrize(
    ("failures", "told"),
    [
        ([], results.NO_LINK),  # of the loss
        ([(LINK, results.NO_LINK, 1), (LINK, results.NO_WIFI, 1), (LINK, 10, 1)], results.NO_LINK),
        ([(LINK, results.NO_LINK, 1), (ADDRESS, results.NO_IP_ADDRESS, 1)], 2),
        ([(LINK, results.NO_LINK, 1), (TLS, results.NO_SERVER, 1), (LINK, 10, 1)], 4),
        ([(TLS, results.NO_SERVER, 1), (DIAL, results.NO_PROXY, 1)], results.NO_SERVER),
    ],
)
def test_the_code_of_the_one_that_got_furthest(ordered, clock, failures, told):
    rounds(ordered, clock, lose(ordered, results.NO_LINK), failures)
    ordered.outage.report()
    assert ordered.told == [told] and ordered.last_error == told


def test_a_session_in_between_begins_the_next_round(ordered, clock):
    jobs = rounds(ordered, clock, lose(ordered, results.NO_LINK), [(LINK, results.NO_LINK, 5000)])
    connect(ordered, clock, jobs[-1])
    job = lose(ordered, results.NO_SERVER)
    assert job.kind == nic.ETHERNET and job.delay_ms == 1000
    ordered.outage.report()
    assert ordered.told == [results.NO_SERVER], "that of the session over Wi-Fi"


def test_a_connection_of_connectwith_stays_with_its_interface(ordered, clock):
    ordered.live.by_order = False
    jobs = rounds(ordered, clock, lose(ordered), [(LINK, results.NO_LINK, 5000)] * 2)
    assert [job.kind for job in jobs] == [1, 1, 1] and not jobs[0].has_next()
    assert ordered.diag.tries is None


def test_an_interface_whose_settings_are_gone_is_tried_alone(ordered, clock):
    ordered.candidates = [nic.WIFI]
    jobs = rounds(ordered, clock, lose(ordered), [(LINK, results.NO_LINK, 5000)])
    assert [job.kind for job in jobs] == [1, 1]


@pytest.mark.parametrize(("first", "pause_ms"), [(nic.CELLULAR, 0), (nic.WIFI, 999)])
def test_a_modem_that_comes_first_is_called_at_once(ordered, first, pause_ms):
    ordered.candidates = [first, nic.ETHERNET]
    assert lose(ordered).delay_ms == pause_ms


def test_a_call_that_blocks_goes_round_too(ordered, clock):
    ordered.policy = results.SUSPEND_ON_ERROR
    ordered.busy = 1
    lose(ordered, results.NO_LINK)
    outage = ordered.outage
    kinds, pauses = [], []
    for _ in range(4):
        pauses.append(outage.pause_ms())
        job = outage.job(60_000, None)
        kinds.append(job.kind)
        assert job.plan.follow(job, results.NO_LINK) is None, "the call begins the next one"
    assert kinds == [1, 0, 2, 1] and pauses == [999, 0, 0, 1000]


@pytest.mark.parametrize(
    ("loss", "code", "first"),
    [("closed by the server", 0, 0), ("errno", 104, 0), ("errno", 103, 1), ("link lost", 0, 1),
     ("no answer to PINGREQ", 0, 1), ("send timeout", 0, 1)],
)  # fmt: skip
def test_a_link_that_works_is_tried_before_the_first_round(ordered, clock, loss, code, first):
    ordered.diag.loss, ordered.diag.loss_code = loss, code
    ordered.live.kind = nic.WIFI
    jobs = rounds(ordered, clock, lose(ordered), [(DIAL, results.NO_SERVER, 50)] * 5)
    kinds = [1, 0, 2, 1, 0, 2] if first else [0, 1, 0, 2, 1, 0]
    assert [job.kind for job in jobs] == kinds
    assert jobs[0].delay_ms == 999 and jobs[1].delay_ms == 1000
    assert jobs[0].timeout_ms == 59_001 // (3 if first else 4)


def test_a_modem_whose_session_was_closed_is_called_at_once(ordered):
    ordered.diag.loss = "closed by the server"
    ordered.live.kind = nic.CELLULAR
    job = lose(ordered)
    assert (job.kind, job.delay_ms) == (nic.CELLULAR, 0)
