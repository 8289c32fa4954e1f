# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What keeps the device connected: its contract with the controller. Imported when it is used.

A keeper is an object with five methods. The first four note what has happened, and begin nothing.
They may be called twice for one event.

`connected(kind)`      an attempt has succeeded; `kind` is its class of link.
`failed(kind, result)` an attempt has failed. If it was one of `move.begin()`, the session of
                       before goes on (`control.is_connected()`).
`lost(kind, result)`   in place of the reconnect. All is closed. But if an attempt of a move runs
                       beside the session that was lost, it goes on (`control.is_connecting()`),
                       and its end is told as that of any other.
`dropped()`            a call of the user's, `connectwith`, `connect` or `disconnect`, has ended
                       the keeping. `connect` does not if the device is connected.
`poll(now_ms)`         returns the ms until the next call, -1: after the next event. Called soon
                       after each event and after `ask()`, and never while an attempt runs or a
                       call of the user's waits. Without a session it may call
                       `control.schedule(job)`, in one `move.begin()` or `check_path()`. Its jobs
                       have no plan. It must not wait.

Messages are held until the server has acknowledged them, within the send buffer. The next session
sends those of a session that was lost or moved, in their order.
"""

import sys
import time

import _connectwith
from micropython import const

from connectwith import results

_AGAIN_MS = const(1000)  # after an error of the keeper


def keep(control, keeper):
    """Makes `keeper` the one that keeps the device connected; None: none. A session goes on.
    Without one an attempt or a reconnect that is under way is ended."""
    with _connectwith.SchedulerLock():
        if control.is_connected():
            control.outage = None
            control.end_attempt()  # one beside the session
            if control.keeping is not None:
                control.keeping.end()
        else:
            control.disconnect()
        if keeper is None:
            return
        control.keeping = Keeping(control, keeper)
        if control.is_connected():
            control.session.holds = True
        control.keeping.ask()


def check_path(control, within_ms):
    """Sends PINGREQ. The session is lost if nothing comes from the server within `within_ms`."""
    if control.is_connected():
        control.session.mqtt.check_path(time.ticks_ms(), within_ms)
        control.schedule_step()


class Keeping:
    """Calls the keeper for the controller."""

    def __init__(self, control, keeper):
        self._control = control
        self.keeper = keeper
        self._due_ms = None  # when poll() is called next
        self._asked = False  # while it is called

    def ask(self):
        """Calls the keeper's `poll()` soon."""
        self._due_ms = time.ticks_ms()
        self._asked = True
        self._control.schedule_step()

    def on_end(self, kind, result):
        """An attempt has ended."""
        try:
            if result == results.SERVER_CONNECTED:
                self.keeper.connected(kind)
            else:
                self.keeper.failed(kind, result)
        except Exception as error:  # without memory; the controller must end the attempt even so
            sys.print_exception(error)
        self.ask()

    def on_lost(self, kind, result):
        """The session was lost."""
        try:
            self.keeper.lost(kind, result)
        except Exception as error:  # without memory
            sys.print_exception(error)
        self.ask()

    def end(self):
        """A call of the user's ends the keeping, or another keeper begins."""
        control = self._control
        control.keeping = control.outstanding = None
        session = control.sequence.session
        if session is not None:
            session.holds = False
            session.mqtt.watch_path()
        self.keeper.dropped()

    def poll(self, wait_ms):
        """Calls the keeper if that is due. Returns the ms until the next step, at most `wait_ms`
        if that is not < 0."""
        if self._due_ms is None:
            return wait_ms
        now_ms = time.ticks_ms()
        left_ms = time.ticks_diff(self._due_ms, now_ms)
        if left_ms <= 0:
            self._asked = False
            self._due_ms = time.ticks_add(now_ms, _AGAIN_MS)  # if Ctrl-C ends this call
            try:
                left_ms = self.keeper.poll(now_ms)
            except Exception as error:  # without memory; the session must not end because of it
                sys.print_exception(error)
                left_ms = _AGAIN_MS
            if self._asked:
                return 0  # it has asked for the next call
            if left_ms < 0:
                self._due_ms = None
                return wait_ms
            self._due_ms = time.ticks_add(now_ms, left_ms)
        return left_ms if wait_ms < 0 else min(left_ms, wait_ms)
