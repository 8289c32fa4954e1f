# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
# ruff: noqa: F401, F811 (fixtures are imported, and their names are parameters)
"""imp.uplink.changes() and status(), and the numbers of the keeper."""

import asyncio

import _connectwith
import pytest
from connectwith.settings import nic
from connectwith.uplink import changes, status
from connectwith.uplink import keeper as module
from uplink_desk import desk, events, looks


def collect(desk, iterator, count):
    async def main():
        return [await iterator.__anext__() for _ in range(count)]

    return asyncio.run(main())


class Flag:
    """asyncio.ThreadSafeFlag of MicroPython; `waited` is called in a wait."""

    waited = None

    def __init__(self):
        self.state = False

    def set(self):
        self.state = True

    async def wait(self):
        while not self.state:
            Flag.waited()
            await asyncio.sleep(0)


@pytest.fixture
def flag(monkeypatch):
    monkeypatch.setattr(asyncio, "ThreadSafeFlag", Flag, False)
    return Flag


def test_the_present_state_comes_first(desk, flag):
    desk.begin()
    desk.connect(nic.ETHERNET)
    iterator = changes.Changes(desk.keeper)
    flag.waited = lambda: desk.lose(nic.ETHERNET)
    assert [e["event"] for e in collect(desk, iterator, 2)] == ["connected", "lost"]
    assert desk.keeper.waiting == []


def test_the_iteration_ends(desk, flag):
    desk.begin()
    iterator = changes.Changes(desk.keeper)
    flag.waited = desk.control.disconnect

    async def main():
        return [event["event"] async for event in iterator]

    assert asyncio.run(main()) == ["ended"]


def test_a_late_loop_misses_the_oldest_events(desk, flag):
    desk.begin()
    iterator = changes.Changes(desk.keeper)
    for number in range(12):
        desk.keeper.note(3, 0, number)
    assert [e["result"] for e in collect(desk, iterator, 8)] == list(range(4, 12))


def test_a_loop_that_is_given_up_leaves_nothing(desk, flag):
    desk.begin()
    iterator = changes.Changes(desk.keeper)

    async def main():
        task = asyncio.create_task(iterator.__anext__())
        flag.waited = lambda: task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert desk.keeper.waiting == []


# -- numbers


def test_pauses(monkeypatch):
    monkeypatch.setattr(
        _connectwith, "backoff_ms", lambda tries, base, cap, chance: (tries, base, cap), False
    )
    assert module._pause(3, 1000, 64_000) == (3, 1000, 64_000)
    monkeypatch.setattr(module.os, "urandom", lambda n: b"\xff" * n)
    assert module._pause(-1, 1000, 1000) == 999
    monkeypatch.setattr(module.os, "urandom", lambda n: b"\x00" * n)
    assert module._pause(-1, 1000, 1000) == 0


def test_seconds_go_on_over_the_wrap_of_the_ticks(desk, clock):
    desk.begin()
    desk.connect(nic.ETHERNET)
    for _ in range(30 * 24):
        clock.now_ms += 3_600_000
        desk.work()
    assert status.report(desk.keeper)["since"] == 30 * 86400


def test_status_of_the_start(desk):
    desk.begin()
    now = status.report(desk.keeper)
    assert (now["state"], now["interface"], now["trying"]) == ("trying", None, "eth0")
    desk.fail(nic.ETHERNET)
    desk.fail(nic.WIFI)
    now = status.report(desk.keeper)
    assert (now["state"], now["trying"]) == ("waiting", None)
    assert [c["result"] for c in now["candidates"]] == [1, 1, None]
    assert [c["metered"] for c in now["candidates"]] == [False, False, True]
