# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The reconnect after a loss: in the background, or in a call that blocks (SUSPEND_ON_ERROR)."""

import os
import time

import _connectwith
from micropython import const

from connectwith import call, results
from connectwith import settings as stored
from connectwith.connection.job import Job, server_settings
from connectwith.links import retry_limits
from connectwith.settings import nic

_LINK = const(1)  # stages, as in _connectwith.STAGE_...
_DIAL = const(5)
_SESSION = const(8)

# When a broker or the router of a site fails, all its boards lose the connection at once. So they
# reconnect at random within a 60th of the minute, that is, within a second. A core of a server
# makes about as many TLS sessions per second as there are boards that reconnect in the background
# (docs/fleet.md). A single board waits half a second on average.
_SPREAD = const(60)
_PAUSE_MS = const(1000)  # the longest pause after the first attempt; it doubles each time
_LONGEST_PAUSE_MS = const(16000)
_LEAST_MS = const(1000)  # a shorter attempt is not made

# The result of an attempt that the end of the minute has shortened is the stage it was in, not the
# fault. It is ignored if the attempt had less than a quarter of the minute, 15 s.
_FAIR = const(4)


def begin(control, result):
    """Begins the reconnect. The connection of `control.live` was lost with `result`, and
    everything is closed.

    Under SUSPEND_ON_ERROR the call returns when the device is connected, or enters deep sleep.
    With other policies it returns at once, and attempts run in the background."""
    if control.outage is not None and control.outage.is_stable():
        control.outage = None  # a call of the user's has prevented the steps that do this
    now_ms = time.ticks_ms()
    outage = _outage(control, now_ms)
    outage.begin(control.live.kind, result)
    if control.policy != results.SUSPEND_ON_ERROR:
        job = outage.next_job(now_ms)
        if job is None:
            outage.expired = True
            control.schedule_step()
        else:
            control.schedule(job)
    elif not control.busy:  # otherwise the call that waits does it at its end
        suspend(control)


def suspend(control):
    """Connects while the user's code is blocked. False: no server is set.

    After a loss it does what the reconnect in the background does. Otherwise it uses the stored
    settings, as `server.connect()`.
    """
    if control.live is not None:
        return _block(control, _outage(control, time.ticks_ms()), None)
    from connectwith.connection import failover

    try:
        settings = server_settings()
    except RuntimeError:
        return False
    kinds = failover.candidates()
    # There was no loss, so the outage begins with no failed session.
    return _block(control, Outage(control, kinds, 1, time.ticks_ms()), settings)


def _block(control, outage, settings):
    """Makes attempts until the outage's minute is over, then enters deep sleep. `settings`: see
    suspend().

    Ctrl-C ends it and leaves the device offline. At the REPL's prompt no code runs, so there
    Ctrl-C does not end it."""
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
                    if not control.is_connecting():  # otherwise a callback has begun one
                        control.schedule(outage.job(outage.left_ms(now), settings))
            # Inside a callback the scheduler does not run. After a loss this is such a callback.
            control.attempt.run_due()
            time.sleep_ms(1)
    finally:
        if not control.is_connected():
            control.disconnect()
    return True


def _sleep(control):
    control.disconnect()  # frees the memory that the imports need
    from connectwith.connection import deep_sleep
    from connectwith.settings import retained

    print("connectwith: no connection; deep sleep for", control.sleep_ms // 1000, "s")
    deep_sleep.sleep(control, control.sleep_ms, retained.SNOOZE)


def _first_pause_ms(control):
    """The pause before the first attempt: random, at most a second."""
    return control.retry_ms // _SPREAD * int.from_bytes(os.urandom(2), "little") >> 16


def _pause_ms(attempts):
    """The pause after so many attempts: random, in the upper half of a window that doubles."""
    # Not `random`: a program may seed it with the same value on all devices.
    chance = int.from_bytes(os.urandom(4), "little")
    return _connectwith.backoff_ms(attempts, _PAUSE_MS, _LONGEST_PAUSE_MS, chance)


def _outage(control, now_ms):
    """The present outage, or a new one."""
    if control.outage is None:
        control.outage = Outage(control, _kinds(control.live), 0, now_ms)
    return control.outage


def _kinds(lost):
    """The classes of link of a round: that of the job that was lost, and if `server.connect()` has
    made it all that are fitted and configured."""
    if not lost.by_order:
        return (lost.kind,)
    from connectwith.connection import failover

    kinds = failover.candidates()
    return kinds if lost.kind in kinds else (lost.kind,)


class Outage:
    """From a loss until a session has lasted for `stable_ms`, or until the user's code was told.

    A session that ends sooner does not end the outage: the pauses keep growing, and the minute
    continues. So a broker that accepts connections and then closes them counts as lost. The outage
    is the plan of its attempts (see `Job.plan`) and holds no reference to them.

    The attempts go round the classes of link. There is a pause before each round, and before an
    attempt that follows one which has reached the server: for a fleet, the load on the server is
    that of boards with one interface. If the server has ended the session, the link works, and is
    tried once before the first round: a board that has no cable does not wait for one then.
    """

    def __init__(self, control, kinds, attempts, now_ms):
        self._control = control
        self._lost = control.live  # None: there was no connection before
        limit_ms = control.retry_ms
        if control.policy == results.SUSPEND_ON_ERROR and nic.CELLULAR in kinds:
            limit_ms *= 2  # registration alone may take a minute
        self._kinds = kinds
        self._index = 0  # of the next attempt in its round; -1: the one before the first round
        self._is_spread = True  # it comes after a pause
        self._attempts = attempts  # the number of pauses so far
        self._until = time.ticks_add(now_ms, limit_ms)
        self._up_ms = 0
        self._kind = 0  # of the session that was lost last
        self._noted = {}  # the stage and the result of the last failure of each class of link
        self.expired = False  # the minute is over, and the user's code is to be told

    def begin(self, kind, result):
        """The session over `kind` was lost with `result`. The next round begins."""
        self._kind = kind
        diag = self._control.diag
        closed = retry_limits.is_closed(diag.loss, diag.loss_code)
        self._index = -1 if closed and kind != self._kinds[0] else 0
        self._is_spread = True
        self._noted[kind] = (_SESSION if result == results.NO_SERVER else _LINK, result)

    @property
    def result(self):
        """The code for the user's code: that of the class of link that was lost, unless an attempt
        over another one has got further."""
        stage, result = self._noted.get(self._kind, (-1, results.NOT_CONNECTED))
        for kind in self._kinds:
            other = self._noted.get(kind)
            if other is not None and other[0] > stage:
                stage, result = other
        return result

    def left_ms(self, now_ms):
        """The rest of the minute in ms."""
        return time.ticks_diff(self._until, now_ms)

    def pause_ms(self):
        """The pause before the next attempt. A second call returns a longer one."""
        if not self._is_spread:
            return 0
        attempts = self._attempts
        self._attempts = attempts + 1
        if attempts:
            return _pause_ms(attempts - 1)
        if self._next_kind() == nic.CELLULAR:
            return 0  # the modem would switch itself off; registration spreads the boards anyway
        return _first_pause_ms(self._control)

    def opened(self):
        """A session has been opened."""
        self._up_ms = time.ticks_ms()

    def is_stable(self):
        """Whether the session has lasted so long that the outage is over."""
        return self.unstable_ms() <= 0

    def unstable_ms(self):
        """The ms until the session has lasted for so long."""
        return self._control.stable_ms - time.ticks_diff(time.ticks_ms(), self._up_ms)

    def next_job(self, now_ms):
        """The next attempt in the background, or None at the end of the minute."""
        left_ms = self.left_ms(now_ms)
        if left_ms < 2 * _LEAST_MS:
            return None
        pause_ms = min(self.pause_ms(), left_ms - _LEAST_MS)
        job = self._job(left_ms - pause_ms)
        job.callback = self._report
        job.delay_ms = pause_ms
        return job

    def job(self, left_ms, settings):
        """An attempt of `_block()`, which makes the pauses itself."""
        if settings is None:
            return self._job(left_ms)
        from connectwith.connection import failover

        return failover.Plan(self._control, settings, self._kinds, left_ms).first()

    def _job(self, left_ms):
        lost = self._lost
        index = self._index
        kind = self._next_kind()
        config = lost.nic
        if kind != lost.kind:
            config = stored.fill({"interface": nic.NAMES[kind][1]}, kind)
        # Each has an equal share of the rest. The last one leaves time for another round; but a
        # modem needs the time.
        shares = len(self._kinds) - index
        if shares == 1 and index > 0 and kind != nic.CELLULAR:
            shares = 2
        timeout_ms = max(_LEAST_MS, left_ms // shares)
        job = Job(config, kind, lost.settings, timeout_ms, None, self)
        job.index = index
        job.is_reconnect = True
        job.by_order = lost.by_order
        return job

    def _next_kind(self):
        return self._kind if self._index < 0 else self._kinds[self._index]

    def has_next(self, job):
        return len(self._kinds) > 1  # so Ethernet does not wait for a cable

    def follow(self, job, result):
        """See `Job.plan`. A second call only lengthens the pause."""
        if result == results.SERVER_CONNECTED:
            return None
        control = self._control
        stage = control.attempt.stage()
        cut = control.attempt.elapsed_ms() >= job.timeout_ms
        if not cut or job.timeout_ms >= control.retry_ms // _FAIR:
            self._noted[job.kind] = stage, result
        if len(self._kinds) > 1:
            if control.diag.tries is None:
                control.diag.tries = {}
            control.diag.tries[job.nic["interface"]] = result
        self._index = (job.index + 1) % len(self._kinds)
        self._is_spread = not self._index or stage >= _DIAL
        if job.callback is None:
            return None  # `_block()` begins the next one
        return self.next_job(time.ticks_ms())

    def _report(self, result, interface):
        if result != results.SERVER_CONNECTED:
            self.report()

    def report(self):
        """The minute is over: calls the user's handler."""
        control = self._control
        control.outage = None
        control.last_error = self.result
        handler = control.on_loss
        if handler is None or control.policy == results.SUSPEND_ON_ERROR:
            return
        call(handler, self.result)
