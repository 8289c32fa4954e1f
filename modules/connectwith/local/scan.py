# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`imp.scanwifinetworks`."""

import time
from errno import EAGAIN

import _connectwith
from micropython import const

from connectwith import connection, links
from connectwith.connection.job import check_callback
from connectwith.settings import nic

_LOOK_MS = const(20)
_LONGEST_MS = const(15000)  # the ESP32 takes up to 4 s for all channels


def start(callback):
    """See `imp.scanwifinetworks`."""
    check_callback(callback)
    if links.get(nic.WIFI).is_scanning():  # ValueError: no Wi-Fi
        raise OSError(EAGAIN)  # the attempt scans for access points itself
    with _connectwith.SchedulerLock():
        if links.scan is not None:
            raise RuntimeError("scan already running")
        scan = links.scan = Scan(callback)
    try:
        scan.begin()
        if callback is None:
            return scan.wait()
    finally:
        if callback is None or not scan.running:
            links.scan = None
    from connectwith.local import timers

    timers.get().start(_LOOK_MS, scan.poll)
    return None


class Scan:
    def __init__(self, callback):
        self._callback = callback
        self._wlan = None
        self._was_on = True
        self._since_ms = 0
        self.running = False

    def begin(self):
        import network

        self._wlan = network.WLAN(network.WLAN.IF_STA)
        _connectwith.link_watch(0)
        connection.get().end_linger(links.get(nic.WIFI))
        self._was_on = self._wlan.active()
        if not self._was_on:
            self._wlan.active(True)
        self._since_ms = time.ticks_ms()
        try:
            _connectwith.scan_start()
        except OSError:
            self._restore()
            raise
        self.running = True

    def wait(self):
        try:
            while True:
                found = self._result()
                if found is not None:
                    return found
                time.sleep_ms(_LOOK_MS)
        finally:
            self._restore()

    def poll(self):
        """Called by a timer until the scan is done."""
        try:
            found = self._result()
        except BaseException:  # no memory for the result, or Ctrl-C
            links.scan = None
            self._restore()
            raise
        if found is None:
            from connectwith.local import timers

            timers.get().start(_LOOK_MS, self.poll)
            return
        links.scan = None  # before the callback, which may scan again
        self._restore()
        self._callback(found)

    def _result(self):
        late = time.ticks_diff(time.ticks_ms(), self._since_ms) >= _LONGEST_MS
        found = _connectwith.scan_result(late)
        return None if found is None else [_entry(record) for record in found]

    def _restore(self):
        """Switches the radio off if it was off before, and nothing else uses it by now."""
        self.running = False
        with _connectwith.SchedulerLock():
            if not self._was_on and nic.WIFI not in links.held:
                if connection.get().job_on(links.get(nic.WIFI)) is None:
                    self._wlan.active(False)


def _entry(record):
    ssid, bssid, channel, rssi, is_open = record
    try:
        name = ssid.decode()
    except UnicodeError:
        name = ssid  # an SSID need not be UTF-8
    return {
        "ssid": name,
        "bssid": bssid.hex(),
        "channel": channel,
        "rssi": rssi,
        "open": is_open,
    }
