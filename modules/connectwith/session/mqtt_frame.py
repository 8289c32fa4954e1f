# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""A frame of MQTT that is to be written: a buffer, and the payload behind it, if it has one."""

from micropython import const

from connectwith import overwrite

_TX_BYTES = const(192)  # enough for every frame but a CONNECT with long credentials
_COPY_BYTES = const(64)  # a longer field is copied as a slice, which allocates an object


class Frame:
    """`out`: the buffer that is to be written next. `out_n`: how many bytes of it."""

    def __init__(self):
        self._tx = self._usual_tx = bytearray(_TX_BYTES)
        self._end = 0
        self._tail = self.out = None
        self.out_n = 0

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
