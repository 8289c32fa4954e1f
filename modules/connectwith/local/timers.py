# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The user's timers, the idle callback, and the regular call for local interfaces."""

import time

import _connectwith
from micropython import const

from connectwith import call

_LONGEST_MS = const(86400000)  # the longest setting of the alarm; longer waits take several

_service = None


def get():
    """The service of this run of the firmware."""
    global _service
    if _service is None:
        with _connectwith.SchedulerLock():
            if _service is None:
                _service = Service()
    return _service


class Timer:
    """What `imp.wakeup` returns and `imp.cancelwakeup` takes."""

    def __init__(self, due_ms, callback, iteration):
        self.due_ms = due_ms
        self.callback = callback
        self.iteration = iteration  # of the service, in which it was started


class Service:
    """One alarm for all timers. Each time the alarm fires is an iteration: it calls the timers
    that are due, then the function of `watch()`, then the idle callback.

    The alarm fires from the scheduler, that is, between two byte codes of the user's code or of a
    method of this class. An iteration sets the alarm at its end. The methods that the user calls
    change the state and schedule an iteration.
    """

    def __init__(self):
        self._timers = []  # sorted by due time
        self._now_ms = 0  # does not wrap: ticks_ms() wraps within two weeks, timers may be longer
        self._seen_ms = time.ticks_ms()
        self._watch_due_ms = -1
        self._watch = None
        self._idle = None
        self._is_idle = None
        self._iteration = 0
        self._scheduled = False  # an iteration was scheduled as soon as possible
        self.alarm = _connectwith.Alarm(self._on_alarm)

    def start(self, delay_ms, callback):
        """A new Timer, which calls `callback()` after `delay_ms`."""
        with _connectwith.SchedulerLock():
            timer = Timer(self._now() + delay_ms, callback, self._iteration)
            at = len(self._timers)
            while at and self._timers[at - 1].due_ms > timer.due_ms:
                at -= 1
            self._timers.insert(at, timer)
            self._schedule()
        return timer

    def cancel(self, timer):
        """Cancels a timer. One that has run or was cancelled is ignored."""
        if not isinstance(timer, Timer):
            raise TypeError("timer: not what wakeup() returned")
        with _connectwith.SchedulerLock():
            timer.callback = None  # the caller may keep the timer, but the callback can be freed
            if timer in self._timers:
                self._timers.remove(timer)

    def on_idle(self, callback, is_idle):
        """Calls `callback()` once, in an iteration in which `is_idle()`. None: no callback."""
        with _connectwith.SchedulerLock():
            self._is_idle = is_idle
            self._idle = callback
            self._schedule()

    def watch(self, function):
        """Sets the function that is called regularly. It returns the ms until the next call, or
        -1."""
        with _connectwith.SchedulerLock():
            self._watch = function
            self._watch_due_ms = 0
            self._schedule()

    def _schedule(self):
        # Only once: each setting restarts the alarm, so frequent calls would delay it for ever.
        if not self._scheduled:
            self._scheduled = True
            self.alarm.set(0)

    def _now(self):
        ticks = time.ticks_ms()
        self._now_ms += time.ticks_diff(ticks, self._seen_ms)
        self._seen_ms = ticks
        return self._now_ms

    def _arm(self):
        now_ms = self._now()
        wait_ms = _LONGEST_MS
        if self._idle is not None:
            wait_ms = 0 if self._is_idle() else 10
        if self._timers:
            wait_ms = min(wait_ms, max(0, self._timers[0].due_ms - now_ms))
        if self._watch_due_ms >= 0:
            wait_ms = min(wait_ms, max(0, self._watch_due_ms - now_ms))
        self.alarm.set(wait_ms)

    def _on_alarm(self):
        try:
            self._run()
        finally:
            self._scheduled = (
                False  # what a callback has asked for is in what the alarm is set to now
            )
            self._arm()

    def _run(self):
        now_ms = self._now()
        # Timers that the callbacks start wait for the next iteration, even if they are due.
        self._iteration = iteration = (self._iteration + 1) & 0xFF
        timers = self._timers
        while timers and timers[0].due_ms <= now_ms and timers[0].iteration != iteration:
            call(timers.pop(0).callback)
        if 0 <= self._watch_due_ms <= now_ms:
            self._watch_due_ms = -1
            wait_ms = self._watch()
            if wait_ms >= 0 and self._watch_due_ms < 0:
                self._watch_due_ms = now_ms + wait_ms
        if self._idle is not None and self._is_idle():
            callback = self._idle
            self._idle = None
            call(callback)
