# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: as little as connects, as the whole program."""

import ssl

import machine
import network
from settings import CA_DER, HOST, KEY, PORT, SSID
from umqtt.simple import MQTTClient

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_REQUIRED
context.load_verify_locations(cadata=CA_DER)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect(SSID, KEY)
while not wlan.isconnected():
    machine.idle()
client = MQTTClient(b"umqtt", HOST, PORT, keepalive=60, ssl=context)
client.connect()
print("connected")
