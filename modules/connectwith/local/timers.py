# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What runs beside the connection: the user's timers, the idle callback, and local interfaces."""

import time

import _connectwith
from micropython import const

from connectwith import call

_LONGEST_MS = const(86400000)  # one setting of the alarm; longer waits are made of several

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
    """What `imp.wakeup` gives and `imp.cancelwakeup` takes."""

    def __init__(self, due_ms, callback, iteration):
        self.due_ms = due_ms
        self.callback = callback
        self.iteration = iteration  # of the service, when it was started


class Service:
    """One alarm for all. `watch` is called at each turn; it returns the ms until it wants to be
    called again, or -1.

    The alarm rings between two byte codes of the user's code or of the methods here that it calls.
    It is set at the end of a turn; what the user calls leaves a change, and asks for a turn.
    """

    def __init__(self):
        self._timers = []  # by the time when they are due
        self._now_ms = 0  # ticks_ms() wraps within two weeks, timers may run longer
        self._seen_ms = time.ticks_ms()
        self._watch_due_ms = -1
        self._watch = None
        self._idle = None
        self._is_idle = None
        self._iteration = 0
        self._scheduled = False  # for a turn as soon as possible
        self.alarm = _connectwith.Alarm(self._on_alarm)

    def start(self, delay_ms, callback):
        """A new Timer: `callback()` after so many ms."""
        with _connectwith.SchedulerLock():
            timer = Timer(self._now() + delay_ms, callback, self._iteration)
            at = len(self._timers)
            while at and self._timers[at - 1].due_ms > timer.due_ms:
                at -= 1
            self._timers.insert(at, timer)
            self._schedule()
        return timer

    def cancel(self, timer):
        """Stops a timer; nothing happens to one that has run or was stopped before."""
        if not isinstance(timer, Timer):
            raise TypeError("timer: not what wakeup() returned")
        with _connectwith.SchedulerLock():
            timer.callback = None  # no longer needed, however long the caller keeps the timer
            if timer in self._timers:
                self._timers.remove(timer)

    def on_idle(self, callback, is_idle):
        """`callback()` once, at a turn when `is_idle()`; None for no callback."""
        with _connectwith.SchedulerLock():
            self._is_idle = is_idle
            self._idle = callback
            self._schedule()

    def watch(self, function):
        """Sets the function to be called at each turn, from now on."""
        with _connectwith.SchedulerLock():
            self._watch = function
            self._watch_due_ms = 0
            self._schedule()

    def _schedule(self):
        # Not at each call: that would put the alarm off as long as calls come close together.
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
        # Those that callbacks start now stand behind what is due, and wait for the next turn.
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
