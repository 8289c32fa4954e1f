# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""A web server on the board. It ends when the page /stop was asked for."""

import asyncio
import time

import network
from my_network import KEY, SSID

PORT = 80

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect(SSID, KEY)
for _ in range(150):
    if wlan.isconnected():
        break
    time.sleep_ms(100)
else:
    raise OSError("no connection to " + SSID)


async def read_request(reader):
    """The path of a request, whose header is read to its end."""
    request = await reader.readline()
    while await reader.readline() not in (b"", b"\r\n"):
        pass
    words = request.split()
    return words[1] if len(words) > 1 else b"/"


async def answer(stop, reader, writer):
    try:
        path = await asyncio.wait_for(read_request(reader), 5)
        text = f"{path.decode()} after {time.ticks_ms()} ms\n"
        writer.write("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + text)
        await writer.drain()
        if path == b"/stop":
            stop.set()
    # MicroPython's class of this name is no built-in one.
    except (asyncio.TimeoutError, OSError) as error:  # noqa: UP041
        print("no request:", error)
    finally:
        writer.close()
        await writer.wait_closed()


async def main():
    stop = asyncio.Event()
    server = await asyncio.start_server(lambda *streams: answer(stop, *streams), "0.0.0.0", PORT)
    async with server:
        print(f"http://{wlan.ifconfig()[0]}:{PORT}/")
        await stop.wait()


asyncio.run(main())
