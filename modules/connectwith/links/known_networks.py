# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The choice among several known networks. Imported by an attempt that may join more than one.

The network and the access point that have given an address last come first, without a scan. If
they fail, or none is known, or the server was not reached over them, a scan of all channels finds
what is there. The access points of all known networks are joined in turn by BSSID, the strongest
first, of about equal ones the first of the list. The network over which the server was not reached
is the last of these. Networks that the scan has not found come then, in the order of the list.
They may hide their SSID, so the driver looks for them by name. The scan is renewed as after a
refusal of a single network."""

import binascii

import _connectwith
from micropython import const

from connectwith.links.access_points import AccessPoints

_MOST = const(4)  # access points of each network, the strongest
# A signal varies by some dB from scan to scan. In one step the order of the list counts.
_STEP_DB = const(5)
_NOT_FOUND = const(201)  # NO_AP_FOUND of wifi_err_reason_t

_NETWORK = const(0)  # of an entry of the queue, as in access_points.py
_BSSID = const(1)
_REASON = const(2)

# The record in the memory of the link: CRC-32 of the rest, CRC-32 of the SSID, BSSID, 2 bytes 0.
# BSSID 0: the server could not be reached over this network.
_RECORD_BYTES = const(16)


class KnownNetworks(AccessPoints):
    """Access points of several networks (dicts with `ssid` and `key`)."""

    def __init__(self, networks):
        super().__init__(networks)
        self._scanned_ms.append(None)  # of the scan of all channels
        self._unseen = None  # the networks that it has not found, once there was one
        self._reasons = [0] * len(networks)  # of the last failure of each network
        self._avoided, bssid = _recall(networks)
        if bssid is None or not any(bssid):
            self._want_all()
        else:
            self.prefer(bssid, self._avoided)
            self._avoided = -1

    def refuse(self, bssid, reason):
        """As of AccessPoints."""
        number = self._queue[0][_NETWORK]
        counts = super().refuse(bssid, reason)
        if counts:
            self._reasons[number] = reason
        if self._wanted < 0:
            self._want_all()
        return counts

    def failures(self):
        """The SSID of each network that has failed, with the reason: a list of (str, int)."""
        pairs = zip(self._networks, self._reasons)
        return [(network["ssid"], reason) for network, reason in pairs if reason]

    def _want_all(self):
        super()._want(len(self._networks))

    def _want(self, number):
        # The access points of a network that hides its SSID answer to its name alone.
        if self._unseen is not None and number in self._unseen:
            super()._want(number)
        else:
            self._want_all()

    def _start_scan(self, number):
        if number < len(self._networks):
            return super()._start_scan(number)
        _connectwith.scan_start()

    def _take(self, number, found):
        if number < len(self._networks):
            return super()._take(number, found)
        before = self._queue
        seen, hidden = self._match(found, before)
        absent = self._absent(before, hidden)
        new = [entry for entry in seen + absent if not entry[_REASON]]
        # Those that refused longest ago come first. The driver's own choices are not in `before`.
        old = [entry for entry in before if entry[_REASON] and entry in seen]
        chosen = [entry for entry in seen if entry[_REASON] and entry not in old]
        gone = [entry for entry in absent if entry[_REASON]]
        self._queue = new + chosen + old + gone

    def _match(self, found, before):
        """The entries of the access points that a scan has found, the strongest first, and whether
        it has found one that hides its SSID."""
        heard = []
        counts = [0] * len(self._networks)
        hidden = False
        self._unseen = set(range(len(self._networks)))
        for ssid, bssid, _, rssi_dbm, is_open in found:
            hidden = hidden or not ssid
            for number, network in enumerate(self._networks):
                if network["ssid"].encode() == ssid and bool(network["key"]) != is_open:
                    self._unseen.discard(number)
                    counts[number] += 1
                    if counts[number] <= _MOST:
                        step = -(rssi_dbm // _STEP_DB)
                        heard.append((number == self._avoided, step, number, -rssi_dbm, bssid))
        heard.sort()
        return [self._entry(entry[2], entry[4], before) for entry in heard], hidden

    def _entry(self, number, bssid, before):
        for entry in before:
            if entry[_NETWORK] == number and entry[_BSSID] == bssid:
                return entry
        return [number, bssid, self._refused.get(bssid, 0)]

    def _absent(self, before, hidden):
        """The entries of the networks that the scan has not found. Without a hidden network in
        range the scan counts as their failure."""
        entries = []
        for number in sorted(self._unseen):
            reason = 0 if hidden else _NOT_FOUND
            for entry in before:
                if entry[_NETWORK] == number and entry[_REASON]:
                    reason = entry[_REASON]
            if reason:
                self._reasons[number] = reason
            entries.append([number, None, reason])
        return entries


def remember(network, bssid):
    """Keeps the access point that has given an address over resets. It costs no flash. `bssid` 0:
    the network is to be the last of those that a scan finds."""
    record = bytearray(_RECORD_BYTES)
    record[4:8] = _check(network["ssid"].encode())
    record[8:14] = bssid
    record[:4] = _check(record[4:])
    _connectwith.link_memory(record)


def _recall(networks):
    """(index, BSSID) of the access point that was joined last. (-1, None): it is of none of
    them."""
    record = _connectwith.link_memory()
    if record[:4] == _check(record[4:]):
        for number, network in enumerate(networks):
            if _check(network["ssid"].encode()) == record[4:8]:
                return number, record[8:14]
    return -1, None


def _check(value):
    return binascii.crc32(value).to_bytes(4, "little")
