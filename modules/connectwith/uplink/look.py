# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Look: whether a link that is not in use would come up, without joining it."""

import time

import _connectwith
from micropython import const

from connectwith import links, settings
from connectwith.settings import nic

_ADDRESS = const(2)  # a stage, as in _connectwith.STAGE_...

# Auto-negotiation takes 3 s (IEEE 802.3, 28).
_CARRIER_MS = const(6000)
_SCAN_MS = const(15000)  # the ESP32 takes up to 4 s for all channels


class Look:
    """`poll()` returns True or False, None as long as it is not known. `end()` may be called at
    any time, once."""

    def __init__(self, control, kind, config):
        self._control = control
        self._kind = kind
        self._config = config
        self._since_ms = time.ticks_ms()
        self._link = None  # that was started for this
        self._wlan = None
        self._was_on = True

    def poll(self):
        try:
            if self._kind == nic.WIFI:
                return self._scan()
            if self._kind == nic.ETHERNET:
                return self._carrier()
        except Exception:  # an error of a driver must not end the session over another link
            return False
        return True  # a modem would have to be switched on: the move itself finds out

    def end(self):
        if self._link is not None and nic.ETHERNET not in links.held:  # opened meanwhile
            self._link.stop()
        if self._wlan is not None:
            self._end_scan()
        self._link = self._wlan = None

    def _waited_ms(self):
        return time.ticks_diff(time.ticks_ms(), self._since_ms)

    def _carrier(self):
        if nic.ETHERNET in links.held:
            return bool(_connectwith.link_state(nic.ETHERNET) & links.LINK_UP)
        if self._link is None:
            self._control.end_linger(links.get(nic.ETHERNET))
            self._link = links.get(nic.ETHERNET)
            self._link.start(self._config, None)
        stage = self._link.poll()
        if stage == links.FAILED:
            return False
        if stage >= _ADDRESS:
            return True
        return False if self._waited_ms() >= _CARRIER_MS else None

    def _scan(self):
        if self._wlan is None:
            if links.scan is not None:  # the user's: its result is not ours
                return False if self._waited_ms() >= _SCAN_MS else None
            self._begin_scan()
            return None
        found = _connectwith.scan_result(self._waited_ms() >= _SCAN_MS)
        if found is None:
            return None
        known = [ssid.encode() for ssid in self._known()]
        for record in found:
            if record[0] in known:
                return True
        return False

    def _known(self):
        """The SSIDs that the link would join."""
        if self._config.get("networks"):
            return [block["ssid"] for block in settings.candidates()]
        return [self._config["wificonfig"]["ssid"]]

    def _begin_scan(self):
        import network

        link = links.get(nic.WIFI)
        self._control.end_linger(link)
        wlan = network.WLAN(network.WLAN.IF_STA)
        _connectwith.link_watch(nic.WIFI)
        self._was_on = wlan.active()
        self._wlan = wlan
        links.scan = self
        if not self._was_on:
            wlan.active(True)
        self._since_ms = time.ticks_ms()
        known = self._known()
        if len(known) == 1:
            _connectwith.scan_start(known[0])  # it may hide its SSID
        else:
            _connectwith.scan_start()

    def _end_scan(self):
        if links.scan is self:
            links.scan = None
        if not self._was_on and nic.WIFI not in links.held:
            if self._control.link is not links.get(nic.WIFI):
                self._wlan.active(False)
