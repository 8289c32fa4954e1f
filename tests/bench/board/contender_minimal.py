# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: the shortest script that connects. Every line blocks."""

import asyncio
import socket
import ssl
import time

import blocking_links
import place

_context = None
_stream = None


def prepare():
    settle()


def settle():
    global _context
    _context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _context.verify_mode = ssl.CERT_REQUIRED
    _context.load_verify_locations(cadata=place.CA_DER)


def choose(link):
    pass


def _wait():
    time.sleep_ms(1)


def _session(turn):
    global _stream
    address = socket.getaddrinfo(place.HOST, place.PORT)[0][-1]
    turn()
    s = socket.socket()
    s.connect(address)
    turn()
    s = _context.wrap_socket(s, server_hostname=place.HOST)
    turn()
    s.write(b"\x10\x11\0\4MQTT\4\2\0\x3c\0\5basic")
    answer = s.read(4)
    if answer != b"\x20\2\0\0":
        raise OSError(answer)
    _stream = s


def attempt(link, turn=_wait):
    blocking_links.UP[link](turn)
    turn()
    _session(turn)


async def attempt_async(link):
    wlan = blocking_links.wifi_begin()
    while not wlan.isconnected():
        await asyncio.sleep_ms(10)
    _session(lambda: None)


def leave(link):
    global _stream
    if _stream is not None:
        try:
            _stream.write(b"\xe0\0")
        except OSError:
            pass
        _stream.close()
        _stream = None
    blocking_links.down(link)


def run(seconds):
    time.sleep(seconds)


def publish(count, qos):
    if qos:
        return False
    packet = b"\x30" + bytes([7 + len(place.MESSAGE)]) + b"\0\5bench" + place.MESSAGE
    for _ in range(count):
        _stream.write(packet)
    return True


def run_async(coroutine):
    asyncio.run(coroutine)
