# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The code that runs on the board during a measurement."""

import json

# For connectwith: the policy, and a callback that user code can wait for.
PRELUDE = """
import server, imp, time, gc, machine
calls = []
def done(result, interface): calls.append(result)
server.setsendtimeoutpolicy(server.RETURN_ON_ERROR, server.WAIT_TIL_SENT, 5)
"""


def prelude(world) -> str:
    """The code that makes a board ready to measure `connectwith` against the bench's broker."""
    broker = world.broker
    return PRELUDE + f"imp.cloud.configure({broker.url!r}, ca={broker.ca_pem!r})\n"


def wifi(world, **changes) -> dict:
    """The NIC of the bench's access point "home"."""
    home = world.wifi["home"]
    return {"interface": "wl0", "wificonfig": {"ssid": home.ssid, "key": home.key, **changes}}


def numbers(board, code: str, timeout: float = 60) -> dict:
    """Run `code`, whose last printed line is a JSON object, and return that object."""
    return json.loads(board.exec(code, timeout=timeout).strip().splitlines()[-1])


def connected(world) -> str:
    """Code that connects once over Wi-Fi and leaves the clock set, then disconnects."""
    return (
        f"calls.clear()\nserver.connectwith({wifi(world)!r}, done)\n"
        "while not calls: time.sleep_ms(5)\n"
        "assert calls == [5], calls\n"
        "server.disconnect()\ntime.sleep_ms(300)\n"
    )
