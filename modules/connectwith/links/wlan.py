# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Wi-Fi station: `network.WLAN`, told apart by ESP-IDF's own events.

`WLAN.status()` keeps the reason of an earlier failure until an address comes, so it cannot tell
a second "no such network" from the first. `_connectwith.link_state()` counts the events instead.
"""

import time

import _connectwith
from micropython import const

from connectwith import links, results
from connectwith import nic as nics

_IDLE = const(0)
_OPEN = const(1)
_POWER = const(2)
_JOIN = const(3)
_JOINING = const(4)
_PAUSE = const(5)

# wifi_err_reason_t of ESP-IDF (esp_wifi_types_generic.h).
_AUTH_EXPIRE = const(2)
_HANDSHAKE_4WAY_TIMEOUT = const(15)
_NO_AP_FOUND = const(201)
_AUTH_FAIL = const(202)
_HANDSHAKE_TIMEOUT = const(204)
_NO_AP_COMPATIBLE = const(210)
_NO_AP_RSSI = const(212)

_VERDICT = const(2)  # reports that make a verdict: one missed scan, one lost handshake is noise
_REFUSALS = const(4)  # other failures, a busy access point for one, deserve some patience
_PAUSE_MS = const(200)  # the ESP32 refuses to connect just after an error


class Wlan:
    """See `connectwith.links`."""

    def __init__(self):
        self._wlan = None
        self._nic = None
        self._turn = _IDLE
        self._misses = self._losses = 0
        self._paused_ms = 0
        self.result = results.NO_WIFI
        self.cause = ""
        self.code = 0

    def start(self, nic):
        self._nic = nic
        self._misses = 0
        self.cause = ""
        self._turn = _OPEN

    def poll(self):
        turn = self._turn
        if turn == _JOINING:
            return self._watch()
        if turn == _PAUSE:
            if time.ticks_diff(time.ticks_ms(), self._paused_ms) >= _PAUSE_MS:
                self._turn = _JOIN
            return 1
        if turn == _OPEN:
            self._open()
            return 0
        if turn == _POWER:
            return self._power()
        if turn == _JOIN:
            return self._join()
        return links.FAILED

    def addresses(self):
        """Address, netmask, gateway and name server, when UP."""
        return self._wlan.ifconfig()

    def info(self):
        return {
            "ssid": self._nic["wificonfig"]["ssid"],
            "rssi": self._wlan.status("rssi"),
            "channel": self._wlan.config("channel"),
        }

    def stop(self):
        self._turn = _IDLE
        self._nic = None
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
        _connectwith.link_watch(0)
        if self._wlan.active():  # by boot.py or an earlier run: begin from a known state
            self._wlan.active(False)
        self._turn = _POWER

    def _power(self):
        if _connectwith.link_state(0) & links.LINK_UP:
            return 0  # the event of the old connection's end is still on its way
        self._wlan.active(True)
        self._wlan.config(reconnects=0)  # else the driver tries for ever by itself
        self._turn = _JOIN
        return self._join()

    def _join(self):
        block = self._nic.get("wificonfig")
        if block is None:
            return self._fail("no network is stored", 0)
        static = self._nic.get("staticconfig")
        if static is None:
            self._wlan.ipconfig(dhcp4=True)
        else:
            self._wlan.ifconfig(
                (static["ip"], static["netmask"], static["gateway"], static["dns"][0])
            )
            for server in static["dns"][1:]:  # the driver takes one
                _connectwith.dns_second(server)
        ssid = block["ssid"]
        key = block["key"]
        if key:
            key = _connectwith.unseal(key, nics.context("wifi", ssid))
        else:
            key = None
        self._losses = _connectwith.link_state(0) >> links.LOSSES_SHIFT
        self._wlan.connect(ssid, key)
        self._turn = _JOINING
        return 1

    def _watch(self):
        state = _connectwith.link_state(0)
        if state >> links.LOSSES_SHIFT != self._losses:
            return self._lost(state & 0xFF)
        if state & links.HAS_ADDRESS:
            return links.UP
        return 2 if state & links.LINK_UP else 1

    def _lost(self, reason):
        if reason == _NO_AP_FOUND or _NO_AP_COMPATIBLE <= reason <= _NO_AP_RSSI:
            self._misses += 12 // _VERDICT
        elif reason in (_AUTH_FAIL, _HANDSHAKE_4WAY_TIMEOUT, _HANDSHAKE_TIMEOUT, _AUTH_EXPIRE):
            self._misses += 12 // _VERDICT
        else:
            self._misses += 12 // _REFUSALS
        if self._misses >= 12:
            return self._fail("Wi-Fi reason", reason)
        self._paused_ms = time.ticks_ms()
        self._turn = _PAUSE
        return 1

    def _fail(self, cause, code):
        self.cause = cause
        self.code = code
        self._turn = _IDLE
        return links.FAILED
