# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Patience: what an attempt tries again, and for how long. "Not yet" is not "no".

What cannot change without a person ends an attempt as soon as it is certain. Every other cause is
tried again until the time of its row is over; then, or when the time of the attempt ends first,
that cause is the one that is told. The rows stand in docs/api.md, too.
"""

import time

from micropython import const

# How much of its timeout an attempt tries again that nothing comes after; the rest is for a try
# that is under way then.
_SHARE = const(80)  # percent

# What comes after an attempt that fails.
ALONE = const(0)  # nothing: the caller has named one interface, or this is the last one
SHARED = const(1)  # another interface
REPEATED = const(2)  # the same again, after a pause: the retry after a loss

# A row: ms from the first of such failures in a row, for each of those. 0 for ALONE: the share.
_WHOLE = const(0)
WIFI_KEY = const((5200, 2000, 2000))  # also what an access point says while it starts
WIFI = const((_WHOLE, 2000, 2000))  # other refusals, and a network that is not found
WIFI_NEXT = const((10000, 5000, 5000))  # an access point of it that has not been tried yet
LINK_LOST = const((_WHOLE, 0, 0))
SIM_ABSENT = const((15000, 3000, 10000))  # so it seems for some seconds after a start
SIM_BUSY = const((_WHOLE, 15000, 15000))
DENIED = const((_WHOLE, 3000, 10000))  # by one operator; another may take it
MODEM = const((_WHOLE, 5000, 5000))  # it refuses a setting or the dial, PPP fails, it reboots
SERVER = const((_WHOLE, 2000, 0))  # DNS, TCP, proxy, TLS and MQTT

# A peer that is silent for so long in one stage has gone without a word, as a host does that loses
# its power: only a new connection finds the one that comes after it. Where this is the only
# interface; else another one is the better try.
SILENT_MS = const(15000)

# Of tries: the first pause, and the longest.
PAUSE_MS = const(500)
LONGEST_PAUSE_MS = const(5000)


class Patience:
    """Of one attempt, from now on."""

    def __init__(self, place=SHARED, timeout_ms=0):
        self.place = place
        self._since_ms = time.ticks_ms()
        self._whole_ms = timeout_ms * _SHARE // 100

    def is_over(self, row, since_ms):
        """Whether a cause of `row` (see above) that has lasted since `since_ms` (ticks) is an
        answer now. Allocates nothing."""
        now_ms = time.ticks_ms()
        limit_ms = row[self.place]
        lasted = time.ticks_diff(now_ms, since_ms) >= limit_ms
        if self.place:
            return lasted
        spent = time.ticks_diff(now_ms, self._since_ms) >= self._whole_ms
        return spent or limit_ms > 0 and lasted


def pause_ms(tries):
    """Before the next try, after so many have failed."""
    return min(PAUSE_MS << min(tries, 8), LONGEST_PAUSE_MS)
