# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: as little as connects, as the whole program."""

import socket
import ssl
import time

import network
from settings import CA_DER, HOST, KEY, PORT, SSID

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_REQUIRED
context.load_verify_locations(cadata=CA_DER)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect(SSID, KEY)
while not wlan.isconnected():
    time.sleep_ms(1)
s = socket.socket()
s.connect(socket.getaddrinfo(HOST, PORT)[0][-1])
s = context.wrap_socket(s, server_hostname=HOST)
s.write(b"\x10\x11\0\4MQTT\4\2\0\x3c\0\5basic")
print("connected" if s.read(4) == b"\x20\2\0\0" else "refused")
