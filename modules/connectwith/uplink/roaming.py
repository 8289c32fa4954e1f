# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Roaming: looks at the signal while a session over Wi-Fi lives, and scans if roam.py says so."""

import time

import _connectwith
from micropython import const

from connectwith import links
from connectwith.settings import nic
from connectwith.uplink import roam

_SEEING_MS = const(50)
_LONGEST_MS = const(6000)  # the limit of a scan; the ESP32 takes up to 4 s
_ROOM_MS = const(500)  # between two looks whether the session has become quiet


class Roaming:
    """`target`: after `poll()`, the BSSID of the access point to change to now, or None."""

    def __init__(self, control):
        self._control = control
        self._roam = roam.Roam()
        self._looked_ms = 0
        self._scan_ms = None  # since when a scan runs
        self._chosen = None
        self.target = None

    def begin(self, now_ms):
        """A session over Wi-Fi has begun."""
        self.end()
        self._roam.begin(_connectwith.link_bssid())
        self._looked_ms = now_ms

    def end(self):
        """The session has ended, or moves."""
        self.target = self._chosen = None
        if self._scan_ms is not None:
            self._scan_ms = None
            if links.scan is self:
                links.scan = None

    def poll(self, now_ms):
        """Returns the ms until the next call."""
        if self._scan_ms is not None and not self._take(now_ms):
            return _SEEING_MS
        left_ms = roam.LOOK_MS - time.ticks_diff(now_ms, self._looked_ms)
        if self._chosen is not None:
            if self._is_quiet():
                self.target = self._chosen
                return 0
            if left_ms > 0:
                return min(left_ms, _ROOM_MS)
            self._chosen = None  # its signal is of the past
        if left_ms > 0:
            return left_ms
        self._looked_ms = now_ms
        rssi_dbm = links.get(nic.WIFI).signal()
        if rssi_dbm is not None and self._roam.look(rssi_dbm, now_ms) and self._is_quiet():
            return self._scan(now_ms)
        return roam.LOOK_MS

    def leave(self, now_ms):
        """The session moves to `target` now."""
        links.get(nic.WIFI).prefer(self.target)
        self._roam.leave(self.target, now_ms)
        self.end()

    def _is_quiet(self):
        """Whether nothing is under way that a change would disturb."""
        control = self._control
        if nic.WIFI in links.held or links.scan is not None:
            return False
        return control.is_idle() and not control.session.busy()

    def _scan(self, now_ms):
        try:
            _connectwith.scan_start(links.get(nic.WIFI).network["ssid"])
        except OSError:
            return roam.LOOK_MS
        links.scan = self  # the user's scan would lose its result
        self._scan_ms = now_ms
        return _SEEING_MS

    def _take(self, now_ms):
        """The result of the scan. False: it still runs."""
        late = time.ticks_diff(now_ms, self._scan_ms) >= _LONGEST_MS
        found = _connectwith.scan_result(late)
        if found is None:
            return False
        self._scan_ms = None
        links.scan = None
        link = links.get(nic.WIFI)
        rssi_dbm = link.signal()
        if rssi_dbm is not None:
            is_open = not link.network["key"]
            others = [(record[1], record[3]) for record in found if record[4] == is_open]
            self._chosen = self._roam.choose(_connectwith.link_bssid(), rssi_dbm, others, now_ms)
        return True
