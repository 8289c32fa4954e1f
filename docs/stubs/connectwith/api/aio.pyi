# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`server.aio`: `server.connectwith` and `server.connect` as coroutines of asyncio."""

from server import _NIC

class Superseded(Exception):
    """A newer call or `disconnect()` has replaced the attempt, so it has no result."""

async def connectwith(nic: _NIC, timeout: float | None = None) -> int:
    """As `server.connectwith`, but waits for the result code and returns it.

    Cancelling the task ends the attempt. Superseded: another call has replaced it. RuntimeError,
    ValueError, TypeError: as `server.connectwith`, and nothing has changed.
    """

async def connect(timeout: float | None = None) -> int:
    """As `server.connect`, but waits for the result code and returns it.

    Returns SERVER_CONNECTED at once if the device is connected. RuntimeError: the policy is
    SUSPEND_ON_ERROR, or no server is set. Otherwise as `connectwith()`.
    """
