# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Wi-Fi station: `network.WLAN`, with the state from ESP-IDF's events.

`WLAN.status()` keeps the reason of a failure until there is an address, so two equal failures
cannot be distinguished. `_connectwith.link_state()` counts the events."""

import time

import _connectwith
from micropython import const

from connectwith import links, results, settings, unload
from connectwith.links import retry_limits
from connectwith.settings import nic as nics

_CLASS = const(0)  # _connectwith.LINK_WIFI

# Stages, as in _connectwith.STAGE_...
_HARDWARE = const(0)
_LINK = const(1)
_ADDRESS = const(2)

# The state, that is, what the next poll does.
_IDLE = const(0)
_OPEN = const(1)
_POWER = const(2)
_JOIN = const(3)
_PAUSE = const(4)
_SCAN = const(5)
_JOINING = const(6)
_JOINED = const(7)

# Reasons of a wrong key, by wifi_err_reason_t of ESP-IDF (esp_wifi_types_generic.h): AUTH_EXPIRE,
# 4WAY_HANDSHAKE_TIMEOUT, AUTH_FAIL and HANDSHAKE_TIMEOUT. An access point that has just started
# causes them, too, for some seconds.
_KEY_REASONS = const((2, 15, 202, 204))

_NOT_FOUND = const(201)  # NO_AP_FOUND, of the same enumeration
_NO_LEASE = const(256)  # access_points.NO_LEASE, which the driver does not know

_REPORTS_MIN = const(2)  # a single failed scan or handshake is not reported
_PAUSE_MS = const(200)  # the ESP32 refuses to connect just after an error
_LONGEST_PAUSE_MS = const(600)
# For this time later attempts first join the access point that has accepted after another refused.
_GOOD_MS = const(600000)


class Wlan:
    """See `connectwith.links`."""

    def __init__(self):
        self._wlan = None
        self._nic = None
        self._block = None  # the network of the last join
        self._points = None  # the access points, once one has refused or there is a choice
        self._failures = ()  # of the last attempt, if it had a choice: see `report()`
        self._leaving = False  # the access point is being left, as it gives no lease
        self._good = None  # SSID and BSSID of the one that has accepted after a refusal
        self._good_ms = None  # when it did
        self._dhcp = retry_limits.Dhcp()
        self._state = _IDLE
        self._losses = 0
        self._limits = None
        self._row = None  # of retry_limits, for the last failures
        self._misses = 0  # consecutive failures of that row
        self._missed_ms = 0  # when the join of the first of them began
        self._since_ms = 0  # when the join or the pause under way began
        self.result = results.NO_WIFI
        self.cause = ""
        self.code = self.faults = 0

    def start(self, nic, limits=None):
        self._nic = nic
        self._limits = limits or retry_limits.RetryLimits()
        self._row = self._points = None
        self._failures = ()
        self._misses = self.faults = 0
        self._leaving = False
        self.result = results.NO_WIFI
        self.cause = ""
        self._state = _OPEN
        _connectwith.link_used(_CLASS, True)

    def poll(self):
        state = self._state
        if state >= _JOINING:
            return self._watch()
        if state == _PAUSE:
            pause_ms = _PAUSE_MS
            if self._row is retry_limits.WIFI:
                pause_ms *= min(self._misses, _LONGEST_PAUSE_MS // _PAUSE_MS)
            if time.ticks_diff(time.ticks_ms(), self._since_ms) >= pause_ms:
                self._state = _SCAN
            return _LINK
        if state == _SCAN:
            if self._points is None or not self._points.scan():
                self._state = _JOIN
            return _LINK
        if state == _OPEN:
            self._open()
            return _HARDWARE
        if state == _POWER:
            return self._power()
        if state == _JOIN:
            return self._join()
        return links.FAILED

    def addresses(self):
        """Address, netmask and gateway, when UP."""
        return self._wlan.ifconfig()[:3]

    def info(self):
        if self._state < _JOINING:
            return {}  # a link that is up is foreign, or that of before
        told = {
            "ssid": self._block["ssid"],
            "rssi": self._wlan.status("rssi"),
            "channel": self._wlan.config("channel"),
        }
        bssid = _connectwith.link_bssid()
        if bssid is not None:
            told["bssid"] = bssid.hex()
        return told

    @property
    def network(self):
        """The network (normalised `wificonfig`) that is joined."""
        return self._block

    def signal(self):
        """The signal of the access point in use in dBm (int), None without one."""
        try:
            return self._wlan.status("rssi")
        except OSError:
            return None

    def prefer(self, bssid):
        """The next join of the network in use begins with its access point `bssid`."""
        if self._has_choice():
            from connectwith.links import known_networks

            known_networks.remember(self._block, bssid)
        else:
            self._good = self._block["ssid"], bssid
            self._good_ms = time.ticks_ms()

    def avoid(self):
        if self._state == _JOINED and self._has_choice():
            from connectwith.links import known_networks

            known_networks.remember(self._block, bytes(6))

    def report(self):
        """The failures of the networks, if there is a choice, as (SSID, reason) pairs. A reason is
        a number of wifi_err_reason_t, or access_points.NO_LEASE."""
        failures = self._failures
        if self._points is not None and self._has_choice():
            failures = self._points.failures()
        return {"networks": failures} if failures else {}

    def is_scanning(self):
        """Whether it scans for access points now."""
        return self._points is not None and self._points.is_scanning()

    def adopt(self, used):
        import network

        self._wlan = network.WLAN(network.WLAN.IF_STA)

    def stop(self):
        self._state = _IDLE
        self._forget_points()
        self._nic = self._block = None
        _connectwith.link_used(_CLASS, False)
        if self._wlan is None:
            return
        try:
            if self._wlan.active():
                self._wlan.disconnect()
        except OSError:
            pass  # it was not connected
        try:
            self._wlan.active(False)
        except OSError:
            pass  # it was not started

    def _open(self):
        import network

        self._wlan = network.WLAN(network.WLAN.IF_STA)
        _connectwith.link_watch(_CLASS)
        if self._wlan.active():  # by boot.py or an earlier run: restarted, to have a known state
            self._wlan.active(False)
        self._state = _POWER

    def _power(self):
        if _connectwith.link_state(_CLASS) & links.LINK_UP:
            return _HARDWARE  # the event of the old connection's end is not delivered yet
        self._wlan.active(True)
        self._wlan.config(reconnects=0)  # otherwise the driver itself retries for ever
        if links.power_saving is not None:
            self._wlan.config(pm=links.power_saving)
        self._state = _JOIN
        return self._join()

    def _join(self):
        block = self._nic.get("wificonfig")
        if block is None:
            return self._fail("no network is stored", 0)
        if self._points is None and self._has_choice() and self._make_points().scan():
            self._state = _SCAN
            return _LINK
        static = self._nic.get("staticconfig")
        if static is None:
            self._wlan.ipconfig(dhcp4=True)
        else:
            self._wlan.ifconfig(
                (static["ip"], static["netmask"], static["gateway"], static["dns"][0])
            )
            for server in static["dns"][1:]:  # the driver takes one
                _connectwith.dns_second(server)
        if self._good is not None and not self._has_choice():
            self._prefer_last(block)
        bssid = None
        if self._points is not None:
            block = self._points.network
            bssid = self._points.bssid
        self._block = block
        ssid = block["ssid"]
        key = block["key"]
        if key:
            key = _connectwith.unseal(key, nics.context("wifi", ssid))
        else:
            key = None
        self._losses = _connectwith.link_state(_CLASS) >> links.LOSSES_SHIFT
        self._since_ms = time.ticks_ms()
        self._dhcp.reset()
        self._wlan.connect(ssid, key, bssid=bssid)
        self._state = _JOINING
        return _LINK

    def _watch(self):
        state = _connectwith.link_state(_CLASS)
        if state >> links.LOSSES_SHIFT != self._losses:
            return self._lost(state & 0xFF)
        if state & links.HAS_ADDRESS:
            if self._state != _JOINED:
                self._on_joined()
            return links.UP
        if not state & links.LINK_UP:
            return _LINK
        if self._nic.get("staticconfig") is None and not self._leaving:
            self._await_lease()
        return _ADDRESS

    def _await_lease(self):
        points = self._points
        if self._dhcp.renew(self._wlan):
            points = points or self._make_points()
            points.seek(_connectwith.link_bssid())
        if points is not None and points.has_found():
            self._leaving = True  # until the event of the association's end
            try:
                self._wlan.disconnect()
            except OSError:
                pass  # it has ended by itself

    def _has_choice(self):
        return "networks" in self._nic

    def _make_points(self):
        # Most attempts need neither.
        if self._has_choice():
            from connectwith.links.known_networks import KnownNetworks

            # The list may have been erased since.
            self._points = KnownNetworks(settings.candidates() or [self._nic["wificonfig"]])
        else:
            from connectwith.links.access_points import AccessPoints

            self._points = AccessPoints((self._nic["wificonfig"],))
        return self._points

    def _forget_points(self):
        points = self._points
        self._points = None
        if points is not None and self._has_choice():
            self._failures = points.failures()
            unload("links.known_networks")  # 2.5 KB (on a 64-bit board)

    def _on_joined(self):
        """Joined: only the BSSID is kept of the list of access points."""
        self._state = _JOINED
        self.result = results.NO_WIFI
        points = self._points
        if self._has_choice():
            from connectwith.links import known_networks

            bssid = _connectwith.link_bssid()
            if bssid is not None:
                known_networks.remember(self._block, bssid)
        elif points is not None and points.bssid is not None:
            self._good = points.network["ssid"], points.bssid
            if self._good_ms is None:
                self._good_ms = time.ticks_ms()
        self._forget_points()

    def _prefer_last(self, block):
        """Tries the access point that has accepted last first, once. After `_GOOD_MS` it is
        forgotten."""
        ssid, bssid = self._good
        self._good = None
        if 0 <= time.ticks_diff(time.ticks_ms(), self._good_ms) < _GOOD_MS:
            if ssid == block["ssid"] and self._points is None:
                self._make_points().prefer(bssid)
        else:
            self._good_ms = None

    def _refused(self, reason):
        """Records a refusal. Returns whether all access points that were tried have refused for a
        wrong key. None: one of several was not found, and the others are still to be tried."""
        points = self._points
        if points is None:
            if reason == _NOT_FOUND or self._state == _JOINED:
                return reason in _KEY_REASONS
            points = self._make_points()
        bssid = None if reason == _NOT_FOUND else _connectwith.link_bssid()
        return points.agree(_KEY_REASONS) if points.refuse(bssid, reason) else None

    def _is_over(self, row):
        if self._misses < _REPORTS_MIN or not self._limits.is_over(row, self._missed_ms):
            return False
        if self._points is None or not self._points.has_new():
            return True
        row = retry_limits.WIFI_LIST if self._has_choice() else retry_limits.WIFI_NEXT
        return self._limits.is_over(row, self._missed_ms)

    def _lost(self, reason):
        if self._leaving:
            self._leaving = False
            reason = _NO_LEASE
        wrong_key = self._refused(reason)
        joined_ms = self._since_ms
        self._since_ms = time.ticks_ms()
        self._state = _PAUSE
        if wrong_key is None:
            return _LINK
        # An access point that restarts also causes other reasons; then the key may be right.
        row = retry_limits.WIFI_KEY if wrong_key else retry_limits.WIFI
        if row is not self._row:
            # Networks fail in different ways: their time is counted from the first failure.
            if self._row is None or not self._has_choice():
                self._misses = 0
                self._missed_ms = joined_ms
            self._row = row
        self._misses += 1
        if reason == _NO_LEASE:
            self.result = results.NO_IP_ADDRESS
            self.cause = "no lease"
            self.code = 0
        else:
            self.result = results.NO_WIFI
            self.cause = "Wi-Fi reason"
            self.code = reason
        if self._is_over(row):
            self._state = _IDLE
            return links.FAILED
        self.faults += 1
        return _LINK

    def _fail(self, cause, code):
        self.cause = cause
        self.code = code
        self._state = _IDLE
        return links.FAILED
