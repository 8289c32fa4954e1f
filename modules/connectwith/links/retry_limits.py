# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""RetryLimits: what an attempt tries again, for how long, and how soon. "Not yet" is not "no".

What cannot change without a person ends an attempt as soon as it is certain. Every other cause is
tried again until the time of its row is over; then, or when the time of the attempt ends first,
that cause is the one that is told. The rows stand in docs/api.md, too.
"""

import os
import time

import _connectwith
from micropython import const

from connectwith import results
from connectwith.settings import nic

# How much of its timeout an attempt tries again that nothing comes after; the rest is for a try
# that is under way then.
_SHARE = const(80)  # percent

# What comes after an attempt that fails.
_SINGLE = const(0)  # nothing: the caller has named one interface, or this is the last one
_FAILOVER = const(1)  # another interface
_RECONNECT = const(2)  # the same again, after a pause: the retry after a loss

# A row: ms from the first of such failures in a row, for each of those. 0 for _SINGLE: the share.
_WHOLE = const(0)
WIFI_KEY = const((5200, 2000, 2000))  # also what an access point says while it starts
WIFI = const((_WHOLE, 2000, 2000))  # other refusals, and a network that is not found
WIFI_NEXT = const((10000, 5000, 5000))  # an access point of it that has not been tried yet
SIM_ABSENT = const((15000, 3000, 10000))  # so it seems for some seconds after a start
SIM_BUSY = const((_WHOLE, 15000, 15000))
DENIED = const((_WHOLE, 3000, 10000))  # by one operator; another may take it
MODEM = const((_WHOLE, 5000, 5000))  # it refuses a setting or the dial, PPP fails, it reboots
LINK_LOST = const((_WHOLE, 0, 0))
_SERVER = const((_WHOLE, 2000, 0))  # DNS, TCP, proxy, TLS and MQTT

# A peer that is silent for so long in one stage has gone without a word, as a host does that loses
# its power: only a new connection finds the one that comes after it. Where this is the only
# interface; else another one is the better try.
_SILENT_MS = const(15000)

# Of tries: the first pause, and the longest.
_PAUSE_MS = const(500)
_LONGEST_PAUSE_MS = const(5000)

# The ms between two polls while nothing happens; the last one stays.
_WAITS_MS = const(b"\x01\x01\x02\x02\x04\x08\x0a")
_LAST_WAIT = const(6)

_DIAL = const(5)  # stages, as in _connectwith.STAGE_...
_PROXY = const(6)

# Of CONNACK: the broker is there, its service is not (MQTT 3.1.1, 3.2.2.3).
_UNAVAILABLE = const(3)
_LOOK_MS = const(100)  # at the link, during a pause

_ECONNABORTED = const(103)  # lwIP: the interface has gone, or the peer acknowledges nothing
_LINK_CHECKS = const(10)  # looks at the link, some 60 ms in all, before a peer is blamed for that

# lwIP asks for an address at 0, 2, 6, 14, 30 s and so on (core/ipv4/dhcp.c; in ESP-IDF at 0, 0.5,
# 1.5, 3.5, 7.5, 15.5 s: lwipopts.h) and is never begun anew by itself. With this no gap is above
# 4 s, and a server still has 8 s for its answer.
_DHCP_MS = const(8000)


class RetryLimits:
    """Of one attempt, from `begin()` on. A link asks `is_over()` alone; all else is for what lies
    behind the link. Nothing here allocates."""

    def __init__(self, mode=_FAILOVER, timeout_ms=0):
        self.begin(mode, timeout_ms)

    def begin(self, mode, timeout_ms):
        """`mode`: what comes after the attempt, see `mode_of()`."""
        self.mode = mode
        self._since_ms = time.ticks_ms()
        self._whole_ms = timeout_ms * _SHARE // 100
        self._tries = 0  # that have failed
        self._failed_ms = 0  # the first of those
        self._stage = 0
        self._stage_ms = 0
        self._resume_ms = 0  # until then
        self.reset_interval()

    def is_over(self, row, since_ms):
        """Whether a cause of `row` (see above) that has lasted since `since_ms` (ticks) is an
        answer now."""
        now_ms = time.ticks_ms()
        limit_ms = row[self.mode]
        lasted = time.ticks_diff(now_ms, since_ms) >= limit_ms
        if self.mode:
            return lasted
        spent = time.ticks_diff(now_ms, self._since_ms) >= self._whole_ms
        return spent or limit_ms > 0 and lasted

    # -- how soon to look again

    def reset_interval(self):
        """Something has happened: the waits are short again."""
        self._waits = 0
        self._link_checks = _LINK_CHECKS

    def wait_ms(self):
        """The ms to wait for: short at first, longer while nothing happens."""
        waits = self._waits
        if waits < _LAST_WAIT:
            self._waits = waits + 1
        return _WAITS_MS[waits]

    def blames_link(self, code):
        """Whether a connection that has broken with `code` may still turn out to be the link's
        fault: lwIP may hear of the link's end before the link's own events are delivered."""
        if code != _ECONNABORTED or not self._link_checks:
            return False
        self._link_checks -= 1
        return True

    # -- whether to try the server again

    def should_retry(self, permanent):
        """Counts a failure. Whether the server is tried again, after `pause_ms()`."""
        now_ms = time.ticks_ms()
        if not self._tries:
            self._failed_ms = now_ms
        if permanent or self.is_over(_SERVER, self._failed_ms):
            return False
        # By chance, for a server that was away meets all its boards at once.
        chance = int.from_bytes(os.urandom(4), "little")
        pause_ms = _connectwith.backoff_ms(self._tries, _PAUSE_MS, _LONGEST_PAUSE_MS, chance)
        self._resume_ms = time.ticks_add(now_ms, pause_ms)
        self._tries += 1
        self.reset_stage()
        return True

    def pause_ms(self):
        """The ms until the next look, 0 when it is time to try."""
        left_ms = time.ticks_diff(self._resume_ms, time.ticks_ms())
        return min(left_ms, _LOOK_MS) if left_ms > 0 else 0

    def reset_stage(self):
        """What comes is another connection."""
        self._stage = 0

    def is_silent(self, stage):
        """Whether the peer has said nothing for so long in `stage`, which is still under way, that
        only another connection can help."""
        now_ms = time.ticks_ms()
        if stage != self._stage:
            self._stage = stage
            self._stage_ms = now_ms
            return False
        if self.mode != _SINGLE or stage < _DIAL:
            return False
        return time.ticks_diff(now_ms, self._stage_ms) >= _SILENT_MS


class Dhcp:
    """Begins DHCP anew, for a server that comes later than the link."""

    def __init__(self):
        self._since_ms = None

    def reset(self):
        """There is no link yet."""
        self._since_ms = None

    def renew(self, interface):
        """To be called while `interface` (network.WLAN or LAN) has a link and no address."""
        now_ms = time.ticks_ms()
        if self._since_ms is None:
            self._since_ms = now_ms
        elif time.ticks_diff(now_ms, self._since_ms) >= _DHCP_MS:
            self._since_ms = now_ms
            interface.ipconfig(dhcp4=False)
            interface.ipconfig(dhcp4=True)


def mode_of(job):
    """What comes after an attempt."""
    if job.is_reconnect:
        return _RECONNECT
    return _FAILOVER if job.has_next() else _SINGLE


def pause_ms(tries):
    """Before the next try of a modem's setting, after so many have failed."""
    return min(_PAUSE_MS << min(tries, 8), _LONGEST_PAUSE_MS)


def result_of_silence(stage, job):
    """The imp's code for a peer that says nothing in `stage`."""
    proxied = job.nic.get("proxyconfig") is not None
    if stage == _PROXY or stage == _DIAL and proxied:
        return results.NO_PROXY
    if stage == _DIAL and job.kind == nic.CELLULAR:
        return results.PPP_NO_CONNECTIVITY
    return results.NO_SERVER


def is_permanent(cause, code):
    """Whether a session that has ended so would end so again: the broker refuses this client, or
    it is no broker."""
    return cause == "CONNACK" and code != _UNAVAILABLE or cause[:5] == "MQTT:"
