# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A radio with access points for the Wi-Fi link: scans, joins, refusals, leases."""

import sys
import types
from dataclasses import dataclass

import _connectwith
from connectwith import links
from connectwith.links import wlan

NOT_FOUND = 201
SCAN_MS = 2000
NOT_FOUND_MS = 2400  # a scan of all channels by the driver


@dataclass
class Point:
    """An access point. `refuses`: the reason of each join, 0: it accepts. `lease_ms`: after how
    long it gives an address; None: never."""

    ssid: str
    number: int
    rssi: int = -50
    refuses: int = 0
    takes_ms: int = 1000
    is_open: bool = True
    hidden: bool = False
    lease_ms: int | None = 0

    @property
    def bssid(self):
        return bytes([2, 0, 0, 0, 0, self.number])


class Air:
    """`points`: what is there. `scans`: the SSIDs that were scanned for, None for all. `joins`:
    (SSID, BSSID or None) of each join, in order. `memory`: what the link keeps over resets."""

    def __init__(self, monkeypatch, clock):
        self.points = []
        self.scans = []
        self.joins = []
        self.memory = bytes(range(16))  # noise
        self.keys = []
        self._clock = clock
        self._scan_ms = None
        self._losses = self._reason = self._bits = 0
        self._due = None  # what happens, and when
        self._on = False
        self.at = None  # the access point that it is associated with, or was
        driver = self._driver()
        monkeypatch.setitem(sys.modules, "network", types.SimpleNamespace(WLAN=driver))
        calls = {
            "link_watch": lambda link: None,
            "link_state": self._state,
            "link_bssid": lambda: self.at.bssid if self.at else None,
            "link_memory": self._memory,
            "scan_start": self._scan_start,
            "scan_result": self._scan_result,
        }
        for name, call in calls.items():
            monkeypatch.setattr(_connectwith, name, call, False)
        self.link = wlan.Wlan()

    def _memory(self, *record):
        if record:
            assert len(record[0]) == 16
            self.memory = bytes(record[0])
        return self.memory

    def _scan_start(self, ssid=None):
        if self._due is not None and not self._bits:
            raise OSError(0x3006)  # it is joining
        self.scans.append(ssid)
        self._scan_ms = self._clock.now_ms

    def _scan_result(self, late):
        if not late and self._clock.now_ms - self._scan_ms < SCAN_MS:
            return None
        wanted = self.scans[-1]
        found = []
        for point in sorted(self.points, key=lambda point: -point.rssi):
            if wanted in (None, point.ssid):
                shown = b"" if point.hidden and wanted is None else point.ssid.encode()
                found.append((shown, point.bssid, 1, point.rssi, point.is_open))
        return found

    def _driver(air):
        class Driver:
            IF_STA = 0

            def __init__(self, _):
                pass

            def active(self, *on):
                if on:
                    air._on = on[0]
                if not air._on:
                    air._bits, air._due = 0, None
                return air._on

            def config(self, *_, **__):
                return 1

            def ipconfig(self, **_):
                pass

            def disconnect(self):
                air._due = air._clock.now_ms, ("lose", 8)

            def status(self, _):
                return air.at.rssi

            connect = air._join

        return Driver

    def _join(self, ssid, key, bssid=None):
        self.joins.append((ssid, bssid))
        self.keys.append(key)
        there = [p for p in self.points if p.ssid == ssid and bssid in (None, p.bssid)]
        self.at = there[0] if there else None
        now_ms = self._clock.now_ms
        if self.at is None:
            self._due = now_ms + NOT_FOUND_MS, ("lose", NOT_FOUND)
        elif self.at.refuses:
            self._due = now_ms + self.at.takes_ms, ("lose", self.at.refuses)
        else:
            self._due = now_ms + self.at.takes_ms, ("up", self.at.lease_ms)

    def _state(self, _):
        while self._due is not None and self._clock.now_ms >= self._due[0]:
            due_ms, (what, value) = self._due
            self._due = None
            if what == "lose":
                self._losses, self._reason, self._bits = self._losses + 1, value, 0
                if value == NOT_FOUND:
                    self.at = None
            elif what == "up":
                self._bits = links.LINK_UP
                if value is not None:
                    self._due = due_ms + value, ("lease", 0)
            else:
                self._bits |= links.HAS_ADDRESS
        return self._losses << links.LOSSES_SHIFT | self._bits | self._reason

    def attempt(self, nic, limits, most_ms):
        """One attempt to its end: (the final stage, its duration in ms). The link stays up until
        the next one."""
        self.link.stop()
        self.joins.clear()
        self.scans.clear()
        self.link.start(nic, limits)
        began_ms = self._clock.now_ms
        while (stage := self.link.poll()) not in (links.UP, links.FAILED):
            self._clock.now_ms += 10
            assert self._clock.now_ms - began_ms <= most_ms, "no end"
        return stage, self._clock.now_ms - began_ms

    def names(self):
        """The joins as "SSID number", without a number where the driver has chosen."""
        return [f"{ssid} {bssid[5]}" if bssid else ssid for ssid, bssid in self.joins]
