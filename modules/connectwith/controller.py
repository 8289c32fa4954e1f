# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The one connection to the server: who wants what, what runs, what has become of it.

`_connectwith.Attempt` keeps the time and guarantees the callback. It calls `_step()` for the next
bit of work and `_settle()` when an attempt has ended, both from the scheduler: between two byte
codes of the user's code or of the methods here that the user calls. While one of those is at it,
`busy` keeps the steps out if the call waits, and the scheduler's lock if it does not: then other
callbacks of the user's stay out, too, which may call any of these methods.

How an attempt goes is in course.py. What follows a failure is a job's plan (failover.py, loss.py),
and what follows a loss is given by who makes the controller (connection.py).
"""

import time

import _connectwith
from micropython import const

from connectwith import call, links, nic, results, store
from connectwith.job import Job, check_callback, milliseconds, server_settings

_STAGES = const(9)
_UNWATCHED_MS = const(50)  # between two looks at a session that nobody watches


class Controller:
    """Besides the methods: `policy`, `wait`, `timeout_ms` of sends; `last_error`, a result or
    None; `on_loss` and `on_shutdown`, handlers or None; `retry_ms`, `stable_ms`, `sleep_ms` and
    `quiet_ms`, which only tests of time change."""

    quiet_ms = 500  # between two steps of a session in which nothing happens

    def __init__(self, after_loss):
        """`after_loss()` gives what has `begin(control, result)` and `suspend(control)`."""
        from connectwith import course, diag

        _connectwith.key_source()  # makes the device's secret now, so that attempts write nothing
        self.attempt = _connectwith.Attempt(self._step, self._settle)
        self.diag = diag.Diag()
        self._course = course.Course(self.attempt, self.diag)
        self._job = None  # of the attempt that runs
        self._next = None  # a job that waits for its time
        self._next_ms = 0
        self._told = 0  # the stage that the watcher of transitions waits for
        self._after_loss = after_loss
        self.busy = 0
        self.ticket = 0
        self._connected = False
        self.live = None  # the job that has connected, also after a loss; not after disconnect()
        self.outage = None  # the loss.Outage that goes on, also in a session that is too young
        self.last_nic = None  # the last that worked
        self.last_error = None
        self.on_loss = self.on_shutdown = self.on_gone = None
        self.policy = results.SUSPEND_ON_ERROR
        self.wait = results.WAIT_TIL_SENT
        self.timeout_ms = 30000
        self.retry_ms = 60000
        self.stable_ms = 30000  # so long a session has to hold until the loss before is forgotten
        self.sleep_ms = 540000

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
        """See `server.connectwith`. Checks everything, then changes something."""
        if self.policy == results.SUSPEND_ON_ERROR:
            raise RuntimeError("not under SUSPEND_ON_ERROR: see server.setsendtimeoutpolicy")
        config = nic.normalise(config)
        kind = nic.link_of(config["interface"])
        config = store.fill(config, kind)
        check_callback(callback)
        timeout_ms = links.default_ms(kind) if timeout is None else milliseconds(timeout)
        self.run(Job(config, kind, server_settings(), timeout_ms, callback))

    def disconnect(self):
        """See `server.disconnect`."""
        with _connectwith.SchedulerLock():
            self._go_offline(True)

    def is_connected(self):
        return self._connected

    def is_idle(self):
        """Whether nothing of ours runs and no message from the server waits."""
        return not (self.busy or self._job or self._connected and self.session.inbound)

    def nic_in_use(self):
        """The NIC that the powered link was started with."""
        return (self._job or self.live).nic

    def send(self, name, payload):
        """Sends bytes on the device's topic `name`. Returns 0 or a send error."""
        if not self._connected and self.policy != results.SUSPEND_ON_ERROR:
            return results.SEND_ERROR_NOT_CONNECTED
        from connectwith import sending

        return sending.send(self, name, payload)

    def flush(self, timeout):
        """See `server.flush`."""
        timeout_ms = milliseconds(timeout)
        from connectwith import sending

        return sending.flush(self, timeout_ms)

    @property
    def session(self):
        """The session.Session, also while there is no connection."""
        return self._course.make_session()

    @property
    def link(self):
        """The link that is powered, or None."""
        return self._course.link

    def is_leaving(self):
        """Whether an interface is still being powered down."""
        return self._course.is_leaving()

    def hasten(self, link):
        """`link` is used without an attempt from now on."""
        self._course.hasten(link)

    # -- attempts

    def run(self, job):
        """Closes what there is and begins `job`."""
        with _connectwith.SchedulerLock():
            self._go_offline(False)
            self.resume(job)

    def resume(self, job):
        """Begins `job`, when its delay is over, where everything is closed already."""
        self.diag.tries = None
        self._queue(job)

    def is_trying(self):
        """Whether an attempt, or the news that there is none any more, is still to come by
        itself."""
        if self.outage is not None and self.outage.over:
            return True
        return self._job is not None or self._next is not None

    def _begin(self, job):
        self._next = None
        self.diag.begin(job.nic["interface"])
        self._told = 0
        self._course.begin(job)
        self._job = job
        self.attempt.start(job.kind, job.timeout_ms, job.callback, job.nic["interface"])

    def _go_offline(self, keep):
        """Ends attempt, session and link, unless that is to be kept for the local network."""
        self.ticket += 1
        self.attempt.abandon()
        gone = self.on_gone
        if self._job is not None:
            self._job.close()
        self.on_gone = self._job = self._next = self.live = self.outage = None
        self._connected = False
        if self._course.link is not None:  # else nothing is open
            call(self._course.release, True, keep)
        if gone is not None:
            gone()

    def _step(self):
        if self.busy:
            return 1
        leaving_ms = self._course.leave()
        if self.attempt.running():
            if self._told < self.attempt.stage() and self.diag.watcher is not None:
                self._tell(self.attempt.stage())
                return 0  # the watcher may have begun another attempt
            return self._course.step()
        if self._connected:
            wait_ms = self._serve()
            # Until the interface of before is told to go, what it says is waited for.
            hurried = 0 <= leaving_ms and not 0 <= wait_ms <= leaving_ms
            return leaving_ms if hurried else wait_ms
        if self.outage is not None and self.outage.over:
            self.outage.tell()
            return 0  # the handler may have done anything
        if self._next is not None:
            left_ms = time.ticks_diff(self._next_ms, time.ticks_ms())
            if left_ms > 0:
                return left_ms if leaving_ms < 0 else min(left_ms, leaving_ms)
            self._begin(self._next)
        return leaving_ms

    def _settle(self, result, error):
        """An attempt has ended, or a session's step has raised. May be called again."""
        job = self._job
        if job is None:
            if error is not None:
                self.lose(type(error).__name__, 0, results.NOT_CONNECTED)
            return
        if result == results.SERVER_CONNECTED:
            self.last_nic = job.nic
            self.live = job
            self.last_error = None
            if self.outage is not None:
                self.outage.came_up()
            self._connected = True
            self.look()
        else:
            self.last_error = result
        self.diag.end(result, error)
        if result != results.SERVER_CONNECTED:
            call(self._course.release, False, True)  # a driver may raise: the report comes even so
        ticket = self.ticket
        while self._told < _STAGES and self.diag.watcher is not None and ticket == self.ticket:
            self._tell(_STAGES)
        if ticket != self.ticket:
            return
        if job.plan is not None:
            following = job.plan.follow(job, result)
            if following is not None:
                return self._queue(following)
        job.close()
        self._job = None
        self.on_gone = None

    def _queue(self, job):
        """The attempt that has ended is not reported: `job` goes on in its place."""
        if not job.delay_ms:
            return self._begin(job)
        self._next_ms = time.ticks_add(time.ticks_ms(), job.delay_ms)
        self._next = job
        self._job = None
        self.attempt.abandon()
        self.attempt.wake(job.delay_ms)

    def _tell(self, before):
        ticket = self.ticket
        from connectwith import report

        told = report.tell(self.diag.watcher, self.attempt.timeline(), self._told, before)
        if ticket == self.ticket:  # else it belongs to the attempt that the watcher has begun
            self._told = told

    # -- the session

    def _serve(self):
        current = self.session
        state = current.pump(time.ticks_ms())
        # Going down, a link breaks its connections: then it is to blame.
        if self.has_lost_link():
            return -1
        if state < 0:
            if self._course.patience.doubts(current.code):
                return self._course.patience.pause()
            return self.lose(current.cause, current.code, results.NO_SERVER)
        if self.outage is not None and self.outage.has_passed():
            self.outage = None
        if current.inbound:
            from connectwith import messages

            messages.deliver(self, current.take())
            return 0  # the handler may have done anything
        if current.busy():
            return self._course.patience.pause()
        self._course.patience.hurry()
        return self._course.tend(self.quiet_ms if current.watch() else _UNWATCHED_MS)

    def look(self):
        """The session is not quiet: its next step comes soon."""
        self.attempt.wake(1)

    def has_lost_link(self):
        """Whether the link is down. The session is lost then."""
        link = self.link
        if link is None or link.poll() == links.UP:
            return False
        self.lose("link lost", 0, link.result)
        return True

    def lose(self, cause, code, result):
        """The session is over and nobody here wanted it."""
        with _connectwith.SchedulerLock():
            if self._connected:  # else a callback has closed it in the meantime
                self.diag.lost(cause, code)
                self._connected = False
                call(self._course.release, False, True)
                self.last_error = result
                self._after_loss().begin(self, result)
        return -1

    def bring_back(self):
        """Under SUSPEND_ON_ERROR: connects before it returns, or sleeps. False: there is nothing
        to connect to, or another policy holds."""
        if self.policy != results.SUSPEND_ON_ERROR or self.busy:
            return False
        return self._after_loss().suspend(self)
