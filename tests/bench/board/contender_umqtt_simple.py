# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: umqtt.simple after the loop of MicroPython's documentation."""

import asyncio
import ssl
import time

import blocking_links
import machine
import place
from umqtt.simple import MQTTClient

_context = None
_client = None


def prepare():
    settle()


def settle():
    global _context
    _context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _context.verify_mode = ssl.CERT_REQUIRED
    _context.load_verify_locations(cadata=place.CA_DER)


def choose(link):
    global _client
    _client = MQTTClient(b"umqtt", place.HOST, place.PORT, keepalive=60, ssl=_context)


def attempt(link, turn=machine.idle):
    blocking_links.UP[link](turn)
    turn()
    _client.connect()


async def attempt_async(link):
    wlan = blocking_links.wifi_begin()
    while not wlan.isconnected():
        await asyncio.sleep_ms(10)
    _client.connect()


def leave(link):
    if _client.sock is not None:
        try:
            _client.disconnect()
        except OSError:
            _client.sock.close()
        _client.sock = None
    blocking_links.down(link)


def run(seconds):
    """As its examples do: look for messages once a second, ping well within the keepalive."""
    for second in range(seconds):
        _client.check_msg()
        if second % 30 == 29:
            _client.ping()
        time.sleep(1)


def publish(count, qos):
    for _ in range(count):
        _client.publish(b"bench", place.MESSAGE, qos=qos)
    return True


def run_async(coroutine):
    asyncio.run(coroutine)
