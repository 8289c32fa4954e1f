# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: as little as connects, as the whole program."""

import asyncio
import ssl

from mqtt_as import MQTTClient, config
from settings import CA_DER, HOST, KEY, PORT, SSID

config["ssid"], config["wifi_pw"] = SSID, KEY
config["server"], config["port"] = HOST, PORT
config["ssl"] = True
config["ssl_params"] = {
    "server_hostname": HOST, "cert_reqs": ssl.CERT_REQUIRED, "cadata": CA_DER,
}  # fmt: skip
client = MQTTClient(config)
asyncio.run(client.connect(quick=True))
print("connected")
