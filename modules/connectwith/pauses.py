# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""How soon to look again while an attempt or a session waits for something."""

from micropython import const

# Pauses while nothing happens; the last one stays.
_WAITS_MS = const(b"\x01\x01\x02\x02\x04\x08\x0a")

_ECONNABORTED = const(103)  # lwIP: the interface has gone, or the peer acknowledges nothing
_DOUBTS = const(10)  # looks at the link, some 60 ms in all, before a peer is blamed for that


class Pauses:
    """Short at first, longer while nothing happens."""

    _waits = 0
    _doubts = _DOUBTS

    def pause(self):
        """The ms to wait for: short at first, longer while nothing happens."""
        waits = self._waits
        if waits < 6:
            self._waits = waits + 1
        return _WAITS_MS[waits]

    def hurry(self):
        """Something has happened: pauses are short again."""
        self._waits = 0
        self._doubts = _DOUBTS

    def doubts(self, code):
        """Whether a connection that has broken with `code` may still turn out to be the link's
        fault: lwIP may hear of the link's end before the link's own events are delivered."""
        if code != _ECONNABORTED or not self._doubts:
            return False
        self._doubts -= 1
        return True
