# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""A move of the session to another link: make before break. Imported for a move only.

The attempt over the other link runs beside the live session, with a Sequence of its own. When the
broker has accepted the new session, it closes the old connection, because both have the same
client ID [MQTT-3.1.4-2]. So the end of the live session during the last stage is not a loss.

The broker also publishes the last will of the old connection then. In a cluster this may come
after the status of the new session, which therefore publishes it again.
"""

import time

import _connectwith
from micropython import const

from connectwith import call, unload
from connectwith.connection.sequence import Sequence

_SESSION = const(8)  # a stage, as in _connectwith.STAGE_...

_LIVE_MS = const(10)  # between two looks at the live session
_ANNOUNCE_MS = const(3000)  # from the move until the status is published again


def begin(control, job):
    """Moves the session to the link of `job`. If that is another class of link, the session goes
    on until the broker has accepted the new one. Otherwise it is closed before. Without a session
    it is an attempt like any other."""
    with _connectwith.SchedulerLock():
        if control.moving is not None:
            control.moving.close_live()
            control.moving = None
        if control.is_connected():
            if control.live.kind != job.kind:
                control.moving = Move(control)
            else:
                control.close(True)
        control.schedule(job)


class Move:
    """`sequence`: that of the attempt beside the live session, None after it."""

    def __init__(self, control):
        self._control = control
        self._live = control.sequence
        self.sequence = Sequence(control.attempt, control.diag, control.power_down)
        self._looked_ms = time.ticks_ms()
        self._end = None  # how the live session has ended in the last stage
        self._moved_ms = None

    def step(self, poll_live):
        """Makes one step, of the live session or of the attempt. Returns the ms until the next.
        `poll_live()` polls the session."""
        now_ms = time.ticks_ms()
        if self._end is None and time.ticks_diff(now_ms, self._looked_ms) >= _LIVE_MS:
            self._looked_ms = now_ms
            if self._control.is_connected():
                poll_live()
                return 0  # a handler of the user's may have changed the state
        return min(self.sequence.step(), _LIVE_MS)

    def takes(self, cause, code, result):
        """The live session has ended. Returns whether that waits for the end of the attempt: it
        may be the broker that has closed it."""
        attempt = self._control.attempt
        self.close_live()  # the next attempt may use that link
        if self.sequence is None or not attempt.running() or attempt.stage() < _SESSION:
            return False
        self._end = cause, code, result
        return True

    def swap(self):
        """The attempt has succeeded: its session takes the place of the live one. May be called
        again."""
        control, new = self._control, self.sequence
        if new is None:
            return
        if control.sequence is self._live:
            if control.is_connected():
                new.session.replace(self._live.session)
            control.sequence = new
        self._moved_ms = time.ticks_ms()
        self._end = self.sequence = None

    def close_live(self):
        """Closes the session of before and powers its link down. May be called again."""
        if self._moved_ms is not None and self._live is not None:
            call(self._live.release, False, True)
            self._live = None

    def fail(self):
        """The attempt has failed, and its link is released. The live session goes on. May be
        called again."""
        self.close_live()
        end = self._end
        self._end = self.sequence = None
        self._control.moving = None
        if end is not None:
            self._control.lose(*end)

    def abandon(self, keep):
        """A call of the user's ends the attempt. `keep`: see Sequence.release()."""
        self.close_live()
        self._control.moving = None
        if self.sequence is not None:
            call(self.sequence.release, False, keep)

    def poll(self):
        """Called in the steps of the session. Returns whether it has done something: the step that
        has brought the new session had enough to do."""
        if self._moved_ms is None:
            return False  # the attempt runs
        if self._live is not None:
            self.close_live()
            return True
        if not self.left_ms(_ANNOUNCE_MS):
            self._control.session.announce()
            self._control.moving = None
            unload("connection.move")
        return False

    def left_ms(self, idle_ms):
        """The ms until the next call of `poll()`, at most `idle_ms`."""
        if self._moved_ms is None:
            return idle_ms  # the attempt runs
        left_ms = _ANNOUNCE_MS - time.ticks_diff(time.ticks_ms(), self._moved_ms)
        return min(idle_ms, max(0, left_ms))
