# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Runs on the board: connectwith."""

import asyncio
import imp
import time

import place
import server
from connectwith import connection

FROZEN = True
_calls = [None]
_nic = None


class Failed(Exception):
    pass


def _done(result, interface):
    _calls[0] = result


def prepare():
    """What a program does once."""
    server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)
    settle()


def settle():
    """Takes what `place` says now."""
    url = "mqtts://%s:%d" % (place.HOST, place.PORT)
    imp.cloud.configure(url, ca=place.CA_PEM)


def nic(link):
    if link == "wifi":
        block = {"interface": "wl0", "wificonfig": {"ssid": place.SSID, "key": place.KEY}}
    elif link == "ethernet":
        block = {"interface": "eth0"}
    else:
        block = {"interface": "cell0", "cellconfig": place.CELL}
    if place.PROXY:
        block["proxyconfig"] = place.PROXY
    return block


def choose(link):
    """Done ahead of what is measured, as a program has its settings ready."""
    global _nic
    _nic = nic(link)


def _wait():
    time.sleep_ms(1)


def attempt(link, turn=_wait):
    """Blocks until CONNACK; raises Failed with code, name, cause and stage."""
    _calls[0] = None
    server.connectwith(_nic, _done, place.TIMEOUT_S)
    while _calls[0] is None:
        turn()
    if _calls[0] != server.SERVER_CONNECTED:
        report = imp.diag.lastattempt()
        stages = report["stages"]
        raise Failed(_calls[0], report["name"], report["cause"], stages[-1][0] if stages else "")


async def attempt_async(link):
    result = await server.aio.connectwith(_nic, place.TIMEOUT_S)
    if result != server.SERVER_CONNECTED:
        raise Failed(result)


def leave(link):
    server.disconnect()
    # A modem that is being switched off would be taken for one that has been on for long.
    while connection.get().is_stopping():
        time.sleep_ms(10)


def run(seconds):
    """The main loop of a program that has nothing to do."""
    time.sleep(seconds)


def publish(count, qos):
    if not qos:
        return False
    for _ in range(count):
        while server.log(place.MESSAGE):
            time.sleep_ms(1)
    server.flush(30)
    return True


def stages():
    return imp.diag.lastattempt()["stages"]


def run_async(coroutine):
    asyncio.run(coroutine)
