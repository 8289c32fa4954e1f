# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Within one attempt: how soon to look again, and whether and when the server is tried again."""

import os
import time

import _connectwith
from micropython import const

from connectwith import nic, patience, results

_DIAL = const(5)  # stages, as in _connectwith.STAGE_...
_PROXY = const(6)

# Of CONNACK: the broker is there, its service is not (MQTT 3.1.1, 3.2.2.3).
_UNAVAILABLE = const(3)
_LOOK_MS = const(100)  # at the link, during a pause

# Pauses while nothing happens; the last one stays.
_WAITS_MS = const(b"\x01\x01\x02\x02\x04\x08\x0a")
_LAST_WAIT = const(6)

_ECONNABORTED = const(103)  # lwIP: the interface has gone, or the peer acknowledges nothing
_DOUBTS = const(10)  # looks at the link, some 60 ms in all, before a peer is blamed for that


class Pauses:
    """Short at first, longer while nothing happens."""

    _waits = 0
    _doubts = _DOUBTS

    def pause(self):
        """The ms to wait for: short at first, longer while nothing happens."""
        waits = self._waits
        if waits < _LAST_WAIT:
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


class Retry:
    """`begin()` with each attempt. `patience` is that attempt's."""

    def __init__(self):
        self.patience = None
        self._tries = 0  # that have failed
        self._failed_ms = 0  # the first of those
        self._stage = 0
        self._stage_ms = 0
        self._rest_ms = 0  # until then

    def begin(self, patience_):
        self.patience = patience_
        self._tries = 0
        self.forget_stage()

    def loses_link(self):
        """Whether a link that has gone in the middle of the attempt is brought up again."""
        return not self.patience.is_over(patience.LINK_LOST, time.ticks_ms())

    def goes_on(self, lasting):
        """Counts a failure. Whether the server is tried again, after `rest()`."""
        now_ms = time.ticks_ms()
        if not self._tries:
            self._failed_ms = now_ms
        if lasting or self.patience.is_over(patience.SERVER, self._failed_ms):
            return False
        # By chance, for a server that was away meets all its boards at once.
        chance = int.from_bytes(os.urandom(4), "little")
        pause_ms = _connectwith.backoff_ms(
            self._tries, patience.PAUSE_MS, patience.LONGEST_PAUSE_MS, chance
        )
        self._rest_ms = time.ticks_add(now_ms, pause_ms)
        self._tries += 1
        self.forget_stage()
        return True

    def rest(self):
        """The ms until the next look, 0 when it is time to try."""
        left_ms = time.ticks_diff(self._rest_ms, time.ticks_ms())
        return min(left_ms, _LOOK_MS) if left_ms > 0 else 0

    def forget_stage(self):
        self._stage = 0

    def is_dead(self, stage):
        """Whether the peer has said nothing for so long in `stage`, which is still under way, that
        only another connection can help."""
        now_ms = time.ticks_ms()
        if stage != self._stage:
            self._stage = stage
            self._stage_ms = now_ms
            return False
        if self.patience.place != patience.ALONE or stage < _DIAL:
            return False
        return time.ticks_diff(now_ms, self._stage_ms) >= patience.SILENT_MS


def result_of_silence(stage, job):
    """The imp's code for a peer that says nothing in `stage`."""
    proxied = job.nic.get("proxyconfig") is not None
    if stage == _PROXY or stage == _DIAL and proxied:
        return results.NO_PROXY
    if stage == _DIAL and job.kind == nic.CELLULAR:
        return results.PPP_NO_CONNECTIVITY
    return results.NO_SERVER


def is_lasting(cause, code):
    """Whether a session that has ended so would end so again: the broker refuses this client, or
    it is no broker."""
    return cause == "CONNACK" and code != _UNAVAILABLE or cause[:5] == "MQTT:"
