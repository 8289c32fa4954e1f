# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The delivery of kept messages, in their order, by the steps of a session.

What was acknowledged is known in RAM. In flash it shows when a file is removed, with its last
message. So after a reset messages of one file may be sent again, and none is lost. A step reads
one message or removes one file.
"""

import time

import _connectwith
import micropython
from micropython import const

from connectwith import call
from connectwith.links import retry_limits
from connectwith.outbox import records
from connectwith.outbox.box import now_s

_WINDOW = const(4)  # messages that are sent and not acknowledged
_LIGHT_BYTES = const(512)
_PAUSE_MS = const(5000)  # after an error of the flash, or without memory

# Some brokers close the connection because of a message: it is too long, or on a topic that the
# device may not publish on. After so many sessions that the server has ended with the same message
# on its way, the outbox waits in the next ones, longer each time, so that the device stays of use.
# A link or a path that ends the session says nothing about the message.
_TRIES = const(3)
_BLAMED_MS = const(60000)
_DOUBLINGS = const(6)
_BEHIND = const(0x3FFFFFFF)  # the end of any file


class Delivery:
    """`box`: the box.Box. `on_dropped`: the user's callback, or None."""

    def __init__(self, box):
        self.box = box
        self.on_dropped = None
        self._session = None  # that which sends
        self._told = 0  # dropped messages that `on_dropped` knows of
        # Of each message that is sent: (packet id, file, where, number, bytes).
        self._flying = []
        # The message that is sent next: its file, by the first number, where in it, its number.
        self._file = self._at = self._number = 0
        self._id = None  # of that file; None: it must be read
        self._has_more = True
        self._pausing = False
        self._paused_ms = 0
        self._pause_ms = _PAUSE_MS
        self._tried = 0  # the number of the message that was on its way then
        self._tries = 0
        self._waited_ms = 0  # in sessions since then

    # -- what the user calls

    def accept(self, name, payload):
        """See box.Box.accept(). `name` (str) and `payload` (bytes) are those of agent.send()."""
        with _connectwith.SchedulerLock():
            accepted = self.box.accept(name.encode(), payload)
            self._has_more = True
            if self._pause_ms == _PAUSE_MS:
                self._pausing = False
        self._tell()
        return accepted

    def state(self):
        """See imp.uplink.outbox()."""
        box = self.box
        with _connectwith.SchedulerLock():
            box.look()
            return {
                "count": box.count(),
                "bytes": box.total(),
                "size": box.size,
                "oldest": box.oldest_s(),
                "dropped": box.dropped,
                "damaged": box.damaged,
            }

    def clear(self):
        """See imp.uplink.clearoutbox()."""
        with _connectwith.SchedulerLock():
            self._tries = 0
            self._pausing = False
            return self.box.clear()

    # -- what a session calls

    def begin(self, session):
        """A session begins. What the one before has sent, and was not acknowledged, is sent
        again."""
        if self._flying:
            _, self._file, self._at, self._number, _ = self._flying[0]
            self._id = None
            self._flying.clear()
        self._session = session
        self._has_more = True
        self._pausing = self._tries >= _TRIES
        if self._pausing:
            # Sessions that are shorter than the pause would never send anything otherwise.
            self._paused_ms = time.ticks_add(time.ticks_ms(), -self._waited_ms)
            self._pause_ms = _BLAMED_MS << min(self._tries - _TRIES, _DOUBLINGS)

    def without(self, session, messages):
        """Those of a session's messages (name, payload, packet id) that are not the outbox's."""
        self.note(session)
        return [m for m in messages if not any([m[2] == own[0] for own in self._flying])]

    def note(self, session):
        """Notes what the server has acknowledged."""
        if session is not self._session:
            return  # it has been moved to another session
        flying = self._flying
        box = self.box
        while flying and not session.is_waiting(flying[0][0]):
            box.done = max(box.done, flying[0][3] + 1)
            flying.pop(0)
            self._tries = 0

    def end(self, session):
        """A session ends. To be called also if another one has begun."""
        self.note(session)
        if session is not self._session:
            return
        if self._tries >= _TRIES:
            waited_ms = time.ticks_diff(time.ticks_ms(), self._paused_ms)
            self._waited_ms = min(max(0, waited_ms), _BLAMED_MS << _DOUBLINGS)
        if not self._flying:
            return
        if retry_limits.is_closed(session.cause, session.code):
            number = self._flying[0][3]
            self._tries = self._tries + 1 if self._tried == number else 1
            self._tried = number
            self._waited_ms = 0
        self._session = None  # after Ctrl-C this is called again

    def feed(self, session, now_ms):
        """Gives an open session the next message, if it has nothing else to send."""
        if not self.is_waiting() or session is not self._session:
            return
        if self._pausing and time.ticks_diff(now_ms, self._paused_ms) < self._pause_ms:
            return
        try:
            self.box.look()
            # To find a file takes littlefs longer than to read it, so a step uses one.
            if self._settle(session):
                self._has_more = True  # the next file may be another one to remove
            elif self._may_send() and session.is_drained():
                self._has_more = self._send(session)
            self._pausing = False
        except (OSError, MemoryError):
            # Nothing is lost: it is tried again.
            self.box.files = None
            self._paused_ms = now_ms
            self._pause_ms = _PAUSE_MS
            self._pausing = True
        self._tell()

    def has_work(self):
        """Whether the next call of feed() should come soon."""
        return self._has_more and not self._pausing

    def is_waiting(self):
        """Whether there are messages that were not acknowledged, as far as is known."""
        return self._has_more or len(self._flying) > 0

    def due_ms(self, now_ms, idle_ms):
        """The ms until feed() is to be called although nothing happens, at most `idle_ms`."""
        if not self._pausing:
            return idle_ms
        return min(idle_ms, max(0, self._pause_ms - time.ticks_diff(now_ms, self._paused_ms)))

    def _may_send(self):
        """Whether the window has room. Long messages are sent one at a time, because a session may
        hold what is not acknowledged in its send buffer."""
        flying = self._flying
        return not flying or len(flying) < _WINDOW and flying[-1][4] <= _LIGHT_BYTES

    def _settle(self, session):
        """Removes a file if all of it is acknowledged. Returns whether it has."""
        self.note(session)
        flying = self._flying
        box = self.box
        if not box.files:
            return False
        first, n = box.files[0]
        if first > self._file or first == self._file and self._at < n:
            return False  # there is something to send in it
        if flying and flying[0][1] <= first:
            return False
        box.remove()
        return True

    def _send(self, session):
        """Sends the next message. Returns whether there was one."""
        if not self._find():
            return False
        box = self.box
        first, at, number = self._file, self._at, self._number
        head, data = box.read_record(first, at)
        if self._id is None:
            self._id = records.box_id(head)
        if self._id is None or data is None:
            box.damaged += 1
            self._at = _BEHIND  # nothing more of this file can be read
            return True
        message = records.read(data, number)
        if message is None:
            box.damaged += 1
        elif box.is_old(message[0], now_s()):
            box.dropped += 1
        else:
            payload = records.envelope(self._id, number, message[2])
            packet_id = session.enqueue("agent/" + message[1], payload)
            self._flying.append((packet_id, first, at, number, len(payload)))
        self._at = at + len(data)
        self._number = number + 1
        return True

    def _find(self):
        """Goes to the next file at the end of one. Returns whether there is a message."""
        for first, n in self.box.files:
            if first == self._file and self._at < n:
                return True
            if first > self._file:
                self._file, self._at, self._number = first, records.HEAD_BYTES, first
                self._id = None
                return True
        return False

    def _tell(self):
        if self.on_dropped is not None and self._told != self.box.dropped:
            try:
                micropython.schedule(self._call, None)
            except RuntimeError:
                pass  # the scheduler's queue is full: the next use tries again

    def _call(self, nothing):
        count = self.box.dropped - self._told
        if count and self.on_dropped is not None:
            self._told += count
            call(self.on_dropped, count)
