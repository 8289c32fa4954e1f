# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The asynchronous iterator of `imp.uplink.changes()`."""

import asyncio

import _connectwith

from connectwith import results


class Changes:
    """One for each loop that waits. It is known to the keeper only while it waits, so one that is
    given up leaves nothing behind."""

    def __init__(self, keeper):
        self._keeper = keeper
        self._seen = keeper.told
        self._first = None
        if keeper.policy.current >= 0:
            self._first = {
                "event": "connected",
                "interface": keeper.name(keeper.policy.current),
                "result": results.SERVER_CONNECTED,
            }

    def __aiter__(self):
        return self

    async def __anext__(self):
        first, self._first = self._first, None
        if first is not None:
            return first
        keeper = self._keeper
        while True:
            with _connectwith.SchedulerLock():
                event, self._seen = keeper.after(self._seen)
                if event is not None:
                    return event
                if keeper.ended:
                    raise StopAsyncIteration
                flag = asyncio.ThreadSafeFlag()
                wake = flag.set
                keeper.waiting.append(wake)
            try:
                await flag.wait()
            finally:
                with _connectwith.SchedulerLock():
                    keeper.waiting.remove(wake)
