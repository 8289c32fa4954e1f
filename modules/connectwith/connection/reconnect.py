# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""After a loss: the silent retry, the handler, and the standstill of SUSPEND_ON_ERROR."""

import os
import time

import _connectwith
from micropython import const

from connectwith import call, results
from connectwith.connection.job import Job, server_settings
from connectwith.settings import nic

# A broker that goes takes all its boards along in the same instant, a site's router all of the
# site. So they come back spread over this part of the minute, a second: a core does in it about as
# many TLS sessions as the boards that the silent retry is meant for (docs/fleet.md), and a single
# board is offline for half of that in the mean.
_SPREAD = const(60)
_PAUSE_MS = const(1000)  # at most, after the first attempt; then twice that, and so on
_LONGEST_PAUSE_MS = const(16000)
_STOPPING_MS = const(60000)  # more than a modem needs to sign off and switch itself off
_LEAST_MS = const(1000)  # a shorter attempt is not worth it

# An attempt that the end of the minute has cut short says where it was then, and not what is
# wrong. With less than this part of the minute, 15 s, it does not change what is known.
_FAIR = const(4)


def begin(control, result):
    """The connection of `control.live` is lost by `result`, and everything is closed.

    Under SUSPEND_ON_ERROR it returns with a new connection, or not at all; else at once, and the
    retry goes on in the background.
    """
    if control.outage is not None and control.outage.is_stable():
        control.outage = None  # while a call of the user's has kept the steps out
    now_ms = time.ticks_ms()
    outage = _outage(control, now_ms)
    outage.result = result
    if control.policy != results.SUSPEND_ON_ERROR:
        job = outage.next_job(now_ms)
        if job is None:
            outage.expired = True
            control.schedule_step()
        else:
            control.schedule(job)
    elif not control.busy:  # else whoever waits in a call does it, once that is over
        suspend(control)


def suspend(control):
    """Connects while the user's code stands still. False: no server is set.

    What was lost comes back as it was; after `disconnect()` it is as with `server.connect()`.
    """
    if control.live is not None:
        return _block(control, _outage(control, time.ticks_ms()), None)
    from connectwith.connection import failover

    try:
        settings = server_settings()
    except RuntimeError:
        return False
    kinds = failover.candidates()
    # No loss: a session that comes of it begins with nothing held against it.
    return _block(control, Outage(control, kinds, 1, time.ticks_ms()), settings)


def _block(control, outage, settings):
    """Attempts until the outage's minute is over, then deep sleep. `settings`: see suspend().

    Ctrl-C ends it, and leaves the device offline; not at the REPL's prompt, where no code runs
    that could be interrupted.
    """
    begin_at = time.ticks_ms()
    if settings is None:
        begin_at = time.ticks_add(begin_at, outage.pause_ms())
    trying = False
    try:
        while not control.is_connected():
            now = time.ticks_ms()
            if control.is_connecting():
                trying = True
            elif trying:
                trying = False
                begin_at = time.ticks_add(now, outage.pause_ms())
            elif outage.left_ms(now) < _LEAST_MS:
                _sleep(control)
            elif time.ticks_diff(begin_at, now) <= 0:
                with _connectwith.SchedulerLock():
                    if not control.is_connecting():  # else a callback was quicker
                        control.schedule(outage.job(outage.left_ms(now), settings))
            # Inside a callback the scheduler stands still, and inside a loss this is its callback.
            control.attempt.run_due()
            time.sleep_ms(1)
    finally:
        if not control.is_connected():
            control.disconnect()
    return True


def _sleep(control):
    import machine

    control.disconnect()
    print("connectwith: no connection; deep sleep for", control.sleep_ms // 1000, "s")
    # A modem left on would be so for all of the sleep.
    since_ms = time.ticks_ms()
    while control.is_stopping() and time.ticks_diff(time.ticks_ms(), since_ms) < _STOPPING_MS:
        control.attempt.run_due()
        time.sleep_ms(10)
    machine.deepsleep(control.sleep_ms)


def _first_pause_ms(control):
    """Before the first attempt: anything up to a second, by chance."""
    if control.live.kind == nic.CELLULAR:
        return 0  # by then its modem would switch itself off; and the network spreads its boards
    return control.retry_ms // _SPREAD * int.from_bytes(os.urandom(2), "little") >> 16


def _pause_ms(attempts):
    """After so many attempts, and before the next: the upper half of a window, by chance."""
    # Not `random`: whoever seeds that alike on all devices would have them come back together.
    chance = int.from_bytes(os.urandom(4), "little")
    return _connectwith.backoff_ms(attempts, _PAUSE_MS, _LONGEST_PAUSE_MS, chance)


def _outage(control, now_ms):
    """The one that goes on, or a new one."""
    if control.outage is None:
        control.outage = Outage(control, (control.live.kind,), 0, now_ms)
    return control.outage


class Outage:
    """From a loss until a session has held for `stable_ms`, or until its end was told.

    Sessions that end before that change nothing: the pauses go on growing and the minute goes on,
    so a broker that accepts and then drops counts as the loss that it is. It is the plan of its
    attempts (see `Job.plan`) and keeps none of them.
    """

    def __init__(self, control, kinds, attempts, now_ms):
        self._control = control
        self._lost = control.live  # None where there was nothing yet
        limit_ms = control.retry_ms
        if control.policy == results.SUSPEND_ON_ERROR and nic.CELLULAR in kinds:
            limit_ms *= 2  # registration alone may take a minute
        self._kinds = kinds
        self._attempts = attempts  # the number of attempts so far
        self._until = time.ticks_add(now_ms, limit_ms)
        self._up_ms = 0
        self.result = results.NOT_CONNECTED  # why there is no connection, as far as is known
        self.expired = False  # and to be told

    def left_ms(self, now_ms):
        """Of the minute."""
        return time.ticks_diff(self._until, now_ms)

    def pause_ms(self):
        """Before the next attempt. The one after that will have a longer one."""
        attempts = self._attempts
        self._attempts = attempts + 1
        return _pause_ms(attempts - 1) if attempts else _first_pause_ms(self._control)

    def opened(self):
        """There is a session again."""
        self._up_ms = time.ticks_ms()

    def is_stable(self):
        """Whether the session has held for so long that the outage is history."""
        held_ms = time.ticks_diff(time.ticks_ms(), self._up_ms)
        return held_ms >= self._control.stable_ms

    def next_job(self, now_ms):
        """The next attempt in the background, or None at the end of the minute."""
        left_ms = self.left_ms(now_ms)
        if left_ms < 2 * _LEAST_MS:
            return None
        pause_ms = min(self.pause_ms(), left_ms - _LEAST_MS)
        lost = self._lost
        job = Job(lost.nic, lost.kind, lost.settings, left_ms - pause_ms, self._report, self)
        job.delay_ms = pause_ms
        job.is_reconnect = True
        return job

    def job(self, left_ms, settings):
        """An attempt of a standstill, which makes all the pauses itself."""
        lost = self._lost
        if settings is None:
            job = Job(lost.nic, lost.kind, lost.settings, left_ms)
            job.is_reconnect = True
            return job
        from connectwith.connection import failover

        return failover.Plan(self._control, settings, self._kinds, left_ms).first()

    def has_next(self, job):
        return False  # there is nothing else that could be tried sooner

    def follow(self, job, result):
        """See `Job.plan`. A second call makes the pause longer, and that is all."""
        if result == results.SERVER_CONNECTED:
            return None
        control = self._control
        cut = control.attempt.elapsed_ms() >= job.timeout_ms
        if not cut or job.timeout_ms >= control.retry_ms // _FAIR:
            self.result = result
        return self.next_job(time.ticks_ms())

    def _report(self, result, interface):
        if result != results.SERVER_CONNECTED:
            self.report()

    def report(self):
        """The minute is over: tells the user why."""
        control = self._control
        control.outage = None
        control.last_error = self.result
        handler = control.on_loss
        if handler is None or control.policy == results.SUSPEND_ON_ERROR:
            return
        call(handler, self.result)
