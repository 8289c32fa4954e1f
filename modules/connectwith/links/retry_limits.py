# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""RetryLimits: which failures an attempt retries, for how long, and after which pauses.

A permanent failure, which only a person can change, ends an attempt at once. A temporary failure
is retried until the limit of its row is over, or until the attempt's deadline. Then it is the
result. docs/api.md has the rows, too."""

import os
import time
from errno import ECONNRESET

import _connectwith
from micropython import const

from connectwith import results
from connectwith.settings import nic

# The part of its timeout in which a _SINGLE attempt retries. The rest is for the last retry.
_SHARE = const(80)  # percent

# The mode of an attempt: what follows its failure.
_SINGLE = const(0)  # nothing: the caller has named one interface, or this is the last one
_FAILOVER = const(1)  # an attempt over another interface
_RECONNECT = const(2)  # an attempt over the same interface, after a pause

# A row has a limit for each mode: ms from the first of consecutive failures of one kind. 0: no
# limit but _SHARE.
_WHOLE = const(0)
WIFI_KEY = const((5200, 2000, 2000))  # an access point that is starting refuses so, too
WIFI = const((_WHOLE, 2000, 2000))  # other refusals, and a network that is not found
WIFI_NEXT = const((10000, 5000, 5000))  # while an access point of the network was not tried
WIFI_LIST = const((_WHOLE, 15000, 15000))  # while a network of a list was not tried
SIM_ABSENT = const((15000, 3000, 10000))  # some modems report this for seconds after a start
SIM_BUSY = const((_WHOLE, 15000, 15000))
DENIED = const((_WHOLE, 3000, 10000))  # by one operator; another one may accept
MODEM = const((_WHOLE, 5000, 5000))  # a setting or the dial is refused, PPP fails, a reboot
LINK_LOST = const((_WHOLE, 0, 0))
_SERVER = const((_WHOLE, 2000, 0))  # DNS, TCP, proxy, TLS and MQTT

# A peer that is silent for so long in one stage may have lost its power and restarted. Only a new
# connection reaches it then. This applies to _SINGLE only: in other modes another attempt follows.
_SILENT_MS = const(15000)

# The first and the longest pause between retries.
_PAUSE_MS = const(500)
_LONGEST_PAUSE_MS = const(5000)

# The ms between two polls while nothing happens. The last value repeats.
_WAITS_MS = const(b"\x01\x01\x02\x02\x04\x08\x0a")
_LAST_WAIT = const(6)

_DIAL = const(5)  # stages, as in _connectwith.STAGE_...
_PROXY = const(6)

# A code of CONNACK: Server unavailable (MQTT 3.1.1, 3.2.2.3).
_UNAVAILABLE = const(3)
_LOOK_MS = const(100)  # between two polls of the link during a pause

_ECONNABORTED = const(103)  # lwIP: the interface is down, or the peer acknowledges nothing
_LINK_CHECKS = const(10)  # polls of the link, some 60 ms in all, before that counts as the peer's

# lwIP sends DHCP requests at 0, 2, 6, 14, 30 s and so on (core/ipv4/dhcp.c; in ESP-IDF at 0, 0.5,
# 1.5, 3.5, 7.5, 15.5 s: lwipopts.h), and never restarts the sequence by itself. With a restart
# after this time no gap is above 4 s, and a server still has 8 s for its answer.
_DHCP_MS = const(8000)


class RetryLimits:
    """The limits of one attempt, from `begin()` on. A link uses `is_over()` only. The other
    methods are for the stages behind the link. No method allocates."""

    def __init__(self, mode=_FAILOVER, timeout_ms=0):
        self.begin(mode, timeout_ms)

    def begin(self, mode, timeout_ms):
        """Starts an attempt. `mode`: what follows its failure, see `mode_of()`."""
        self.mode = mode
        self._since_ms = time.ticks_ms()
        self._whole_ms = timeout_ms * _SHARE // 100
        self._tries = 0  # how many have failed
        self._failed_ms = 0  # when the first of them failed
        self._stage = 0
        self._stage_ms = 0
        self._resume_ms = 0  # the end of the pause
        self.reset_interval()

    def is_over(self, row, since_ms):
        """Whether a failure of `row` (see above) that has lasted since `since_ms` (ticks) is
        final."""
        now_ms = time.ticks_ms()
        limit_ms = row[self.mode]
        lasted = time.ticks_diff(now_ms, since_ms) >= limit_ms
        if self.mode:
            return lasted
        spent = time.ticks_diff(now_ms, self._since_ms) >= self._whole_ms
        return spent or limit_ms > 0 and lasted

    # -- how soon to look again

    def reset_interval(self):
        """To be called on progress: the waits are short again."""
        self._waits = 0
        self._link_checks = _LINK_CHECKS

    def wait_ms(self):
        """The ms until the next poll: short at first, longer while nothing happens."""
        waits = self._waits
        if waits < _LAST_WAIT:
            self._waits = waits + 1
        return _WAITS_MS[waits]

    def blames_link(self, code):
        """Whether the link may be the cause of a connection that has broken with `code`. lwIP may
        close connections before the events of the link's end are delivered."""
        if code != _ECONNABORTED or not self._link_checks:
            return False
        self._link_checks -= 1
        return True

    # -- whether to try the server again

    def should_retry(self, permanent):
        """Counts a failure. Returns whether the server is tried again, after `pause_ms()`."""
        now_ms = time.ticks_ms()
        if not self._tries:
            self._failed_ms = now_ms
        if permanent or self.is_over(_SERVER, self._failed_ms):
            return False
        # Random, as all boards of a server that was away return at once.
        chance = int.from_bytes(os.urandom(4), "little")
        pause_ms = _connectwith.backoff_ms(self._tries, _PAUSE_MS, _LONGEST_PAUSE_MS, chance)
        self._resume_ms = time.ticks_add(now_ms, pause_ms)
        self._tries += 1
        self.reset_stage()
        return True

    def pause_ms(self):
        """The ms until the next poll of the link, 0 at the end of the pause."""
        left_ms = time.ticks_diff(self._resume_ms, time.ticks_ms())
        return min(left_ms, _LOOK_MS) if left_ms > 0 else 0

    def reset_stage(self):
        """To be called before another connection."""
        self._stage = 0

    def is_silent(self, stage):
        """Whether the peer has been silent for so long in `stage`, the one under way, that another
        connection is needed."""
        now_ms = time.ticks_ms()
        if stage != self._stage:
            self._stage = stage
            self._stage_ms = now_ms
            return False
        if self.mode != _SINGLE or stage < _DIAL:
            return False
        return time.ticks_diff(now_ms, self._stage_ms) >= _SILENT_MS


class Dhcp:
    """Restarts DHCP, for a server that comes up later than the link."""

    def __init__(self):
        self._since_ms = None

    def reset(self):
        """To be called while there is no link."""
        self._since_ms = None

    def renew(self, interface):
        """To be called while `interface` (network.WLAN or LAN) has a link and no address. Returns
        whether DHCP was restarted now."""
        now_ms = time.ticks_ms()
        if self._since_ms is None:
            self._since_ms = now_ms
        elif time.ticks_diff(now_ms, self._since_ms) >= _DHCP_MS:
            self._since_ms = now_ms
            interface.ipconfig(dhcp4=False)
            interface.ipconfig(dhcp4=True)
            return True
        return False


def mode_of(job):
    """The mode of a job: what follows its failure."""
    if job.is_reconnect:
        return _RECONNECT
    return _FAILOVER if job.has_next() else _SINGLE


def pause_ms(tries):
    """The pause before the next try of a modem's command, after `tries` failures."""
    return min(_PAUSE_MS << min(tries, 8), _LONGEST_PAUSE_MS)


def result_of_silence(stage, job):
    """The imp's code for a peer that is silent in `stage`."""
    proxied = job.nic.get("proxyconfig") is not None
    if stage == _PROXY or stage == _DIAL and proxied:
        return results.NO_PROXY
    if stage == _DIAL and job.kind == nic.CELLULAR:
        return results.PPP_NO_CONNECTIVITY
    return results.NO_SERVER


def is_permanent(cause, code):
    """Whether the end of a session is permanent: the broker refuses this client, or the server is
    not a broker."""
    return cause == "CONNACK" and code != _UNAVAILABLE or cause[:5] == "MQTT:"


def is_closed(cause, code):
    """Whether the server has ended the session. If not, the link or the path has."""
    return cause == "closed by the server" or cause == "errno" and code == ECONNRESET
