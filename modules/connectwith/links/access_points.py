# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Which access point is joined next, after one has said no. Loaded when that happens, only then.

`network.WLAN` takes the first access point of a network that it finds (WIFI_FAST_SCAN, the default
of ESP-IDF), and tries no other one. So after a refusal a scan looks for all of the network's, and
they are tried in turn by their BSSID: the strongest first, then whichever refused longest ago. As
long as no second one is known, the driver chooses, which also finds a network that hides.
"""

import time

import _connectwith
from micropython import const

from connectwith import links

_MOST = const(8)  # of one network, the strongest
_RENEW_MS = const(10000)  # until others may have come, and some have gone
_LONGEST_MS = const(6000)  # of a scan; the ESP32 takes up to 4 s

_NETWORK = const(0)  # of an entry: its index in the list of networks
_BSSID = const(1)  # None: whichever the driver finds
_REASON = const(2)  # of its last refusal, 0: it has not been tried


class AccessPoints:
    """Those of a list of networks (dicts with `ssid` and `key`), tried in its order."""

    def __init__(self, networks):
        self._networks = networks
        # In the order of being tried: what has refused goes to the end.
        self._queue = [[i, None, 0] for i in range(len(networks))]
        self._scanned_ms = [None] * len(networks)
        self._refused = {}  # the reason by BSSID, of those that the driver has chosen
        self._wanted = -1  # the network to scan for
        self._wanted_ms = 0  # since when
        self._since_ms = None  # while a scan runs

    @property
    def network(self):
        """The network that is joined next, or is being joined."""
        return self._networks[self._queue[0][_NETWORK]]

    @property
    def bssid(self):
        """The access point of it, None: any."""
        return self._queue[0][_BSSID]

    def prefer(self, bssid):
        """This one first; it was the good one."""
        self._queue.insert(0, [0, bssid, 0])

    def has_new(self):
        """Whether there is one that has not been tried."""
        return self._wanted >= 0 or not self._queue[0][_REASON]

    def agree(self, reasons):
        """Whether each that has been tried has refused for one of `reasons`."""
        for entry in self._queue:
            if entry[_REASON] and entry[_REASON] not in reasons:
                return False
        return True

    def refuse(self, bssid, reason):
        """The first has refused, which was `bssid`, None: nobody was there. False: it is gone, and
        there are others of its network, of which that says nothing."""
        entry = self._queue.pop(0)
        number = entry[_NETWORK]
        if bssid is None and entry[_BSSID] is not None:
            self._want(number)
            if any(other[_NETWORK] == number for other in self._queue):
                return False
            entry[_BSSID] = None  # the driver may find another one
        entry[_REASON] = reason
        self._queue.append(entry)
        if bssid is not None:
            if entry[_BSSID] is None:
                if len(self._refused) >= _MOST:
                    self._refused.clear()
                self._refused[bssid] = reason
            self._want(number)
        return True

    def _want(self, number):
        now_ms = self._wanted_ms = time.ticks_ms()
        looked_ms = self._scanned_ms[number]
        if looked_ms is None or time.ticks_diff(now_ms, looked_ms) >= _RENEW_MS:
            self._wanted = number

    def scan(self):
        """Looks for others, if that is due. True while it takes time, which allocates nothing."""
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
        """Whether a scan of ours runs."""
        return self._since_ms is not None

    def _begin(self, now_ms):
        if links.scan is not None:  # the user's scan would lose its result
            if time.ticks_diff(now_ms, self._wanted_ms) < _LONGEST_MS:
                return True
        else:
            try:
                _connectwith.scan_start(self._networks[self._wanted]["ssid"])
                self._since_ms = now_ms
                return True
            except OSError:
                pass
        self._wanted = -1  # the next refusal asks again
        return False

    def _take(self, number, found):
        """Puts what the scan has found into the queue: those that are new before all others, of
        those the strongest first, as the scan has them."""
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
