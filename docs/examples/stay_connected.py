# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""A device that stays connected over whatever works, and sends a reading every ten seconds.

The broker and the networks are stored: `./tools/cw provision` does that, once.

    import stay_connected, asyncio
    asyncio.run(stay_connected.main())
"""

import asyncio
import imp

import agent
import hardware
import server


async def watch():
    """Prints each change."""
    async for change in imp.uplink.changes():
        print(change["event"], change["interface"], change.get("result"))


async def main(every_s=10):
    server.setsendtimeoutpolicy(server.RETURN_ON_ERROR_NO_DISCONNECT, server.WAIT_TIL_SENT, 5)
    imp.uplink.keep(failback=30)
    asyncio.create_task(watch())
    while True:
        if server.isconnected():
            agent.send("reading", {"uptime": hardware.millis()})
        await asyncio.sleep(every_s)
