# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Sets the clock by NTP."""

import time

import network
import ntptime
from my_network import KEY, SSID

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect(SSID, KEY)
for _ in range(150):
    if wlan.isconnected():
        break
    time.sleep_ms(100)
else:
    raise OSError("no connection to " + SSID)

ntptime.timeout = 5
ntptime.settime()
year, month, day, hour, minute, second = time.gmtime()[:6]
print(f"{year}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d} UTC")
