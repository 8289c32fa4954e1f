# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: attempts over Wi-Fi, each beside a 1 ms timer of the user's."""

import gc
import time

import machine
import server
from my_network import KEY, SSID

_NIC = {"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}}
_PAUSE_MS = 300  # for the link to go down, before the next attempt
_timer = machine.Timer(0)
_last_us = _longest_us = 0
_results = []


def _tick(_):
    global _last_us, _longest_us
    now_us = time.ticks_us()
    _longest_us = max(_longest_us, time.ticks_diff(now_us, _last_us))
    _last_us = now_us


def attempt(number):
    """Prints the time to CONNACK and the longest gap between two ticks, in microseconds."""
    global _last_us, _longest_us
    gc.collect()
    _results.clear()
    _longest_us, _last_us = 0, time.ticks_us()
    _timer.init(period=1, callback=_tick)
    began_us = time.ticks_us()
    server.connectwith(_NIC, lambda result, interface: _results.append(result), 30)
    while not _results:
        time.sleep_ms(1)
    took_us = time.ticks_diff(time.ticks_us(), began_us)
    time.sleep_ms(3)  # a pause that lasts until now counts
    _timer.deinit()
    server.disconnect()
    time.sleep_ms(_PAUSE_MS)
    ok = _results[0] == server.SERVER_CONNECTED
    print("attempt", number, "took", took_us if ok else -1, "gap", _longest_us, "end")


server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
