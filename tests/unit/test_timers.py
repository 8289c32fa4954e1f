# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The user's timers, the idle callback and the watch: one alarm for all of them."""

import sys

import _connectwith
import pytest
from clockwork import Alarm, press_ctrl_c
from connectwith.local import timers


@pytest.fixture
def service(monkeypatch, clock):
    monkeypatch.setattr(_connectwith, "Alarm", Alarm, False)
    monkeypatch.setattr(timers, "_service", None)
    return timers.get()


def turn(clock, service, after_ms=0):
    clock.now_ms += after_ms
    service.alarm.ring()
    return service.alarm.due_ms


def test_there_is_one_service(service):
    assert timers.get() is service


def test_a_timer_runs_when_it_is_due_and_not_before(clock, service):
    ran = []
    service.start(1000, lambda: ran.append(1))
    assert service.alarm.settings == [0], "a turn as soon as possible"
    assert turn(clock, service) == 1000
    assert turn(clock, service, 999) == 1 and not ran
    assert turn(clock, service, 1) == 86400000 and ran == [1]
    turn(clock, service, 5000)
    assert ran == [1]


def test_timers_run_in_the_order_of_their_times_and_of_their_starts(clock, service):
    ran = []
    for delay_ms, name in ((300, "c"), (100, "a"), (200, "b"), (100, "A"), (300, "C")):
        service.start(delay_ms, lambda name=name: ran.append(name))
    turn(clock, service)
    turn(clock, service, 100)
    assert ran == ["a", "A"]
    turn(clock, service, 200)
    assert ran == ["a", "A", "b", "c", "C"]


def test_asking_again_and_again_does_not_put_the_alarm_off(clock, service):
    for _ in range(3):
        service.start(10, lambda: None)
    assert service.alarm.settings == [0]
    turn(clock, service)
    service.start(10, lambda: None)
    assert service.alarm.settings == [10, 0], "after a turn it may be asked for again"


def test_a_timer_outlives_the_wrap_of_the_ticks(clock, service):
    ran = []
    service.start(3 * 86400000, lambda: ran.append(1))
    for _ in range(3):
        assert turn(clock, service) == 86400000 and not ran
        clock.now_ms += 86400000
    turn(clock, service)
    assert ran == [1]


def test_a_timer_of_a_callback_waits_for_the_next_turn(clock, service):
    ran = []

    def again():
        ran.append(clock.now_ms)
        service.start(0, again)

    service.start(0, again)
    assert turn(clock, service) == 0 and len(ran) == 1
    assert turn(clock, service) == 0 and len(ran) == 2


def test_a_callback_that_raises_stops_nothing(clock, service, monkeypatch):
    told = []
    monkeypatch.setattr(sys, "print_exception", told.append, False)
    ran = []
    service.start(0, lambda: 1 / 0)
    service.start(0, lambda: ran.append(1))
    turn(clock, service)
    assert ran == [1] and isinstance(told[0], ZeroDivisionError)


def test_ctrl_c_in_a_callback_leaves_the_alarm_set(clock, service):
    ran = []
    service.start(0, press_ctrl_c)
    service.start(50, lambda: ran.append(1))
    with pytest.raises(KeyboardInterrupt):
        service.alarm.ring()
    assert service.alarm.due_ms == 50
    turn(clock, service, 50)
    assert ran == [1]


def test_cancelled_timers_do_not_run_and_keep_nothing(clock, service):
    ran = []
    timer = service.start(10, lambda: ran.append(1))
    other = service.start(10, lambda: ran.append(2))
    service.cancel(timer)
    assert timer.callback is None
    turn(clock, service, 10)
    assert ran == [2]
    service.cancel(other)
    service.cancel(timer)
    with pytest.raises(TypeError, match="^timer: "):
        service.cancel(None)


def test_idle_is_told_once_and_when_it_is_true(clock, service):
    ran = []
    idle = [False]
    service.on_idle(lambda: ran.append(1), lambda: idle[0])
    assert service.alarm.due_ms == 0
    assert turn(clock, service) == 10 and not ran, "looked at every 10 ms"
    idle[0] = True
    turn(clock, service)
    assert ran == [1]
    turn(clock, service)
    assert ran == [1]


def test_idle_between_two_turns_is_not_waited_for(clock, service):
    answers = [False, True]
    service.on_idle(lambda: None, lambda: answers.pop(0))
    assert turn(clock, service) == 0


def test_the_watch_says_when_it_wants_to_be_called(clock, service):
    waits = [20, -1]
    service.watch(lambda: waits.pop(0))
    assert service.alarm.due_ms == 0
    assert turn(clock, service) == 20 and waits == [-1]
    assert turn(clock, service, 19) == 1 and waits == [-1]
    assert turn(clock, service, 1) == 86400000 and waits == []
    turn(clock, service, 100)


def test_a_watch_that_is_set_meanwhile_is_called_at_once(clock, service):
    def first():
        service.watch(lambda: -1)
        return 500

    service.watch(first)
    assert turn(clock, service) == 0


def test_the_earlier_of_timer_and_watch_sets_the_alarm(clock, service):
    service.watch(lambda: 20)
    service.start(15, lambda: None)
    assert turn(clock, service) == 15
    assert turn(clock, service, 15) == 5
