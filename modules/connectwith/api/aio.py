# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`server.aio`: the same for asyncio."""

import asyncio

import _connectwith

from connectwith import connection


class Superseded(Exception):
    """A newer call or `disconnect()` has taken the attempt's place, so it has no result."""


async def connectwith(nic, timeout=None):
    """As `server.connectwith`, but waits for the result code and returns it.

    Cancelling the task tears the attempt down. Superseded: see there. RuntimeError, ValueError,
    TypeError: as `server.connectwith`, and nothing has been touched.
    """
    control = connection.get()
    return await _Waiter(control).result(control.connectwith, nic, timeout)


async def connect(timeout=None):
    """As `server.connect`, but waits for the result code and returns it.

    SERVER_CONNECTED at once where there is a connection. RuntimeError: the policy is
    SUSPEND_ON_ERROR, or no server is set. Otherwise as `connectwith()`.
    """
    from connectwith import results
    from connectwith.connection import failover

    control = connection.get()
    if control.policy == results.SUSPEND_ON_ERROR:
        raise RuntimeError("not under SUSPEND_ON_ERROR: see server.setsendtimeoutpolicy")

    def start(nothing, callback, timeout):
        if control.is_connected():
            callback(results.SERVER_CONNECTED, None)
        else:
            failover.connect(control, lambda result: callback(result, None), timeout)

    return await _Waiter(control).result(start, None, timeout)


class _Waiter:
    def __init__(self, control):
        self._control = control
        self._flag = asyncio.ThreadSafeFlag()
        self._result = None

    async def result(self, start, nic, timeout):
        control = self._control
        with _connectwith.SchedulerLock():
            # Neither its end nor a newer call may come before this one is known.
            start(nic, self._done, timeout)
            if self._result is not None:
                return self._result  # there is a connection already
            generation = control.generation
            control.on_superseded = self._flag.set
        try:
            await self._flag.wait()
        except asyncio.CancelledError:
            with _connectwith.SchedulerLock():
                if generation == control.generation:
                    control.on_superseded = None
                    control.disconnect()
            raise
        if self._result is None:
            raise Superseded("a newer call or disconnect() has taken its place")
        return self._result

    def _done(self, result, interface):
        self._result = result
        self._flag.set()
