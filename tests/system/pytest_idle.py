# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A session in which nothing happens: how seldom the board wakes, and that it misses nothing."""

import random
import re
import time

import pytest
from bench.threads import threads, wake_ups
from repl import BoardError

SERVER_CONNECTED = 5
WINDOW_S = 10
MESSAGES = 1500

pytestmark = pytest.mark.virtual("the kernel counts the wake-ups")


def _interrupt(device):
    device.repl.serial.write(b"\x03")
    with pytest.raises(BoardError, match="KeyboardInterrupt"):
        device.repl.finish()


def _quiet(device, board, seconds=WINDOW_S):
    """The wake-ups of a board whose user code sleeps, in so many seconds."""
    device.repl.send("time.sleep(600)")
    time.sleep(3)  # what the session begins with is over
    before, began = threads(board.pid), time.monotonic()
    time.sleep(seconds)
    after, lasted_s = threads(board.pid), time.monotonic() - began
    _interrupt(device)
    return wake_ups(board.pid, before, after) * seconds / lasted_s


@pytest.mark.parametrize("link", ["wl0", "eth0"])
def test_a_quiet_session_wakes_once_a_second_at_most(device, board, link):
    assert device.connect(device.nic(link)) == SERVER_CONNECTED
    assert _quiet(device, board) <= WINDOW_S
    assert device.repl.value("server.isconnected()")


def test_a_quiet_session_over_cellular_wakes_twice_a_second_at_most(device, board, cellular):
    nic = {"interface": "cell0", "cellconfig": cellular}
    assert device.connect(nic, 60, limit_s=70) == SERVER_CONNECTED
    # The thread of network.PPP reads the UART a hundred times a second; it is MicroPython's.
    assert _quiet(device, board) <= 2 * WINDOW_S
    assert device.repl.value("server.isconnected()")


# Answers each message at once, so the next one may come while a step ends.
_ANSWER = """
import agent
from connectwith import connection
connection.get().idle_ms = 3600000
agent.on("n", lambda number: agent.send("n", number))
"""


@pytest.mark.parametrize("link", ["wl0", "eth0"])
def test_thousands_of_messages_at_any_moment_and_none_waits(device, world, link):
    """Each is sent when the one before was answered, after a random time. One whose wake was lost
    would wait for the keepalive, a minute."""
    device.repl.run(_ANSWER)
    assert device.connect(device.nic(link)) == SERVER_CONNECTED
    prefix = world.broker.wait_for("imp/*/status")[0].removesuffix("status")
    device.repl.send("time.sleep(200)")
    chance = random.Random(link)
    began = time.monotonic()
    number = 0
    while number < MESSAGES and time.monotonic() - began < 60:
        seen = len(world.broker.messages)
        world.broker.publish(prefix + "device/n", str(number))
        answer = world.broker.wait_for("imp/*/agent/n", timeout=20, since=seen)
        assert answer[1] == str(number).encode()
        number += 1
        time.sleep(chance.choice((0, chance.uniform(0, 0.003), chance.uniform(0, 0.03))))
    _interrupt(device)
    assert number >= MESSAGES // 10, "the machine is too busy for this test"


_LOSE = """
control.retry_ms, control.idle_ms = 60000, 3600000
for number in range({rounds}):
    until(server.isconnected, 60000)
    settle(1000)
    print("quiet", number)
    time.sleep(6)  # nothing but an event ends this sleep
    print("lost" if not server.isconnected() or losses() > number else "missed", number)
"""


@pytest.mark.parametrize("link", ["wl0", "eth0"])
def test_a_link_that_is_lost_at_any_moment_is_noticed(device, world, dut, link):
    device.repl.run(
        "from connectwith import connection\ncontrol = connection.get()\n"
        "def losses():\n    return imp.diag.counters()['losses']\n"
    )
    assert device.connect(device.nic(link)) == SERVER_CONNECTED
    lose, heal = {
        "wl0": (world.wifi["home"].off, world.wifi["home"].on),
        "eth0": (world.ethernet.unplug, world.ethernet.plug),
    }[link]
    chance = random.Random(link)
    rounds = 4
    device.repl.send(_LOSE.format(rounds=rounds))
    for number in range(rounds):
        dut.expect(re.compile(rb"quiet %d" % number), timeout=60)
        time.sleep(chance.uniform(0, 1.5))
        lose()
        dut.expect(re.compile(rb"(lost|missed) %d" % number), timeout=30)
        heal()
    assert device.repl.finish(timeout=60).count("missed") == 0
    assert device.repl.value("losses()") == rounds


def _online(world):
    """Waits for the status that comes after the subscriptions; its topic."""
    end = time.monotonic() + 20
    while True:
        for topic, payload, _ in world.broker.messages:
            if topic.endswith("/status") and payload == b'"online"':
                return topic
        assert time.monotonic() < end, world.broker.messages
        time.sleep(0.02)


def test_a_run_after_a_soft_reset_is_told_what_comes(device, world):
    for number in range(3):
        device.repl.soft_reset()
        device.prepare()
        device.repl.run(_ANSWER)
        # The last will of the run before may come at any time.
        world.broker.forget()
        assert device.connect(device.ethernet()) == SERVER_CONNECTED
        topic = _online(world)
        seen = len(world.broker.messages)
        device.repl.send("time.sleep(2)")
        world.broker.publish(topic.removesuffix("status") + "device/n", str(number))
        assert world.broker.wait_for("imp/*/agent/n", timeout=20, since=seen)
        device.repl.finish()
