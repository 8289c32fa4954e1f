# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Publishes one message over TLS with umqtt, without this firmware's own API.

The clock is set first: a certificate has dates, and the clock of a board that was off is wrong.
"""

import ssl
import time

import network
import ntptime
from my_network import BROKER, CA, KEY, PORT, SSID
from umqtt.simple import MQTTClient

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
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_REQUIRED
context.load_verify_locations(cadata=CA)
client = MQTTClient("example", BROKER, PORT, keepalive=60, ssl=context)
client.connect(timeout=10)
client.publish("example/greeting", "hello", qos=1)
client.disconnect()
print("published")
