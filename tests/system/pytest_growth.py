# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Long-lived objects do not grow: repeated work, with the slope of the heap.

`--growth-rounds` takes it further: 500 are thousands of each.
"""

import growth
import pytest

# Each entry: what is done on the board once, and what has to be true afterwards. Nothing here
# goes through `disconnect()` where it would end what is to be watched.
_LOSSES = """
def once():
    before = imp.diag.counters()["losses"]
    assert until(lambda: imp.diag.counters()["losses"] > before, 20000)
"""

_SUPERSEDED = """
def once():
    seen = []
    for wait_ms in (0, 3, 20):
        server.connectwith(nic, lambda result, interface: seen.append(result), 20)
        time.sleep_ms(wait_ms)
    assert until(lambda: seen, 20000) and seen == [5], seen
"""

_FAILOVER = """
imp.net.setserverinterfaces(["wifi", "ethernet"])
def once():
    seen = []
    server.disconnect()
    server.connect(lambda result: seen.append(result), 1.2)
    assert until(lambda: seen, 20000)
    ends.append(seen[0])
"""

_CANCELLED = """
import asyncio
async def cancel():
    task = asyncio.create_task(server.aio.connectwith(nic, 20))
    await asyncio.sleep_ms(10)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    try:
        await asyncio.wait_for_ms(server.aio.connect(20), 5)
    except asyncio.TimeoutError:
        pass
    first = asyncio.create_task(server.aio.connectwith(nic, 20))
    await asyncio.sleep_ms(0)
    assert await server.aio.connectwith(nic, 20) == 5
    try:
        await first
    except server.aio.Superseded:
        pass
def once():
    asyncio.run(cancel())
"""

# An object and a callback that names it form a cycle, which close() must break.
_OPENED = """
server.disconnect()
def once():
    def heard(*packet): udps.append(interface)
    def changed(state): states.append((interface, state))
    states, udps = [], []
    interface = imp.net.open({"interface": "eth0"}, changed)
    up = until(lambda: interface.getstate() == imp.net.CONNECTED, 20000)
    assert up, (interface.getstate(), states[-3:], interface._holder.link.__dict__)
    for _ in range(3):
        interface.openudp(heard).close()
    interface.openudp(heard)
    interface.close()
"""

_MESSAGES = """
import agent
got = []
agent.on("growth", got.append)
def once():
    answer = agent.send("growth", list(range(40)))
    assert answer == 0 and server.flush(10), (answer, server.isconnected(), imp.diag.counters())
    server.log("x" * 300)
    assert until(lambda: len(got) == 3, 20000), got
    got.clear()
"""


@pytest.fixture
def watch(request, device):
    """Runs `once()` in windows on the board, and asserts that the heap stays level."""
    rounds = request.config.getoption("--growth-rounds")

    def run(code, each=1, meanwhile=None):
        device.repl.run(growth.PRELUDE + code)
        times = rounds * each
        levels = []
        for _ in range(growth.WINDOWS + 2):
            if meanwhile is None:
                device.repl.run(f"for _ in range({times}): once()", timeout=20 + 5 * times)
            else:
                for _ in range(times):
                    meanwhile()
            levels.append(device.repl.value("level()"))
        growth.assert_level(levels[2:], times)

    return run


def _lose(device, world, retry_ms=3000, stable_ms=0):
    device.use_broker(f"mqtt://{world.broker.host}:{world.peer('close-plain').port}")
    device.repl.run("from connectwith import connection\ncontrol = connection.get()")
    # A link that stays up costs no time.
    device.repl.run(
        f"control.retry_ms, control.stable_ms = {retry_ms}, {stable_ms}\n"
        "held = imp.net.open({'interface': 'eth0'})\n"
    )
    assert device.connect(device.ethernet()) == 5


def test_healed_losses(device, world, watch):
    _lose(device, world)
    watch(_LOSSES, 4)


def test_losses_of_one_outage(device, world, watch):
    device.repl.run(
        "from connectwith.connection import reconnect\n"
        "reconnect._pause_ms = reconnect._first_pause_ms = lambda place: 5\n"
        "losses = []\nserver.onunexpecteddisconnect(losses.append)\n"
    )
    _lose(device, world, 600_000, 600_000)
    watch(_LOSSES, 4)
    assert device.repl.value("losses") == []


def test_losses_under_suspend_on_error(device, world, watch):
    _lose(device, world)
    device.repl.run("server.setsendtimeoutpolicy(server.SUSPEND_ON_ERROR, 0, 5)")
    watch(_LOSSES, 4)


def test_superseded_attempts(device, watch):
    device.repl.run(f"nic = {device.ethernet()!r}")
    watch(_SUPERSEDED)


def test_failover(device, world, watch):
    device.repl.run("ends = []\nimp.setwificonfiguration('home-net', 'correct-horse')")
    world.wifi["home"].association_ms(60_000)
    watch(_FAILOVER)
    assert 5 in device.repl.value("set(ends)")


def test_cancelled_awaits(device, watch):
    device.repl.run(f"nic = {device.ethernet()!r}")
    watch(_CANCELLED)


def test_interfaces_opened_and_closed(device, watch):
    watch(_OPENED, 2)


def test_messages_both_ways(device, world, watch):
    assert device.connect(device.ethernet()) == 5
    device.repl.run("import machine")
    topic = f"imp/{device.repl.value('machine.unique_id().hex()')}/device/growth"

    def exchange():
        for _ in range(3):
            world.broker.publish(topic, '"' + "y" * 500 + '"')
        device.repl.run("once()", timeout=30)

    watch(_MESSAGES, meanwhile=exchange)
