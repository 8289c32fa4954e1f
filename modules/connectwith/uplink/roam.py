# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Roam: when a device leaves a weak access point for a stronger one of the same network. It has no
input or output. Times are of `time.ticks_ms()`, which wraps.

An access point is weak when three looks in a row, 10 s apart, have found less than -75 dBm. Then a
scan is due, and another access point is worth the change if it is at least 10 dB stronger than
this one. Scans that find none come after 1, 2, 4, 8 and then 16 minutes, until the signal has
reached -70 dBm again. After a change there is none for 5 minutes; that doubles, up to 80 minutes,
while the device does not arrive where it was to go. So between two access points that differ by
less than 10 dB it stays with either."""

from time import ticks_add, ticks_diff

from micropython import const

LOOK_MS = const(10000)
WEAK_DBM = const(-75)
GOOD_DBM = const(-70)
BETTER_DB = const(10)

_LOOKS = const(3)
_SCAN_MS = const(60000)
_SCANS_MAX = const(4)  # how often that doubles
_HOLD_MS = const(300000)
_HOLDS_MAX = const(4)


class Roam:
    def __init__(self):
        self._weak = 0  # looks in a row
        self._scans = 0  # that have found nothing
        self._until = None  # no scan before
        self._wanted = None  # the BSSID that the last change was to
        self._astray = 0  # changes in a row that have led to another one

    def begin(self, bssid):
        """A session over the access point `bssid` has begun. Called before `look()`."""
        self._weak = 0
        if self._wanted is not None:
            arrived = bssid == self._wanted
            self._astray = 0 if arrived else min(self._astray + 1, _HOLDS_MAX)
            self._wanted = None

    def look(self, rssi_dbm, now_ms):
        """The signal of the access point in use. Returns whether a scan is due."""
        if self._until is not None and ticks_diff(self._until, now_ms) <= 0:
            self._until = None  # also because a time that is long past seems to be in the future
        if rssi_dbm >= GOOD_DBM:
            self._scans = 0
        self._weak = self._weak + 1 if rssi_dbm < WEAK_DBM else 0
        return self._weak >= _LOOKS and self._until is None

    def choose(self, bssid, rssi_dbm, found, now_ms):
        """The result of a scan: pairs of BSSID and dBm. `bssid` and `rssi_dbm` are those of the
        access point in use. Returns the BSSID that is worth the change, or None."""
        best = None
        best_dbm = 0
        for other, other_dbm in found:
            if other == bssid:
                rssi_dbm = max(rssi_dbm, other_dbm)
            elif best is None or other_dbm > best_dbm:
                best, best_dbm = other, other_dbm
        if best is not None and best_dbm >= rssi_dbm + BETTER_DB:
            return best
        self._until = ticks_add(now_ms, _SCAN_MS << self._scans)
        self._scans = min(self._scans + 1, _SCANS_MAX)
        return None

    def leave(self, bssid, now_ms):
        """The device changes to `bssid` now."""
        self._wanted = bssid
        self._weak = self._scans = 0
        self._until = ticks_add(now_ms, _HOLD_MS << self._astray)
