# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The connection manager of docs/examples: connect, loss, reconnect, flush, disconnect."""

import json
import pathlib

import pytest

_SOURCE = pathlib.Path(__file__).parents[2] / "docs/examples/connection_manager.py"

_PRELUDE = """
from connection_manager import ConnectionManager
events = []
def until(count, limit_ms=40000):
    start = time.ticks_ms()
    while len(events) < count and time.ticks_diff(time.ticks_ms(), start) < limit_ms:
        time.sleep_ms(5)
    time.sleep_ms(200)
    return events
def begin(**options):
    global manager
    manager = ConnectionManager(**options)
    manager.on_connect = lambda: events.append(('connect', server.isconnected()))
    manager.on_disconnect = lambda expected: events.append(('disconnect', expected))
    manager.on_timeout = lambda: events.append(('timeout', server.isconnected()))
"""


@pytest.fixture
def example(device):
    """The board with the example in its file system."""
    device.ethernet()  # it connects over Ethernet, because no other interface is configured
    source = _SOURCE.read_text()
    device.repl.run(
        f"with open('connection_manager.py', 'w') as f: f.write({source!r})\n" + _PRELUDE
    )
    return device


def test_whole_life(example, world):
    example.repl.run("begin(check_timeout=5)\nmanager.log('before')\nmanager.connect()")
    assert example.repl.value("until(1)", timeout=50) == [("connect", True)]
    assert world.broker.wait_for("imp/*/log")[1] == b'"before"'
    assert example.repl.value("manager.connect()") is False

    # A loss that the reconnect cannot end; the watchdog notices within 5 s.
    world.ethernet.unplug()
    assert example.repl.value("until(2)", timeout=50)[1:] == [("disconnect", False)]
    example.repl.run("manager.log('meanwhile')")
    world.ethernet.plug()
    example.repl.run("manager.connect()")
    assert example.repl.value("until(3)", timeout=50)[2:] == [("connect", True)]

    # The last message arrives, and everything is done when disconnect() returns.
    example.repl.run("for i in range(30): manager.log('line %d' % i)")
    out = example.repl.run(
        "print(manager.disconnect(), server.isconnected(), manager.is_connected())\n"
        "print(manager.disconnect(), len(events))\n",
        timeout=50,
    )
    assert out.split() == ["True", "False", "False", "True", "4"]
    world.broker.wait_for("imp/*/status", since=len(world.broker.messages) - 1)
    logged = [json.loads(p) for topic, p, _ in world.broker.messages if topic.endswith("/log")]
    assert logged == ["before", "meanwhile"] + [f"line {i}" for i in range(30)]


def test_it_stays_connected_by_itself(example, world):
    example.repl.run("begin(stay_connected=True, check_timeout=1, connect_timeout=2)")
    assert example.repl.value("until(1)", timeout=50) == [("connect", True)]
    world.broker.stop()
    events = example.repl.value("until(4)", timeout=50)
    assert events[1:4] == [("disconnect", False), ("timeout", False), ("timeout", False)]
    world.broker.start()
    out = example.repl.run(
        "start = time.ticks_ms()\n"
        "while events[-1][0] != 'connect' and time.ticks_diff(time.ticks_ms(), start) < 30000:\n"
        "    time.sleep_ms(5)\n"
        "print(events[-1], server.isconnected())\n",
        timeout=50,
    )
    assert out.strip() == "('connect', True) True"


def test_connect_for_a_task(example, world):
    example.repl.run("begin()\nmanager.connect_for(lambda: manager.log('task'))")
    events = example.repl.value("until(2)", timeout=50)
    assert events == [("connect", True), ("disconnect", True)]
    assert world.broker.wait_for("imp/*/log")[1] == b'"task"'
    assert example.repl.value("server.isconnected()") is False


def test_disconnect_stops_an_attempt(example, world):
    world.ethernet.dhcp(False)
    out = example.repl.run(
        "begin()\nmanager.connect()\nsettle(500)\n"
        "print(manager.disconnect(), manager.disconnect(force=True))\n"
    )
    assert out.split() == ["False", "True"]
    example.repl.run("settle(1000)")
    assert example.repl.value("events") == []
