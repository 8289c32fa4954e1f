# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: mqtt_as, with quick=True."""

import asyncio
import ssl

import place
from mqtt_as import MQTTClient, config

_client = None


def prepare():
    settle()


def settle():
    config["client_id"] = b"mqtt_as"
    config["ssl"] = True


def choose(link):
    config["ssid"], config["wifi_pw"] = place.SSID, place.KEY
    config["server"], config["port"] = place.HOST, place.PORT
    config["ssl_params"] = {
        "server_hostname": place.HOST, "cert_reqs": ssl.CERT_REQUIRED, "cadata": place.CA_DER,
    }  # fmt: skip


async def attempt_async(link):
    global _client
    _client = MQTTClient(config)
    await _client.connect(quick=True)


def attempt(link, turn=None):
    asyncio.run(attempt_async(link))


def leave(link):
    if _client is not None:
        try:
            asyncio.run(_client.disconnect())
        except (OSError, AttributeError):
            pass  # it is not connected
        _client.close()
    asyncio.new_event_loop()


async def _sleep(seconds):
    await asyncio.sleep(seconds)


def run(seconds):
    """Its own tasks go on meanwhile."""
    asyncio.run(_sleep(seconds))


async def _publish(count, qos):
    for _ in range(count):
        await _client.publish("bench", place.MESSAGE, qos=qos)


def publish(count, qos):
    asyncio.run(_publish(count, qos))
    return True


def run_async(coroutine):
    asyncio.run(coroutine)
