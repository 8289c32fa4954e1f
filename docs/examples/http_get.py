# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Gets a page of a web server on this computer: python3 -m http.server 8000

In the simulated networks each name that ends with .test is this computer.
"""

import time

import network
import requests
from my_network import KEY, SSID

URL = "http://pc.test:8000/"

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect(SSID, KEY)
for _ in range(150):
    if wlan.isconnected():
        break
    time.sleep_ms(100)
else:
    raise OSError("no connection to " + SSID)

response = requests.get(URL, timeout=10)
try:
    print(response.status_code, response.text)
finally:
    response.close()
