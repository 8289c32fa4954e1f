# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The access point that is joined next after one has refused. Imported after the first refusal.

`network.WLAN` joins the first access point of a network that it finds (WIFI_FAST_SCAN, the default
of ESP-IDF), and tries no other one. So after a refusal a scan finds all access points of the
network, and they are tried in turn by BSSID: the strongest first, then the one that refused
longest ago. If the scan finds fewer than two, the driver chooses. It also finds a network with a
hidden SSID."""

import time

import _connectwith
from micropython import const

from connectwith import links

_MOST = const(8)  # access points of one network, the strongest
_RENEW_MS = const(10000)  # a scan result is not renewed sooner
_LONGEST_MS = const(6000)  # the limit of a scan; the ESP32 takes up to 4 s

NO_LEASE = 256  # a reason beside those of wifi_err_reason_t, which are one byte

_NETWORK = const(0)  # of an entry: its index in the list of networks
_BSSID = const(1)  # None: the driver chooses
_REASON = const(2)  # of its last refusal; 0: it was not tried


class AccessPoints:
    """The access points of a list of networks (dicts with `ssid` and `key`), in its order."""

    def __init__(self, networks):
        self._networks = networks
        # The first is tried next. One that refuses is moved to the end.
        self._queue = [[i, None, 0] for i in range(len(networks))]
        self._scanned_ms = [None] * len(networks)
        self._refused = {}  # the reasons of those that the driver has chosen, by BSSID
        self._wanted = -1  # the network to scan for
        self._wanted_ms = 0  # when `_wanted` was set
        self._since_ms = None  # when the scan began; None: none runs
        self._joined = None  # network and BSSID of an association that may be left for another one

    @property
    def network(self):
        """The network that is joined next, or is being joined."""
        return self._networks[self._queue[0][_NETWORK]]

    @property
    def bssid(self):
        """The access point of that network. None: the driver chooses."""
        return self._queue[0][_BSSID]

    def prefer(self, bssid, number=0):
        """Puts an access point first. It was joined successfully before."""
        self._queue.insert(0, [number, bssid, 0])

    def has_new(self):
        """Whether an access point was not tried yet, or a scan may find one."""
        return self._wanted >= 0 or not self._queue[0][_REASON]

    def agree(self, reasons):
        """Whether all access points that were tried have refused for one of `reasons`."""
        for entry in self._queue:
            if entry[_REASON] and entry[_REASON] not in reasons:
                return False
        return True

    def refuse(self, bssid, reason):
        """The first access point, `bssid`, has refused. None: none was found. False: that access
        point was not found, but its network has others, which were not asked."""
        entry = self._queue.pop(0)
        number = entry[_NETWORK]
        if bssid is None and entry[_BSSID] is not None:
            self._want(number)
            if any(other[_NETWORK] == number for other in self._queue):
                return False
            entry[_BSSID] = None  # the driver may find another one of this network
        entry[_REASON] = reason
        self._queue.append(entry)
        if bssid is not None:
            if entry[_BSSID] is None:
                if len(self._refused) >= _MOST:
                    self._refused.clear()
                self._refused[bssid] = reason
            self._want(number)
        return True

    def seek(self, bssid):
        """The access point that is joined, `bssid`, gives no lease: scans for others."""
        number = self._queue[0][_NETWORK]
        self._joined = number, bssid
        self._want(number)

    def has_found(self):
        """After `seek()`, once: whether another access point may give a lease. False while the
        scan runs."""
        if self._joined is None or self.scan():
            return False
        number, bssid = self._joined
        self._joined = None
        queue = self._queue
        for entry in queue:
            if entry[_NETWORK] == number and entry[_BSSID] in (bssid, None):
                queue.remove(entry)
                break
        else:
            entry = [number, bssid, 0]
        queue.insert(0, entry)  # `refuse()` is about the first
        for entry in queue[1:]:
            if entry[_REASON] in (0, NO_LEASE):
                return True
        return False

    def _want(self, number):
        now_ms = self._wanted_ms = time.ticks_ms()
        looked_ms = self._scanned_ms[number]
        if looked_ms is None or time.ticks_diff(now_ms, looked_ms) >= _RENEW_MS:
            self._wanted = number

    def scan(self):
        """Scans for others if that is due. True while the scan runs. Waiting allocates nothing."""
        if self._wanted < 0:
            return False
        now_ms = time.ticks_ms()
        if self._since_ms is None:
            return self._begin(now_ms)
        late = time.ticks_diff(now_ms, self._since_ms) >= _LONGEST_MS
        found = _connectwith.scan_result(late)
        if found is None:
            return True
        self._since_ms = None
        self._scanned_ms[self._wanted] = now_ms
        self._take(self._wanted, found)
        self._wanted = -1
        return False

    def is_scanning(self):
        """Whether a scan of this object runs."""
        return self._since_ms is not None

    def _begin(self, now_ms):
        if links.scan is not None:  # the user's scan would lose its result
            if time.ticks_diff(now_ms, self._wanted_ms) < _LONGEST_MS:
                return True
        else:
            try:
                self._start_scan(self._wanted)
                self._since_ms = now_ms
                return True
            except OSError:
                pass
        self._wanted = -1  # the next refusal requests a scan again
        return False

    def _start_scan(self, number):
        _connectwith.scan_start(self._networks[number]["ssid"])

    def _take(self, number, found):
        """Puts the access points that the scan has found into the queue. New ones come first,
        sorted by strength, as in the result of the scan."""
        bssids = [record[1] for record in found[:_MOST]]
        several = len(bssids) > 1
        new, old, rest = [], [], []
        last = 0
        for entry in self._queue:
            bssid = entry[_BSSID]
            if entry[_NETWORK] != number:
                rest.append(entry)
            elif not several:
                last = entry[_REASON]
            elif bssid in bssids:
                bssids.remove(bssid)
                (old if entry[_REASON] else new).append(entry)
        if not several:
            old.append([number, None, last])
        else:
            for bssid in bssids:
                reason = self._refused.get(bssid, 0)
                (old if reason else new).append([number, bssid, reason])
        self._queue = new + rest + old
