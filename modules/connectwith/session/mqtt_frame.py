# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The part of a client of MQTT that knows a frame that is to be written, and the time.

A frame is a buffer, and the payload behind it, if it has one. The keepalive: when PINGREQ is sent,
and how long its answer may take. A class of its own would take half a KB of heap (on a 64-bit
board).
"""

from array import array
from time import ticks_diff

from micropython import const

from connectwith import overwrite

_TX_BYTES = const(192)  # enough for every frame but a CONNECT with long credentials
_COPY_BYTES = const(64)  # a longer field is copied as a slice, which allocates an object

_PING_AFTER_MS = const(60000)  # without traffic; then PINGREQ is sent
_PONG_WITHIN_MS = const(45000)

# Indices into `_ms`, the times of the keepalive in ms. An attribute for each would make the map of
# the client's attributes grow by a step, for which a heap in pieces may have no room.
_RECEIVED = const(0)  # when the last packet has come
_SENT = const(1)  # when the last one was sent
_CLEAR = const(2)  # when no message was unacknowledged
_PINGED = const(3)  # when the PINGREQ was composed that is under way
_WITHIN = const(4)  # how long its answer may take; 0: none is under way
_DUE = const(5)  # 1: it is still to be composed
_AFTER = const(6)  # these three: see watch_path()
_PONG = const(7)
_ACK = const(8)


class Frame:
    """`out`: the buffer that is to be written next. `out_n`: how many bytes of it."""

    def __init__(self):
        self._tx = self._usual_tx = bytearray(_TX_BYTES)
        self._end = 0
        self._tail = self.out = None
        self.out_n = 0
        self.unacked = []  # packet ids of messages with QoS 1, oldest first
        self._ms = array("I", bytes(4 * 9))
        self.watch_path()

    def wipe(self):
        """Overwrites the frame that was composed last. To be called only when `idle()`."""
        if self._tx is not self._usual_tx:
            overwrite(self._tx)
            self._tx = self._usual_tx
            self._end = 0
        for index in range(self._end):
            self._tx[index] = 0
        self._end = 0

    def _make_room(self, length):
        if length + 5 > _TX_BYTES:
            self._tx = bytearray(length + 5)

    def _begin(self, first, length, outside=0):
        """Composes the fixed header. `outside`: how many bytes of the packet are not in the
        buffer."""
        if self.out_n:
            raise RuntimeError("a frame is under way")
        if length > 268435455 or length - outside + 5 > len(self._tx):
            raise ValueError("packet too long")
        self._end = 0
        self._tail = None
        self._byte(first)
        while True:
            self._byte(length & 0x7F | (0x80 if length > 0x7F else 0))
            length >>= 7
            if not length:
                return

    def _byte(self, value):
        self._tx[self._end] = value
        self._end += 1

    def _word(self, value):
        self._byte(value >> 8)
        self._byte(value & 0xFF)

    def _field(self, data):
        n = len(data)
        self._word(n)
        if n > _COPY_BYTES:
            self._tx[self._end : self._end + n] = data
            self._end += n
            return
        for byte in data:  # a slice would allocate an object
            self._tx[self._end] = byte
            self._end += 1

    def _finish(self):
        self.out, self.out_n = self._tx, self._end

    # -- the keepalive

    def keepalive(self, now_ms):
        """Starts the keepalive timers. To be called when the connection has been made."""
        ms = self._ms
        ms[_RECEIVED] = ms[_SENT] = ms[_CLEAR] = now_ms

    def watch_path(
        self, ping_after_ms=_PING_AFTER_MS, pong_within_ms=_PONG_WITHIN_MS, ack_within_ms=0
    ):
        """Sets the times of the keepalive: from the last packet to PINGREQ, and from PINGREQ to
        the end of the session. `ack_within_ms`: after this time with an unacknowledged message and
        no packet from the server PINGREQ is sent, too; 0: it is not."""
        ms = self._ms
        ms[_AFTER], ms[_PONG], ms[_ACK] = ping_after_ms, pong_within_ms, ack_within_ms

    def check_path(self, now_ms, within_ms):
        """Sends PINGREQ now. The session ends if nothing comes within `within_ms` (over 0)."""
        ms = self._ms
        if not ms[_WITHIN]:
            self._ping(now_ms, within_ms)
        elif ticks_diff(now_ms, ms[_PINGED]) + within_ms < ms[_WITHIN]:
            ms[_WITHIN] = ticks_diff(now_ms, ms[_PINGED]) + within_ms

    def _ping(self, now_ms, within_ms):
        ms = self._ms
        ms[_PINGED] = now_ms
        ms[_DUE] = 1
        ms[_WITHIN] = within_ms

    def due_ms(self, now_ms):
        """The ms until `is_alive()` has something to decide, if no packet comes before and every
        message is acknowledged. Not negative."""
        ms = self._ms
        if ms[_WITHIN]:
            left_ms = ms[_WITHIN] - ticks_diff(now_ms, ms[_PINGED])
        else:
            left_ms = ms[_AFTER] - max(
                ticks_diff(now_ms, ms[_RECEIVED]), ticks_diff(now_ms, ms[_SENT])
            )
        return max(0, left_ms)

    def is_alive(self, now_ms):
        """Decides whether a PINGREQ is due. False: the peer has not answered the last one."""
        ms = self._ms
        if not self.unacked:
            ms[_CLEAR] = now_ms
        if ms[_WITHIN]:
            if ms[_DUE] and ticks_diff(ms[_SENT], ms[_PINGED]) > 0:
                ms[_PINGED] = ms[_SENT]  # a long message before it is still being sent
            if ticks_diff(now_ms, ms[_PINGED]) >= ms[_WITHIN]:
                return False
        elif (
            ticks_diff(now_ms, ms[_RECEIVED]) >= ms[_AFTER]
            or ticks_diff(now_ms, ms[_SENT]) >= ms[_AFTER]
            or ms[_ACK]
            and ticks_diff(now_ms, ms[_RECEIVED]) >= ms[_ACK]
            and ticks_diff(now_ms, ms[_CLEAR]) >= ms[_ACK]
        ):
            self._ping(now_ms, ms[_PONG])
        return True
