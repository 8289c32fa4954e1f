# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The connection to the server: calls of the user, the attempt that runs, and its result.

`_connectwith.Attempt` keeps the deadline and guarantees the callback. It calls `_step()` for the
next bounded piece of work and `_on_end()` when an attempt has ended. Both run from the scheduler,
that is, between two byte codes of the user's code or of a method of this class. A method that
waits sets `busy`, which prevents steps meanwhile. A method that does not wait holds the
scheduler's lock, which also prevents other callbacks of the user's: they may call any of these
methods.

The steps of an attempt are in sequence.py. The plan of a job (failover.py, reconnect.py) decides
what follows a failure. `__init__.py` passes the reconnect to the controller, which does not import
it.

move.py has an attempt that runs beside a live session.
"""

import time

import _connectwith
from micropython import const

from connectwith import call, links, results, settings
from connectwith.connection.job import (
    Job,
    check_callback,
    default_ms,
    milliseconds,
    server_settings,
)
from connectwith.settings import nic

_STAGES = const(9)


class Controller:
    """Besides the methods: `policy`, `wait`, `timeout_ms` of sends; `last_error`, a result or
    None; `on_loss` and `on_shutdown`, handlers or None; `keeping`, the keeping.Keeping or None."""

    # Only tests of time change these.
    idle_ms = 60000  # the longest time between two steps of a session
    retry_ms = 60000  # from a loss until the user's code is told
    stable_ms = 30000  # a session that has lasted so long ends the outage before it
    sleep_ms = 540000  # in deep sleep

    def __init__(self, reconnect):
        """`reconnect()` returns an object with `begin(control, result)` and `suspend(control)`."""
        from connectwith import diagnostics
        from connectwith.connection import power_down, sequence

        _connectwith.key_source()  # stores the device's secret now, so attempts need not write it
        self.attempt = _connectwith.Attempt(self._step, self._on_end)
        self.diag = diagnostics.Diag()
        self.power_down = power_down.PowerDown(self.attempt)
        self.sequence = sequence.Sequence(self.attempt, self.diag, self.power_down)
        self.moving = None  # the move.Move, while it runs and for some seconds after it
        self._job = None  # of the attempt that runs
        self._next = None  # a job that waits for its delay
        self._next_ms = self._due_ms = 0  # of that job, and of the session's next step
        self._reported = 0  # the first stage that the watcher was not told of yet
        self._reconnect = reconnect
        self.busy = 0
        self.generation = 0
        self._connected = False
        self.live = None  # the job that has connected, kept after a loss, but not disconnect()
        # The reconnect.Outage, also in a session that has not lasted for `stable_ms` yet.
        self.outage = None
        self.last_nic = None  # of the last successful attempt
        self.last_error = None
        self.on_loss = self.on_shutdown = self.on_superseded = None
        self.keeping = self.outstanding = None  # the latter: messages for the next session
        self.policy = results.SUSPEND_ON_ERROR
        self.wait = results.WAIT_TIL_SENT
        self.timeout_ms = 30000

    # -- what the user calls

    def set_policy(self, policy, wait, timeout):
        """See `server.setsendtimeoutpolicy`."""
        if policy not in (0, 1, 2) or isinstance(policy, bool):
            raise ValueError("reconnectpolicy: not a policy")
        if wait not in (0, 1) or isinstance(wait, bool):
            raise ValueError("waitpolicy: not a policy")
        timeout_ms = milliseconds(timeout)
        self.policy = policy
        self.wait = wait
        self.timeout_ms = timeout_ms

    def connectwith(self, config, callback, timeout):
        """See `server.connectwith`. Checks all arguments before it changes anything."""
        if self.policy == results.SUSPEND_ON_ERROR:
            raise RuntimeError("not under SUSPEND_ON_ERROR: see server.setsendtimeoutpolicy")
        config = nic.normalise(config)
        kind = nic.link_of(config["interface"])
        config = settings.fill(config, kind)
        check_callback(callback)
        timeout_ms = default_ms(kind) if timeout is None else milliseconds(timeout)
        self.run(Job(config, kind, server_settings(), timeout_ms, callback))

    def disconnect(self):
        """See `server.disconnect`."""
        with _connectwith.SchedulerLock():
            self._go_offline(True)

    def is_connected(self):
        return self._connected

    def is_idle(self):
        """Whether no attempt and no call runs, and no message from the server waits."""
        return not (self.busy or self._job or self._connected and self.session.inbound)

    def job_on(self, link):
        """The Job whose attempt or session uses `link`; None: there is none."""
        for sequence in (self.sequence, self._attempting()):
            if link is not None and sequence.link is link:
                return sequence.job
        return None

    def send(self, name, payload):
        """Sends bytes on the device's topic `name`. Returns 0 or a send error."""
        if not self._connected and self.policy != results.SUSPEND_ON_ERROR:
            return results.SEND_ERROR_NOT_CONNECTED
        from connectwith.session import sending

        return sending.send(self, name, payload)

    def flush(self, timeout):
        """See `server.flush`."""
        timeout_ms = milliseconds(timeout)
        if self.sequence.session is None:
            return True  # no session yet, so nothing was sent
        from connectwith.session import sending

        return sending.flush(self, timeout_ms)

    @property
    def session(self):
        """The session.Session, also without a connection."""
        return self.sequence.make_session()

    @property
    def link(self):
        """The link that is powered up, or None."""
        return self.sequence.link

    def is_stopping(self):
        """Makes the next step of a power-down. Returns whether more of them follow."""
        self.power_down.poll()
        return self.power_down.is_active()

    def end_linger(self, link):
        """To be called before `link` is used without an attempt."""
        self.power_down.end_linger(link)

    # -- attempts

    def run(self, job):
        """Closes the connection or the attempt under way, and begins `job`."""
        with _connectwith.SchedulerLock():
            self._go_offline(False)
            self.schedule(job)

    def schedule(self, job):
        """Begins `job` after its delay. Everything must be closed already."""
        self.diag.tries = None
        self._queue(job)

    def is_connecting(self):
        """Whether an attempt runs or is scheduled, or the end of an outage is still to be
        reported."""
        if self.outage is not None and self.outage.expired:
            return True
        return self._job is not None or self._next is not None

    def _attempting(self):
        """The Sequence of the attempt that runs."""
        return self.sequence if self.moving is None else self.moving.sequence or self.sequence

    def _begin(self, job):
        self._next = None
        self.diag.begin(job.nic["interface"])
        self._reported = 0
        self._attempting().begin(job)
        self._job = job
        self.attempt.start(job.kind, job.timeout_ms, job.callback, job.nic["interface"])

    def _go_offline(self, keep):
        """Ends attempt, session and link. `keep`: a link that the local network holds stays up."""
        self.generation += 1
        gone = self.on_superseded
        self.end_attempt(keep)
        self.live = self.outage = None
        self._connected = False
        if self.sequence.link is not None:  # otherwise nothing is open
            call(self.sequence.release, True, keep)
        if gone is not None:
            gone()
        if self.keeping is not None:
            self.keeping.end()

    def end_attempt(self, keep=True):
        """Ends the attempt without a report. Its link is released if it runs beside a session."""
        self.attempt.abandon()
        if self._job is not None:
            self._job.close()
        self.on_superseded = self._job = self._next = None
        if self.moving is not None:
            self.moving.abandon(keep)

    def _step(self):
        if self.busy:
            # A send waits. The move goes on, as the send may wait for the new session.
            return 1 if self._attempting() is self.sequence else self._attempting().step()
        stopping_ms = self.power_down.poll()
        if self.attempt.running():
            if self._reported < self.attempt.stage() and self.diag.watcher is not None:
                self._report(self.attempt.stage())
                return 0  # the watcher may have begun another attempt
            if self._attempting() is not self.sequence:
                return self.moving.step(self._poll_session)
            return self.sequence.step()
        if self._connected:
            now_ms = time.ticks_ms()
            wait_ms = time.ticks_diff(self._due_ms, now_ms)
            # The interface of the attempt before may need steps more often than the session.
            if stopping_ms < 0 or wait_ms <= 0 or self.attempt.asked():
                wait_ms = self._poll_session()
                self._due_ms = time.ticks_add(now_ms, max(0, wait_ms))
            sooner = 0 <= stopping_ms and not 0 <= wait_ms <= stopping_ms
            return stopping_ms if sooner else wait_ms
        if self.outage is not None and self.outage.expired:
            self.outage.report()
            return 0  # the handler may have changed the state
        if self._next is not None:
            left_ms = time.ticks_diff(self._next_ms, time.ticks_ms())
            if left_ms > 0:
                return left_ms if stopping_ms < 0 else min(left_ms, stopping_ms)
            self._begin(self._next)
            return stopping_ms
        idle = self.keeping is None or self._job is not None
        return stopping_ms if idle else self.keeping.poll(stopping_ms)

    def _on_end(self, result, error):
        """An attempt has ended, or a step of the session has raised `error`. May be called twice
        for one end."""
        job = self._job
        if job is None:
            if error is not None:
                self.lose(type(error).__name__, 0, results.NOT_CONNECTED)
            return
        if result == results.SERVER_CONNECTED:
            self._open(job)
        elif not self._connected:
            self.last_error = result
        self.diag.end(result, error)
        if result != results.SERVER_CONNECTED:
            attempted = self._attempting()
            if attempted is not self.sequence or not self._connected:
                # A driver may raise: the report comes even so.
                call(attempted.release, False, True)
            if self.moving is not None:
                self.moving.fail()
        generation = self.generation
        while (
            self._reported < _STAGES
            and self.diag.watcher is not None
            and generation == self.generation
        ):
            self._report(_STAGES)
        if generation != self.generation:
            return
        if job.plan is not None:
            following = job.plan.follow(job, result)
            if following is not None:
                return self._queue(following)
        if self.keeping is not None:
            self.keeping.on_end(job.kind, result)
        job.close()
        self._job = None
        self.on_superseded = None

    def _open(self, job):
        """The attempt of `job` has succeeded."""
        if self.moving is not None:
            self.moving.swap()
        if self.outstanding is not None:
            self.session.adopt(self.outstanding)
            self.outstanding = None
        self.session.holds = self.keeping is not None
        self.session.begin_kept()
        self.last_nic = job.nic
        self.live = job
        self.last_error = None
        if self.outage is not None:
            self.outage.opened()
        self._connected = True
        self.schedule_step()

    def _queue(self, job):
        """Runs `job` in place of the attempt that has ended, whose callback is not called."""
        if not job.delay_ms:
            return self._begin(job)
        self._next_ms = time.ticks_add(time.ticks_ms(), job.delay_ms)
        self._next, self._job = job, None
        self.attempt.abandon()
        self.attempt.wake(job.delay_ms)

    def _report(self, before):
        generation = self.generation
        from connectwith.diagnostics import report

        told = report.stages(self.diag.watcher, self.attempt.timeline(), self._reported, before)
        if generation == self.generation:  # else the watcher has begun another attempt
            self._reported = told

    # -- the session

    def _poll_session(self):
        if self.moving is not None and self.moving.poll():
            return 0
        current = self.session
        state = current.poll(time.ticks_ms())
        # A link that goes down breaks its connections, so its state is checked first.
        if self.has_lost_link():
            return -1
        if state < 0:
            if self.sequence.limits.blames_link(current.code):
                return self.sequence.limits.wait_ms()
            return self.lose(current.cause, current.code, results.NO_SERVER)
        if self.outage is not None and self.outage.is_stable():
            self.outage = None
        if current.inbound:
            from connectwith.session import messages

            messages.deliver(self, current.take())
            return 0  # the handler may have changed the state
        if current.busy():
            wait_ms = self.sequence.limits.wait_ms()
        else:
            self.sequence.limits.reset_interval()
            wait_ms = self.idle_ms if self.moving is None else self.moving.left_ms(self.idle_ms)
            if self.outage is not None:
                wait_ms = min(wait_ms, max(0, self.outage.unstable_ms()))
            wait_ms = self.sequence.poll_idle(wait_ms)
        if self.keeping is None or self._job is not None:
            return wait_ms
        return self.keeping.poll(wait_ms)

    def schedule_step(self):
        """Schedules the next step of the session at once."""
        self.attempt.wake(1)

    def has_lost_link(self):
        """Whether the link is down. If it is, the session is lost."""
        link = self.link
        if link is None or link.poll() == links.UP:
            return False
        self.lose("link lost", 0, link.result)
        return True

    def lose(self, cause, code, result):
        """The session has ended unexpectedly: closes it and begins the reconnect."""
        with _connectwith.SchedulerLock():
            if not self._connected:
                return -1  # a callback has closed it meanwhile
            if self.moving is not None and self.moving.takes(cause, code, result):
                return -1
            self.diag.lost(cause, code)
            self.close(False)
            self.last_error = result
            if self.keeping is None:
                self._reconnect().begin(self, result)
            else:
                self.keeping.on_lost(self.live.kind, result)
        return -1

    def close(self, goodbye):
        """Closes the session and powers its link down. What it has not sent is for the next one,
        if the device is kept connected. `goodbye`: see Sequence.release()."""
        self._connected = False
        if self.keeping is not None:
            self.outstanding = self.session.outstanding()
        call(self.sequence.release, goodbye, True)

    def reconnect(self):
        """Under SUSPEND_ON_ERROR: returns when the device is connected, or enters deep sleep.
        False: no server is set, the policy is another one, or a call waits already."""
        if self.policy != results.SUSPEND_ON_ERROR or self.busy or self.keeping is not None:
            return False
        return self._reconnect().suspend(self)
