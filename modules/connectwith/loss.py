# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""After a loss: the silent retry, the handler, and the standstill of SUSPEND_ON_ERROR."""

import os
import time

import _connectwith
from micropython import const

from connectwith import controller, nic, results

# A broker that goes takes all its boards along in the same instant, a site's router all of the
# site. So they come back spread over this part of the minute, a second: a core does in it about as
# many TLS sessions as the boards that the silent retry is meant for (docs/fleet.md), and a single
# board is offline for half of that in the mean.
_SPREAD = const(60)
_PAUSE_MS = const(1000)  # at most, after the first attempt; then twice that, and so on
_LONGEST_PAUSE_MS = const(16000)
_LEAVING_MS = const(60000)  # more than a modem needs to sign off and switch itself off
_LEAST_MS = const(1000)  # a shorter attempt is not worth it


def begin(control):
    """The connection of `control.live` is lost, and everything is closed.

    Under SUSPEND_ON_ERROR it returns with a new connection, or not at all; else at once, and the
    retry goes on in the background.
    """
    if control.policy != results.SUSPEND_ON_ERROR:
        control.resume(Retry(control, control.live).first())
    elif not control.busy:  # else whoever waits in a call does it, once that is over
        suspend(control)


def suspend(control):
    """Connects while the user's code stands still. False: no server is set.

    What was lost comes back as it was; after `disconnect()` it is as with `server.connect()`.
    """
    lost = control.live
    pause_ms = 0
    if lost is not None:
        kinds = (lost.kind,)
        pause_ms = _first_pause_ms(control)

        def first(left_ms):
            return controller.Job(lost.nic, lost.kind, lost.settings, left_ms)

    else:
        from connectwith import failover

        try:
            settings = controller.server_settings()
        except RuntimeError:
            return False
        kinds = failover.candidates()

        def first(left_ms):
            return failover.Plan(control, settings, kinds, left_ms).first()

    return _hold(control, kinds, first, pause_ms)


def _hold(control, kinds, first, pause_ms):
    """One minute of attempts, `first(left_ms)` being the first of each round, then deep sleep.

    Ctrl-C ends it, and leaves the device offline; not at the REPL's prompt, where no code runs
    that could be interrupted.
    """
    limit_ms = control.retry_ms
    if nic.CELLULAR in kinds:
        limit_ms *= 2  # registration alone may take a minute
    until = time.ticks_add(time.ticks_ms(), limit_ms)
    rounds = 0
    begin_at = time.ticks_add(time.ticks_ms(), pause_ms)
    trying = False
    try:
        while not control.is_connected():
            now = time.ticks_ms()
            if control.is_trying():
                trying = True
            elif trying:
                trying = False
                begin_at = time.ticks_add(now, _pause_ms(rounds))
                rounds += 1
            elif time.ticks_diff(until, now) < _LEAST_MS:
                _sleep(control)
            elif time.ticks_diff(begin_at, now) <= 0:
                with _connectwith.SchedulerLock():
                    if not control.is_trying():  # else a callback was quicker
                        control.resume(first(time.ticks_diff(until, now)))
            # Inside a callback the scheduler stands still, and inside a loss this is its callback.
            control.attempt.turn()
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
    while control.is_leaving() and time.ticks_diff(time.ticks_ms(), since_ms) < _LEAVING_MS:
        control.attempt.turn()
        time.sleep_ms(10)
    machine.deepsleep(control.sleep_ms)


def _first_pause_ms(control):
    """Before the first attempt: anything up to a second, by chance."""
    if control.live.kind == nic.CELLULAR:
        return 0  # by then its modem would switch itself off; and the network spreads its boards
    return control.retry_ms // _SPREAD * int.from_bytes(os.urandom(2), "little") >> 16


def _pause_ms(place):
    """Between attempt number `place` and the next: the upper half of a window, by chance."""
    # Not `random`: whoever seeds that alike on all devices would have them come back together.
    chance = int.from_bytes(os.urandom(4), "little")
    return _connectwith.backoff_ms(place, _PAUSE_MS, _LONGEST_PAUSE_MS, chance)


class Retry:
    """One minute of attempts with the NIC that was in use, in the background (see `Job.plan`)."""

    def __init__(self, control, lost):
        self._control = control
        self._lost = lost
        self._until = time.ticks_add(time.ticks_ms(), control.retry_ms)

    def first(self):
        pause_ms = _first_pause_ms(self._control)
        return self._job(0, self._control.retry_ms - pause_ms, pause_ms)

    def has_next(self, job):
        return False  # there is nothing else that could be tried sooner

    def follow(self, job, result):
        left_ms = time.ticks_diff(self._until, time.ticks_ms())
        if result == results.SERVER_CONNECTED or left_ms < 2 * _LEAST_MS:
            return None
        pause_ms = min(_pause_ms(job.place), left_ms - _LEAST_MS)
        return self._job(job.place + 1, left_ms - pause_ms, pause_ms)

    def _job(self, place, timeout_ms, delay_ms):
        lost = self._lost
        job = controller.Job(lost.nic, lost.kind, lost.settings, timeout_ms, self._report, self)
        job.place = place
        job.delay_ms = delay_ms
        return job

    def _report(self, result, interface):
        handler = self._control.on_loss
        if result == results.SERVER_CONNECTED or handler is None:
            return
        if self._control.policy != results.SUSPEND_ON_ERROR:
            handler(result)
