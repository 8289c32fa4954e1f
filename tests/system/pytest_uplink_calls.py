# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""imp.uplink.keep and the calls of the user's: arguments, callbacks, resets, asyncio."""

import pathlib
import re
import time

import pytest
from kept_connected import LIMIT_S, PRELUDE, Kept

SERVER_CONNECTED = 5


@pytest.fixture
def kept(device, world):
    device.ethernet()
    return Kept(device, world)


def test_a_session_of_before_goes_on(kept, world):
    assert kept.device.connect(kept.device.wifi()) == SERVER_CONNECTED
    kept.keep(order=["wifi", "ethernet"])
    kept.over("wl0")
    assert kept.value("imp.diag.counters()['attempts']") == 1
    assert kept.value("imp.uplink.status()['why']") == "connected already"


def test_another_session_of_before_goes_on_until_the_next_one(kept, world):
    assert kept.device.connect(kept.device.wifi()) == SERVER_CONNECTED
    kept.keep(order=["ethernet"], nics=[])
    kept.over("eth0")
    assert kept.value("imp.diag.counters()['losses']") == 0


@pytest.mark.parametrize(
    ("call", "online"),
    [("server.disconnect()", False), ("imp.uplink.stop()", True), ("attempt({wifi!r})", True)],
)
def test_a_call_of_the_users_ends_it(kept, world, call, online):
    kept.keep()
    kept.over("eth0")
    kept.device.repl.run(call.format(wifi=kept.device.wifi()))
    kept.wait("events[-1]['event'] == 'ended'")
    assert kept.value("imp.uplink.status()") is None
    kept.wait(f"server.isconnected() is {online}")
    if call.startswith("attempt"):
        kept.wait("len(calls) == 1")
        kept.device.repl.run("settle(1500)")
        assert kept.value("calls[0][1:4]") == (SERVER_CONNECTED, "wl0", True)


def test_connect_leaves_it_when_online_and_ends_it_offline(kept, world):
    kept.keep()
    kept.over("eth0")
    kept.device.repl.run("server.connect()")
    assert kept.value("imp.uplink.status() is None") is False
    world.broker.stop()
    kept.wait("not server.isconnected()")
    kept.device.repl.run("server.connect()")
    kept.wait("events[-1]['event'] == 'ended'")
    assert kept.value("imp.uplink.status()") is None


_CALLBACKS = {
    "raise": "1 // 0",
    "stop": "imp.uplink.stop()",
    "connectwith": "server.connectwith({wifi!r}, record())",
    "keep": "imp.uplink.keep(heard, order=['wifi'], nics=[{wifi!r}])",
    "block": "time.sleep_ms(3000)",
    "disconnect": "server.disconnect()",
}


@pytest.mark.parametrize("what", _CALLBACKS)
def test_callbacks(kept, world, what):
    body = _CALLBACKS[what].format(wifi=kept.device.wifi())
    kept.device.repl.run(
        "def heard_once(event):\n    events.append(event)\n"
        f"    if event['event'] == 'connected' and len(events) == 1: {body}\n"
    )
    out = kept.device.repl.run(
        f"imp.uplink.keep(heard_once, order=['ethernet', 'wifi'], nics=[{kept.device.wifi()!r}])\n"
        "until(lambda: events, 30000)\nsettle(200)", timeout=50,
    )  # fmt: skip
    assert ("ZeroDivisionError" in out) is (what == "raise")
    if what in ("raise", "block"):
        kept.over("eth0")
        world.ethernet.unplug()
        kept.over("wl0")
    elif what == "keep":
        kept.over("wl0")
        assert kept.value("kinds()") == [("connected", "eth0"), ("connected", "wl0")]
    elif what == "connectwith":
        kept.wait("calls and len(events) == 2")
        assert kept.value("calls[0][1:3]") == (SERVER_CONNECTED, "wl0")
    else:
        kept.wait("kinds()[-1][0] == 'ended'")
        assert kept.value("server.isconnected()") is (what == "stop")


def test_bad_arguments_change_nothing(kept, world):
    assert kept.device.connect(kept.device.ethernet()) == SERVER_CONNECTED
    out = kept.device.repl.run(
        "for arguments in ({'order': []}, {'order': ['wfi']}, {'order': ['wl0', 'wifi']},\n"
        "                  {'failback': -1}, {'failback': float('nan')}, {'callback': 5},\n"
        "                  {'failbak': 5}, {'nics': [{'interface': 'wl1'}]},\n"
        "                  {'order': ['wifi']}, {'pongwithin': 1 << 40}):\n"
        "    try: imp.uplink.keep(**arguments)\n"
        "    except (TypeError, ValueError) as error: print(type(error).__name__, error)\n"
    )
    assert out.splitlines() == [
        "ValueError order: empty",
        "ValueError order: wfi: unknown; the nearest key is wifi",
        "ValueError order: wifi is there twice",
        "ValueError failback: must be 0 to 86400 s",
        "ValueError failback: must be 0 to 86400 s",
        "TypeError callback: not callable",
        "TypeError failbak: unknown; the nearest key is failback",
        "ValueError nics: interface: unknown name",
        "ValueError order: wifi has no settings: see imp.setwificonfiguration",
        "ValueError pongwithin: must be 1 to 60 s",
    ]
    assert kept.value("(imp.uplink.status(), server.isconnected())") == (None, True)
    kept.device.repl.run(
        "server.setsendtimeoutpolicy(server.SUSPEND_ON_ERROR, server.WAIT_TIL_SENT, 5)\n"
        "try: imp.uplink.keep()\nexcept RuntimeError as error: refused = str(error)"
    )
    assert kept.value("refused").startswith("not under SUSPEND_ON_ERROR")


def test_soft_resets_and_ctrl_c(kept, world, dut):
    for wait_ms in range(0, 400, 80):
        kept.keep(failback=0.3)
        kept.device.repl.run(f"time.sleep_ms({wait_ms})")
        kept.device.repl.soft_reset()
        kept.device.prepare()
        kept.device.repl.run(PRELUDE)
        assert kept.value("imp.uplink.status()") is None
    kept.keep(failback=0.3)
    for wait_ms in range(0, 300, 60):
        kept.device.repl.send(
            "try:\n print('busy')\n while True: pass\nexcept KeyboardInterrupt: print('stop')"
        )
        dut.expect(re.compile(rb"OKbusy\r\n"), timeout=20)
        time.sleep(wait_ms / 1000)
        dut.write(b"\x03")
        dut.expect(re.compile(rb"stop\r\n\x04\x04>"), timeout=20)
    kept.over("eth0")
    world.ethernet.unplug()
    kept.over("wl0")


def test_changes_by_asyncio(kept, world):
    kept.device.repl.run(
        "import asyncio\n"
        "seen = []\n"
        "async def watch():\n"
        "    async for change in imp.uplink.changes():\n"
        "        seen.append((change['event'], change['interface']))\n"
        "        agent.send('seen', len(seen))\n"
        "    seen.append('over')\n"
        "async def main(done):\n"
        "    task = asyncio.create_task(watch())\n"
        "    for _ in range(6000):\n"
        "        if done(): break\n"
        "        await asyncio.sleep_ms(10)\n"
        "    imp.uplink.stop()\n"
        "    await task\n"
    )
    kept.keep()
    kept.over("eth0")
    kept.device.repl.send("asyncio.run(main(lambda: ('connected', 'wl0') in seen))\nprint(seen)")
    world.broker.wait_for("imp/*/agent/seen")
    world.ethernet.unplug()
    assert eval(kept.device.repl.finish(timeout=70)) == [
        ("connected", "eth0"), ("lost", "eth0"), ("connected", "wl0"), ("ended", "wl0"), "over",
    ]  # fmt: skip


def test_the_example(kept, world, rig):
    source = pathlib.Path(__file__).parents[2] / "docs" / "examples" / "stay_connected.py"
    home = world.wifi["home"]
    kept.device.repl.run(
        f"with open('stay_connected.py', 'w') as f: f.write({source.read_text()!r})\n"
        f"imp.setwificonfiguration({home.ssid!r}, {home.key!r})\n"
        "import asyncio, stay_connected\n"
        "heard = []\n"
        "agent.on('heard', heard.append)\n"
        "async def main():\n"
        "    task = asyncio.create_task(stay_connected.main(0.1))\n"
        "    while not heard: await asyncio.sleep(0.1)\n"
        "    task.cancel()\n"
    )
    kept.device.repl.send("asyncio.run(main())")
    topic = world.broker.wait_for("imp/*/agent/reading", timeout=LIMIT_S)[0]
    world.broker.publish(topic.replace("agent/reading", "device/heard"), b"1", retain=True)
    out = kept.device.repl.finish(timeout=30)
    assert out.splitlines()[0] == "connected eth0 5"


_AGAIN = """
import gc
def again(count):
    for _ in range(count):
        imp.uplink.keep(heard, order=["ethernet"], nics=[])
        settle(20)
        imp.uplink.stop()
        settle(20)
        events.clear()
    for _ in range(3): gc.collect()
    return gc.mem_alloc()
"""


def test_what_has_ended_is_not_kept(kept):
    """Eight places in MicroPython's queue of scheduled calls could each hold one."""
    kept.device.repl.run(_AGAIN)
    first = kept.value("again(2)")
    assert kept.value("again(8)") - first < 1536  # one keeper has 1.7 KB on the virtual board
