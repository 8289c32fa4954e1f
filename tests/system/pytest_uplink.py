# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""imp.uplink.keep: the device moves to what works and back, and never gives up.

`--moves 50` for the long run with 1,000 messages.
"""

import json
import time

import pytest
from heard import heard
from kept_connected import LIMIT_S, Kept


@pytest.fixture
def kept(device, world):
    device.ethernet()
    return Kept(device, world)


def _messages(world, since=0):
    """The data of the board's messages; a kept one is in an envelope."""
    found = [
        json.loads(payload)
        for topic, payload, _ in world.broker.messages[since:]
        if topic.endswith("/agent/number")
    ]
    return [data["data"] if isinstance(data, dict) else data for data in found]


def test_the_way_there_and_back(kept, world):
    kept.keep(failback=1)
    kept.over("eth0")
    world.ethernet.unplug()
    kept.over("wl0")
    assert kept.value("agent.send('number', 1)") == 0
    assert world.broker.wait_for("imp/*/agent/number")[1] == b"1"
    world.ethernet.plug()
    kept.over("eth0")
    assert kept.value("kinds()") == [
        ("connected", "eth0"), ("lost", "eth0"), ("connected", "wl0"), ("moved", "eth0"),
    ]  # fmt: skip
    assert kept.value("[event.get('before') for event in events]") == [None, None, None, "wl0"]
    assert kept.value("imp.uplink.status()['moves']") == 1
    assert kept.value("(server.isconnected(), imp.diag.counters()['losses'])") == (True, 1)


_SENDER = """
enough = []
agent.on("enough", enough.append)
def send_all(moves, **options):
    # Each number once it was accepted; how often a send was refused, by result. It goes on until
    # the test has seen the last move: a move that comes late must have messages, too.
    refused = {}
    number = 0
    end = time.ticks_add(time.ticks_ms(), 900000)
    while number < 20 * moves or not enough:
        if time.ticks_diff(end, time.ticks_ms()) <= 0: break
        message = [number, imp.uplink.status()["interface"]]
        result = agent.send("number", message, **options)
        if result:
            refused[result] = refused.get(result, 0) + 1
        else:
            number += 1
        time.sleep_ms(50 if not result else 10)
        policy = connection.get().keeping.keeper.policy
        policy.left_alone = 0
        for i in range(len(policy.penalties)): policy.penalties[i] = 0
    return number, refused
"""


@pytest.mark.parametrize("options", ["", ", keep=True"])
def test_messages_over_many_moves(kept, world, request, options):
    moves = request.config.getoption("--moves")
    kept.device.repl.run(_SENDER)
    kept.device.repl.run(
        "server.setsendtimeoutpolicy(server.RETURN_ON_ERROR_NO_DISCONNECT, "
        "server.WAIT_TIL_SENT, 5)"
    )
    kept.keep(failback=0.3)
    kept.over("eth0")
    kept.device.repl.send(f"print(repr(send_all({moves}{options})))\nserver.flush(30)")
    made = 0
    while made < moves:
        world.ethernet.unplug()
        _wait_for(world, "wl0")
        world.ethernet.plug()
        _wait_for(world, "eth0")
        made += 2
    topic = world.broker.wait_for("imp/*/agent/number")[0]
    world.broker.publish(topic.replace("agent/number", "device/enough"), b"1", retain=True)
    sent, refused = eval(kept.device.repl.finish(timeout=900))
    assert sent >= 20 * moves, refused
    kept.wait("imp.uplink.outbox()['count'] == 0")
    heard(world)
    arrived = [number for number, _ in _messages(world)]
    assert list(dict.fromkeys(arrived)) == list(range(sent))


def _wait_for(world, link):
    """Waits for the next message that the board sends over a link."""
    seen = len(world.broker.messages)
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        if any(message[1] == link for message in _messages(world, seen)):
            return
        time.sleep(0.02)
    raise AssertionError(f"no message over {link} within {LIMIT_S} s")


def _wait_for_messages(world, count):
    end = time.monotonic() + LIMIT_S
    while len(_messages(world)) < count:
        assert time.monotonic() < end, f"{_messages(world)} within {LIMIT_S} s"
        time.sleep(0.02)


_UNTIL_MOVED = """
results, online = set(), set()
number = 0
def send_one():
    global number
    results.add(agent.send("number", number))
    online.add(server.isconnected())
    number += 1
def by_timer():
    if not over("eth0"):
        imp.wakeup(0.02, by_timer)
    send_one()
def by_loop():
    end = time.ticks_add(time.ticks_ms(), 60000)
    while not over("eth0") and time.ticks_diff(end, time.ticks_ms()) > 0:
        send_one()
        time.sleep_ms(20)
"""


@pytest.mark.parametrize("how", ["loop", "timer"])
def test_failback_without_a_gap(kept, world, how):
    kept.device.repl.run(
        "server.setsendtimeoutpolicy(server.RETURN_ON_ERROR_NO_DISCONNECT, "
        "server.WAIT_TIL_SENT, 30)"
    )
    world.ethernet.unplug()
    kept.keep(failback=1)
    kept.over("wl0")
    # In a timer's callback the scheduler does not run the steps of the move.
    kept.device.repl.send(_UNTIL_MOVED + f"by_{how}()")
    _wait_for_messages(world, 11)
    world.ethernet.plug()
    kept.device.repl.finish(timeout=70)
    kept.over("eth0")
    kept.device.repl.run("settle(100)")
    assert kept.value("(results, online)") == ({0}, {True})
    assert kept.value("server.flush(20)") is True
    count = kept.value("number")
    heard(world)
    assert list(dict.fromkeys(_messages(world))) == list(range(count)) and count > 10
    assert "lost" not in kept.value("[event['event'] for event in events[1:]]")


def test_a_dead_path_behind_a_live_link(kept, world):
    kept.keep(pingafter=1, pongwithin=2)
    kept.over("eth0")
    world.ethernet.cable.silence()
    kept.over("wl0")
    assert kept.value("kinds()[:2]") == [("connected", "eth0"), ("lost", "eth0")]
    assert kept.value("imp.diag.counters()['lastloss']") == "no answer to PINGREQ"


def test_a_flapping_cable_is_left_alone(kept, world):
    kept.keep(failback=0.3)
    kept.over("eth0")
    for _ in range(2):
        world.ethernet.unplug()
        kept.over("wl0")
        world.ethernet.plug()
        kept.over("eth0")
    world.ethernet.unplug()
    kept.over("wl0")
    world.ethernet.plug()
    kept.device.repl.run("settle(5000)", timeout=20)
    assert kept.value("over('wl0')") is True
    ethernet = kept.value("imp.uplink.status()['candidates'][0]")
    assert ethernet["leftalone"] is True and 2500 <= ethernet["penalty"] <= 3000
    # It is the only one that works now.
    world.wifi["home"].off()
    kept.over("eth0")


def test_a_metered_link_late_and_early(kept, world):
    kept.keep(metered=["wifi"], entermetered=8, leavemetered=0.5)
    kept.over("eth0")
    world.ethernet.unplug()
    kept.over("wl0")
    # Ethernet was tried again before, after pauses of at most 2 s.
    assert kept.value("kinds()[2]") == ("failed", "eth0")
    assert kept.value("imp.uplink.status()['candidates'][1]['metered']") is True
    world.ethernet.plug()
    kept.over("eth0")
    assert kept.value("events[-1]['event']") == "moved"


def test_cellular_is_metered(kept, world, cellular):
    nics = [{"interface": "cell0", "cellconfig": cellular}]
    kept.keep(order=["ethernet", "cell"], nics=nics, entermetered=1, leavemetered=0.5)
    kept.over("eth0")
    world.ethernet.unplug()
    kept.over("cell0")
    world.ethernet.plug()
    kept.over("eth0")
    assert kept.value("events[-1]['before']") == "cell0"


def test_all_links_are_dead_and_then_one_returns(kept, world):
    kept.keep()
    kept.over("eth0")
    world.ethernet.unplug()
    world.wifi["home"].off()
    kept.wait("kinds().count(('failed', 'wl0')) >= 2")
    assert kept.value("(server.isconnected(), imp.uplink.status()['interface'])") == (False, None)
    world.wifi["home"].on()
    kept.over("wl0")


def test_a_silent_minute_is_not_the_end(kept, world):
    kept.device.repl.run(
        "lost = []\nserver.onunexpecteddisconnect(lost.append)\nconnection.get().retry_ms = 1000\n"
    )
    kept.keep(order=["ethernet"], nics=[])
    kept.over("eth0")
    world.broker.stop()
    kept.wait("len(events) >= 5")
    assert kept.value("(lost, {event['interface'] for event in events})") == ([], {"eth0"})
    world.broker.start()
    kept.over("eth0")
