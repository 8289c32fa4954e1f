# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`server.aio`: awaiting a connection."""

SERVER_CONNECTED, NO_WIFI = 5, 1


def _run(device, body, timeout=40):
    """Runs the body of a coroutine on the board; returns its output."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return device.repl.run(
        "import asyncio\nasync def main():\n" + lines + "asyncio.run(main())\n", timeout
    ).splitlines()


def test_result_is_returned_while_other_tasks_run(device):
    out = _run(
        device,
        "count = 0\n"
        "async def other():\n"
        "    nonlocal count\n"
        "    while True:\n"
        "        count += 1\n"
        "        await asyncio.sleep_ms(5)\n"
        "task = asyncio.create_task(other())\n"
        f"print(await server.aio.connectwith({device.wifi()!r}, 20), server.isconnected())\n"
        f"print(await server.aio.connectwith({device.wifi(key='wrong-key-')!r}, 20))\n"
        "print(count > 5)\n"
        "task.cancel()\n",
    )
    assert out == ["5 True", "1", "True"]


def test_refusal_is_raised_where_it_is_awaited(device):
    out = _run(
        device,
        "try:\n"
        "    await server.aio.connectwith({'interface': 'nonsense'})\n"
        "except ValueError as error: print(error)\n"
        "server.setsendtimeoutpolicy(server.SUSPEND_ON_ERROR, server.WAIT_TIL_SENT, 5)\n"
        "for call in (server.aio.connectwith, server.aio.connect):\n"
        "    try: await call({'interface': 'wl0'})\n"
        "    except RuntimeError: print('refused')\n",
    )
    assert out == ["interface: unknown name", "refused", "refused"]


def test_cancelling_tears_the_attempt_down(device, world):
    world.wifi["home"].association_ms(60_000)
    out = _run(
        device,
        "import network\n"
        f"task = asyncio.create_task(server.aio.connectwith({device.wifi()!r}, 30))\n"
        "while not network.WLAN(0).active(): await asyncio.sleep_ms(10)\n"
        "task.cancel()\n"
        "try: await task\n"
        "except asyncio.CancelledError: print('cancelled')\n"
        "while network.WLAN(0).active(): await asyncio.sleep_ms(10)\n"
        "print(server.isconnected())\n",
    )
    assert out == ["cancelled", "False"]
    world.restore()
    assert device.connect(device.wifi()) == SERVER_CONNECTED


def test_wait_for_with_a_shorter_time(device, world):
    world.wifi["home"].association_ms(60_000)
    out = _run(
        device,
        "try:\n"
        f"    await asyncio.wait_for(server.aio.connectwith({device.wifi()!r}, 30), 1)\n"
        "except asyncio.TimeoutError: print('time is up')\n",
    )
    assert out == ["time is up"]
    assert device.repl.value("imp.diag.counters()")["attempts"] == 1


def test_newer_call_raises_superseded_and_is_not_torn_down(device, world):
    world.wifi["home"].association_ms(60_000)
    out = _run(
        device,
        "async def older():\n"
        f"    try: await server.aio.connectwith({device.wifi()!r}, 30)\n"
        "    except server.aio.Superseded: print('superseded')\n"
        "task = asyncio.create_task(older())\n"
        "await asyncio.sleep_ms(300)\n"
        f"print(await server.aio.connectwith({device.ethernet()!r}))\n"
        "await task\n"
        "print(server.isconnected())\n"
        "task = asyncio.create_task(older())\n"
        "await asyncio.sleep_ms(300)\n"
        "server.disconnect()\n"
        "await task\n",
    )
    assert out == ["superseded", "5", "True", "superseded"]


def test_callbacks_and_coroutines_mix(device):
    out = _run(
        device,
        f"print(await server.aio.connectwith({device.ethernet()!r}))\n"
        f"attempt({device.wifi()!r})\n"
        "while not calls: await asyncio.sleep_ms(10)\n"
        "print(calls[0][1:3])\n"
        "server.disconnect()\n"
        "print(await server.aio.connect(20), await server.aio.connect())\n",
    )
    assert out == ["5", "(5, 'wl0')", "5 5"]


def test_asyncio_is_loaded_on_demand(device):
    assert device.repl.value("__import__('sys').modules.get('asyncio')") is None
    device.repl.run("server.aio.connectwith")
    out = device.repl.run("try: server.aoi\nexcept AttributeError as error: print(error)")
    assert out.strip().endswith("has no attribute 'aoi'")
