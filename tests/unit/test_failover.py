# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`server.connect`: which interfaces are tried, in which order, and how long each."""

import types

import pytest
from connectwith import links, results
from connectwith import settings as store
from connectwith.connection import failover
from connectwith.connection.job import milliseconds
from connectwith.settings import nic

SETTINGS = object()


@pytest.fixture
def board(monkeypatch):
    """`fitted` and `configured`: classes of links that this board has, and has settings for."""
    board = types.SimpleNamespace(
        fitted={nic.WIFI, nic.ETHERNET, nic.CELLULAR},
        configured={nic.WIFI, nic.ETHERNET, nic.CELLULAR},
    )

    def get(kind):
        if kind not in board.fitted:
            raise ValueError("interface: not on this board")
        return kind

    monkeypatch.setattr(links, "get", get)
    monkeypatch.setattr(links, "check_fitted", get)
    monkeypatch.setattr(failover, "_custom", [])
    monkeypatch.setattr(store, "load_nic", lambda kind: {} if kind in board.configured else None)
    monkeypatch.setattr(store, "fill", lambda config, kind: {**config, "filled": kind})
    monkeypatch.setattr(store, "load_cloud", lambda: SETTINGS)
    return board


@pytest.fixture
def control():
    """A controller that is offline; `jobs`: what it was told to run."""
    control = types.SimpleNamespace(
        policy=results.RETURN_ON_ERROR, connected=False, jobs=[], backs=0, took_ms=0,
        diag=types.SimpleNamespace(tries=None),
    )  # fmt: skip
    control.is_connected = lambda: control.connected
    control.run = control.jobs.append
    control.reconnect = lambda: setattr(control, "backs", control.backs + 1)
    control.attempt = types.SimpleNamespace(elapsed_ms=lambda: control.took_ms)
    return control


def kinds_tried(control, result=results.NO_SERVER):
    """The classes in the order in which they are tried when each ends with `result`."""
    job, tried = control.jobs[0], []
    while job is not None:
        tried.append(job.kind)
        job = job.plan.follow(job, result)
    return tried


def test_the_default_order(board, control):
    failover.connect(control, None, None)
    assert kinds_tried(control) == [nic.ETHERNET, nic.WIFI, nic.CELLULAR]
    assert control.diag.tries == {"eth0": 4, "wl0": 4, "cell0": 4}


def test_success_is_the_end(board, control):
    failover.connect(control, None, None)
    assert kinds_tried(control, results.SERVER_CONNECTED) == [nic.ETHERNET]
    assert control.diag.tries == {"eth0": 5}


def test_each_has_its_own_time_by_default(board, control):
    failover.connect(control, None, None)
    first = control.jobs[0]
    second = first.plan.follow(first, results.NO_LINK)
    third = second.plan.follow(second, results.NO_WIFI)
    assert [job.timeout_ms for job in (first, second, third)] == [60000, 60000, 120000]
    assert [job.has_next() for job in (first, second, third)] == [True, True, False]
    assert [job.index for job in (first, second, third)] == [0, 1, 2]
    assert second.nic == {"interface": "wl0", "filled": nic.WIFI}
    assert second.settings is SETTINGS


def test_a_timeout_is_shared(board, control):
    failover.connect(control, None, 90)
    first = control.jobs[0]
    assert first.timeout_ms == 30000
    control.took_ms = 10000
    second = first.plan.follow(first, results.NO_LINK)
    assert second.timeout_ms == 40000, "half of what is left"
    control.took_ms = 40000
    third = second.plan.follow(second, results.NO_WIFI)
    assert third.timeout_ms == 40000
    control.took_ms = 40000
    assert third.plan.follow(third, results.NO_SERVER) is None


@pytest.mark.parametrize(("took_ms", "has_next"), [(999, True), (1000, False), (1001, False)])
def test_no_time_left(board, control, took_ms, has_next):
    failover.connect(control, None, 1)
    control.took_ms = took_ms
    following = control.jobs[0].plan.follow(control.jobs[0], results.NO_LINK)
    assert (following is not None) is has_next
    assert not has_next or following.timeout_ms == 1


def test_what_is_not_fitted_or_not_configured_is_not_tried(board, control):
    board.fitted.discard(nic.ETHERNET)
    board.configured.discard(nic.WIFI)
    failover.connect(control, None, None)
    assert kinds_tried(control) == [nic.CELLULAR]


def test_with_nothing_configured_the_first_one_tells_why(board):
    board.configured.clear()
    assert failover.candidates() == [nic.ETHERNET]
    board.fitted.discard(nic.ETHERNET)
    assert failover.candidates() == [nic.WIFI]


def test_a_custom_order_comes_first(board, control):
    failover.set_interfaces(["cell0", "wl0", "cell"])
    assert failover.get_interfaces() == ["cell", "wifi"]
    assert failover.candidates() == [nic.CELLULAR, nic.WIFI, nic.ETHERNET]
    failover.set_interfaces(())
    assert failover.get_interfaces() == ["ethernet", "wifi", "cell"]
    board.fitted.discard(nic.WIFI)
    assert failover.get_interfaces() == ["ethernet", "cell"]


@pytest.mark.parametrize(
    ("value", "error"),
    [("wl0", TypeError), (None, TypeError), ([1], TypeError), (["wl0", None], TypeError),
     (["wlan"], ValueError)],
)  # fmt: skip
def test_a_refused_order_changes_nothing(board, value, error):
    failover.set_interfaces(["wl0"])
    with pytest.raises(error):
        failover.set_interfaces(value)
    assert failover.get_interfaces() == ["wifi"]


def test_the_callback_has_the_result_alone(board, control):
    told = []
    failover.connect(control, told.append, None)
    control.jobs[0].callback(results.NO_LINK, "eth0")
    assert told == [results.NO_LINK]
    failover.connect(control, None, None)
    assert control.jobs[1].callback is None


def test_connected_already(board, control):
    control.connected = True
    failover.connect(control, None, None)
    assert control.jobs == []


@pytest.mark.parametrize("connected", [True, False])
def test_suspended(board, control, connected):
    control.policy = results.SUSPEND_ON_ERROR
    control.connected = connected
    failover.connect(control, "no callback", "no timeout")
    assert control.jobs == [] and control.backs == (not connected)


@pytest.mark.parametrize("policy", [results.SUSPEND_ON_ERROR, results.RETURN_ON_ERROR])
def test_without_a_server(board, control, monkeypatch, policy):
    control.policy = policy
    monkeypatch.setattr(store, "load_cloud", lambda: None)
    with pytest.raises(RuntimeError, match="no server"):
        failover.connect(control, None, None)
    assert control.jobs == [] and control.backs == 0


@pytest.mark.parametrize("timeout", [0, -1, 86401, "1", True, None])
def test_timeouts(board, control, timeout):
    if timeout is None:
        failover.connect(control, None, 86400)
        assert control.jobs[0].timeout_ms == 28800000
        assert milliseconds(0.0001) == 1 and milliseconds(0.5) == 500
        return
    with pytest.raises((TypeError, ValueError), match="^timeout: "):
        failover.connect(control, None, timeout)
    with pytest.raises(TypeError, match="^callback: "):
        failover.connect(control, 1, None)
    assert control.jobs == []
