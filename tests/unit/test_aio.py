# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`server.aio`: awaited results, cancelled tasks, calls that a newer call replaces."""

import asyncio
import types

import pytest
from connectwith import connection, results
from connectwith.api import aio
from connectwith.connection import failover


@pytest.fixture
def control(monkeypatch):
    """A controller; `calls` has (nic, timeout), `end(result)` ends the attempt."""
    monkeypatch.setattr(asyncio, "ThreadSafeFlag", asyncio.Event, raising=False)
    control = types.SimpleNamespace(
        policy=results.RETURN_ON_ERROR,
        calls=[],
        generation=1,
        on_superseded=None,
        connected=False,
        offs=0,
    )

    def begin(nic, callback, timeout):
        control.calls.append((nic, timeout))
        control.generation += 1
        control.end = lambda result: callback(result, "eth0")

    control.connectwith = begin
    control.is_connected = lambda: control.connected
    control.disconnect = lambda: setattr(control, "offs", control.offs + 1)
    monkeypatch.setattr(connection, "get", lambda: control)
    monkeypatch.setattr(
        failover, "connect",
        lambda to, callback, timeout: begin(None, lambda r, i: callback(r), timeout),
    )  # fmt: skip
    return control


async def begun(call):
    task = asyncio.ensure_future(call)
    await asyncio.sleep(0)
    return task


@pytest.mark.parametrize("connect", [True, False])
@pytest.mark.parametrize("result", [results.NOT_CONNECTED, results.SERVER_CONNECTED])
def test_the_result_is_returned(control, connect, result):
    async def story():
        task = await begun(aio.connect(7) if connect else aio.connectwith("nic", 7))
        assert not task.done() and control.calls == [(None if connect else "nic", 7)]
        control.end(result)
        return await task

    assert asyncio.run(story()) == result


def test_a_connection_that_is_there_is_not_waited_for(control):
    control.connected = True
    assert asyncio.run(aio.connect()) == results.SERVER_CONNECTED
    assert control.calls == [] and control.on_superseded is None


def test_not_under_suspend(control):
    control.policy = results.SUSPEND_ON_ERROR
    with pytest.raises(RuntimeError, match="SUSPEND"):
        asyncio.run(aio.connect())
    assert control.calls == []


@pytest.mark.parametrize("newer", [True, False])
def test_a_cancelled_task_ends_its_own_attempt_alone(control, newer):
    async def story():
        task = await begun(aio.connectwith("nic"))
        control.generation += newer
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(story())
    assert control.offs == (not newer)
    assert (control.on_superseded is None) is not newer


def test_a_newer_call_supersedes(control):
    async def story():
        task = await begun(aio.connectwith("nic"))
        control.on_superseded()
        with pytest.raises(aio.Superseded):
            await task

    asyncio.run(story())


def test_what_is_refused_raises_at_once(control):
    def refuse(nic, callback, timeout):
        raise ValueError("interface: unknown")

    control.connectwith = refuse
    with pytest.raises(ValueError, match="interface"):
        asyncio.run(aio.connectwith("nic"))
    assert control.on_superseded is None
