# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Deep sleep that is asked for: how long, and what is done before it."""

import sys
import time
import types

import _connectwith
import machine
import pytest
import server
from clockwork import Clockwork, press_ctrl_c
from connectwith import connection, links, results
from connectwith.api import imp_device
from connectwith.connection import deep_sleep
from connectwith.session import sending
from connectwith.settings import retained


class Asleep(Exception):
    """The device has gone to deep sleep."""


@pytest.fixture
def board(monkeypatch):
    """`did`: what was done, in order; `now`: the time (UTC); `stopping`: looks at the interface
    until it is off, `held`: at those of the local network; `clock` moves with them; `locked`:
    whether callbacks wait."""
    board = types.SimpleNamespace(
        did=[], now=0, set=5, stopping=0, held=0, connected=True, locked=0, flush_ms=0,
        left=[], erased=[],
    )  # fmt: skip
    board.clock = Clockwork(monkeypatch)

    def sleep(duration_ms):
        board.did.append(("sleep", duration_ms))
        assert board.locked, "no callback begins anything now"
        raise Asleep

    def looks(name):
        def look():
            assert board.locked, "no step is made in the middle of another"
            setattr(board, name, getattr(board, name) - 1)
            return getattr(board, name) >= 0

        return look

    def flush(*given):
        board.did.append(("flush", *given[1:]))
        time.sleep_ms(board.flush_ms)

    class Lock:
        def __enter__(self):
            board.locked += 1

        def __exit__(self, *_):
            board.locked -= 1

    control = types.SimpleNamespace(
        disconnect=lambda: board.did.append("disconnect"), is_stopping=looks("stopping"),
        is_connected=lambda: board.connected, timeout_ms=5000, policy=results.RETURN_ON_ERROR,
    )  # fmt: skip
    monkeypatch.setattr(connection, "get", lambda: control)
    monkeypatch.setattr(links, "turn_off", looks("held"))
    monkeypatch.setattr(links, "left_over", board.left.append)
    monkeypatch.setattr(sending, "flush", flush)
    monkeypatch.setattr(_connectwith, "SchedulerLock", Lock, False)
    monkeypatch.setattr(retained, "save", lambda why=0: board.did.append("save"))
    monkeypatch.setattr(retained, "erase", lambda: board.erased.append(len(board.did)))
    monkeypatch.setattr(_connectwith, "keep_session", lambda: board.did.append("keep"))
    monkeypatch.setattr(machine, "deepsleep", sleep, False)
    monkeypatch.setattr(time, "time", lambda: board.now)
    monkeypatch.setattr(time, "gmtime", gmtime)
    monkeypatch.setattr(_connectwith, "clock_quality", lambda now: board.set, False)
    return board


def gmtime(seconds):
    """As MicroPython's: a tuple of eight, with 0 for Monday."""
    days, rest = divmod(seconds, 86400)
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday
    return (1970, 1, 1, rest // 3600, rest // 60 % 60, rest % 60, weekday, 1)


@pytest.mark.parametrize(
    ("seconds", "sleep_ms"),
    [(0, 1), (10, 10_000), (0.25, 250), (0.0001, 1), (2147483, 2147483000), (3600.0, 3600_000)],
)
def test_what_comes_before_it(board, seconds, sleep_ms):
    with pytest.raises(Asleep):
        server.sleepfor(seconds)
    off = ["disconnect", "disconnect", "save", "keep", ("sleep", sleep_ms)]
    assert board.did == ["save", ("flush", 5000, False), *off]
    for sleep, connected in ((imp_device.deepsleepfor, True), (server.sleepfor, False)):
        board.did.clear()
        board.connected = connected
        with pytest.raises(Asleep):
            sleep(seconds)
        assert board.did == ["save", *off]


@pytest.mark.parametrize("which", ["stopping", "held"])
@pytest.mark.parametrize(("looks", "waits_ms"), [(3, 30), (10**6, 60_000)])
def test_the_interfaces_go_off_first(board, which, looks, waits_ms):
    setattr(board, which, looks)
    began_ms = board.clock.now_ms
    with pytest.raises(Asleep):
        imp_device.deepsleepfor(1)
    assert board.clock.now_ms - began_ms == waits_ms
    assert board.did[-1] == ("sleep", 1000)


def test_what_a_run_before_has_left_on_goes_off_too(board, monkeypatch):
    with pytest.raises(Asleep):
        imp_device.deepsleepfor(1)
    assert board.left == [0, 1, 2]
    monkeypatch.setattr(links, "left_over", lambda kind: 1 // (kind - 2))
    told = []
    monkeypatch.setattr(sys, "print_exception", told.append, False)
    with pytest.raises(Asleep):
        imp_device.deepsleepfor(1)
    assert isinstance(told[0], ZeroDivisionError)


def test_callbacks_run_while_the_connection_ends(board):
    board.stopping = 2
    locked = []
    board.clock.slept = [lambda: locked.append(board.locked)]
    with pytest.raises(Asleep):
        imp_device.deepsleepfor(1)
    assert locked == [0]
    # What they have begun is ended.
    assert board.did.count("disconnect") == 2


def test_ctrl_c_ends_the_wait(board):
    board.stopping = 100
    board.clock.slept = [lambda: None, press_ctrl_c]
    with pytest.raises(KeyboardInterrupt):
        server.sleepfor(1)
    assert board.did[-1] == "disconnect" and not board.locked
    assert board.erased == [len(board.did)], "nv is not kept for another sleep"


def test_ctrl_c_at_the_last_moment(board, monkeypatch):
    monkeypatch.setattr(machine, "deepsleep", lambda duration_ms: press_ctrl_c(), False)
    with pytest.raises(KeyboardInterrupt):
        deep_sleep.sleep(connection.get(), 1000, retained.SNOOZE)
    assert board.did[-2:] == ["save", "keep"] and board.erased == [len(board.did)]


@pytest.mark.parametrize("call", [server.sleepfor, imp_device.deepsleepfor, imp_device.sleep])
@pytest.mark.parametrize(
    ("seconds", "error"),
    [(-1, ValueError), (-0.001, ValueError), (2147484, ValueError), (float("nan"), ValueError),
     (float("inf"), ValueError), ("1", TypeError), (None, TypeError), (True, TypeError)],
)  # fmt: skip
def test_a_bad_duration_changes_nothing(board, call, seconds, error):
    with pytest.raises(error, match="sleeptime: must be "):
        call(seconds)
    assert board.did == []


def test_what_nv_cannot_keep_changes_nothing(board, monkeypatch):
    def save():
        raise TypeError("nv: JSON has no bytes")

    monkeypatch.setattr(retained, "save", save)
    with pytest.raises(TypeError, match="nv: "):
        server.sleepfor(1)
    assert board.did == []


THURSDAY_S = 3 * 7 * 86400  # a midnight, weeks after 1970-01-01
NOON_S = THURSDAY_S + 12 * 3600


@pytest.mark.parametrize(
    ("when", "hours"),
    [((13, 0), 1), ((12, 0), 24), ((11, 0), 23), ((12, 0, 1), 1 / 3600), ((0, 0), 12),
     ((11, 59, 59), 24 - 1 / 3600), ((13, 0, 0, None), 1), ((13, 0, 0, 4), 1),
     ((12, 0, 0, 4), 7 * 24), ((11, 0, 0, 4), 7 * 24 - 1), ((12, 0, 0, 5), 24),
     ((12, 0, 0, 3), 6 * 24), ((12, 0, 0, 0), 72), ((12, 0, 0, 6), 48)],
)  # fmt: skip
def test_until_a_time_of_day(board, when, hours):
    board.now = NOON_S
    for call in (server.sleepuntil, imp_device.deepsleepuntil):
        board.did.clear()
        with pytest.raises(Asleep):
            call(*when)
        assert board.did[-1] == ("sleep", round(hours * 3600) * 1000)
        assert (("flush", 5000, False) in board.did) == (call is server.sleepuntil)


@pytest.mark.parametrize(
    ("flush_ms", "looks", "sleep_ms"),
    [(20_000, 0, 40_000), (20_000, 500, 35_000), (0, 10**6, 1), (30_000, 10**6, 1)],
)
def test_what_comes_before_is_a_part_of_the_time_until_then(board, flush_ms, looks, sleep_ms):
    board.now = NOON_S
    board.flush_ms, board.stopping = flush_ms, looks
    with pytest.raises(Asleep):
        server.sleepuntil(12, 1)
    assert board.did[-1] == ("sleep", sleep_ms)
    board.stopping = looks
    with pytest.raises(Asleep):
        server.sleepfor(60)
    assert board.did[-1] == ("sleep", 60_000)


@pytest.mark.parametrize(
    ("when", "error", "name"),
    [((24, 0), ValueError, "hour"), ((-1, 0), ValueError, "hour"), ((0, 60), ValueError, "minute"),
     ((0, 0, 60), ValueError, "second"), ((0, 0, 0, 7), ValueError, "day"),
     ((0, 0, 0, -1), ValueError, "day"), ((1.0, 0), TypeError, "hour"),
     ((True, 0), TypeError, "hour"), ((0, None), TypeError, "minute"),
     ((0, 0, "1"), TypeError, "second"), ((0, 0, 0, "MONDAY"), TypeError, "day")],
)  # fmt: skip
def test_a_bad_time_changes_nothing(board, when, error, name):
    for call in (server.sleepuntil, imp_device.deepsleepuntil):
        with pytest.raises(error, match=f"{name}: must be "):
            call(*when)
    assert board.did == []


def test_an_unset_clock_has_no_time_of_day(board):
    board.set = 0
    with pytest.raises(RuntimeError, match="the clock is not set"):
        server.sleepuntil(12, 0)
    assert board.did == []
