# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# asyncio: other tasks go on while it connects

import asyncio

import agent
import server
from my_network import KEY, SSID


async def count():
    number = 0
    while True:
        number += 1
        print("task:", number)
        await asyncio.sleep_ms(50)


async def main():
    other = asyncio.create_task(count())
    nic = {"interface": "wl0", "wificonfig": {"ssid": SSID, "key": KEY}}
    result = await server.aio.connectwith(nic, 30)
    other.cancel()
    print("connected" if result == server.SERVER_CONNECTED else result)
    agent.send("greeting", "hello from a task")


server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 10)
asyncio.run(main())
