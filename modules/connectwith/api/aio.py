# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""`server.aio`: `server.connectwith` and `server.connect` as coroutines of asyncio."""

import asyncio

import _connectwith

from connectwith import connection


class Superseded(Exception):
    """A newer call or `disconnect()` has replaced the attempt, so it has no result."""


async def connectwith(nic, timeout=None):
    """As `server.connectwith`, but waits for the result code and returns it.

    Cancelling the task ends the attempt. Superseded: another call has replaced it. RuntimeError,
    ValueError, TypeError: as `server.connectwith`, and nothing has changed.
    """
    control = connection.get()
    return await _Waiter(control).result(control.connectwith, nic, timeout)


async def connect(timeout=None):
    """As `server.connect`, but waits for the result code and returns it.

    Returns SERVER_CONNECTED at once if the device is connected. RuntimeError: the policy is
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
            # The attempt must not end, and no newer call may replace it, before `generation` and
            # `on_superseded` are set.
            start(nic, self._done, timeout)
            if self._result is not None:
                return self._result  # the device is connected already
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
