# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw agent and a board: the program of docs/agent.md, the limits, and who gets what is late."""

import json
import pathlib
import re
import signal

import pytest
from agent.messages import TO_DEVICE_MAX
from agent_process import CW, Running

SERVER_CONNECTED = 5
_DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"

pytestmark = pytest.mark.virtual("the agent runs beside the bench's broker")

_ECHO = """
def agent(device, server):
    device.on("size", lambda n: device.send("big", "z" * n))
    device.on("big", lambda text: device.send("length", len(text)))
    device.ondisconnect(lambda: device.send("late", 1))
"""


@pytest.fixture
def online(device):
    """The board connected, with a list of what came."""
    device.repl.run(
        "import agent\ngot = []\n"
        "def keep(name):\n    agent.on(name, lambda data: got.append((name, data)))\n"
        "def came(count):\n    until(lambda: len(got) >= count)\n    return got\n"
    )
    assert device.connect(device.ethernet()) == SERVER_CONNECTED
    return device


@pytest.fixture
def start(world, tmp_path):
    """Starts an agent at the bench's broker."""
    running = []

    def begin(file):
        url = f"mqtt://{world.broker.listen}:{world.broker.plain_port}"
        command = [CW, "agent", file, "--cloud", url, "--state", tmp_path / "state", "--log"]
        running.append(Running(tmp_path, command))
        running[-1].until("INFO connected to")
        return running[-1]

    yield begin
    for each in running:
        each.end(signal.SIGKILL)


def _state(tmp_path):
    (file,) = (tmp_path / "state").glob("*.json")
    return json.loads(file.read_text())


def _programs():
    """Those on the page, in its order."""
    return re.findall(r"```python\n(.*?)```", (_DOCS / "agent.md").read_text(), re.DOTALL)


def test_the_example(online, start, tmp_path):
    running = start(_DOCS / "examples" / "agent.py")
    running.until("agent: online")
    online.repl.run("keep('settings')\nagent.send('hello', None)")
    assert online.repl.value("came(1)", timeout=20) == [("settings", {"every_s": 60})]
    for _ in range(2):
        online.repl.run("agent.send('reading', {'n': 17, 'celsius': 41.5})")
    online.repl.run("server.log('ready')\nserver.disconnect()")
    running.until("device: ready")
    running.until("agent: offline")
    assert len(re.findall("agent: too hot", running.output)) == 1  # the second one is a double
    assert running.end() == 0
    assert _state(tmp_path)["last"] == {"n": 17, "celsius": 41.5}
    # It knows the last one after a restart, too.
    assert online.connect(online.ethernet()) == SERVER_CONNECTED
    again = start(_DOCS / "examples" / "agent.py")
    online.repl.run("agent.send('reading', {'n': 17, 'celsius': 41.5})\nserver.log('second')")
    again.until("device: second")
    assert "too hot" not in again.output


def test_the_program_on_the_page(online, start, tmp_path):
    (tmp_path / "page.py").write_text(_programs()[0])
    running = start(tmp_path / "page.py")
    online.repl.run("keep('thanks')\nagent.send('reading', {'n': 1, 'celsius': 21.5})")
    assert online.repl.value("came(1)", timeout=20) == [("thanks", 1)]
    running.until("agent: 21.5")


def test_longest_messages_both_ways(online, start, world, tmp_path):
    (tmp_path / "echo.py").write_text(_ECHO)
    running = start(tmp_path / "echo.py")
    online.repl.run(
        "agent.on('big', lambda text: got.append(len(text)))\n"
        "agent.on('length', lambda n: got.append(n))"
    )
    topic = world.broker.wait_for("imp/*/status")[0].replace("status", "device/big")
    longest = TO_DEVICE_MAX - 4 - len(topic) - 2
    online.repl.run(f"agent.send('size', {longest})")
    assert online.repl.value("came(1)", timeout=20) == [longest]
    online.repl.run(f"agent.send('size', {longest + 1})")
    running.until(f"ValueError: data: {TO_DEVICE_MAX + 1} bytes with its topic")
    # The board would drop it.
    world.broker.publish(topic, b'"' + b"z" * (longest + 1) + b'"')
    running.until("device: agent message too long: big")
    online.repl.run("agent.send('big', 'z' * 30000)")
    assert online.repl.value("came(2)", timeout=40) == [longest, 30000]


def test_a_message_to_a_board_that_is_away_is_lost(online, start, world, tmp_path):
    (tmp_path / "echo.py").write_text(_ECHO)
    running = start(tmp_path / "echo.py")
    online.repl.run("keep('late')\nkeep('length')\nserver.log('here')")
    running.until("device: here")
    online.repl.run("server.disconnect()")
    world.broker.wait_for("imp/*/device/late")
    assert online.connect(online.ethernet()) == SERVER_CONNECTED
    online.repl.run("agent.send('big', 'abc')")
    assert online.repl.value("came(1)", timeout=20) == [("length", 3)]


def test_kept_messages_come_once_and_in_order(online, start, world, tmp_path):
    (tmp_path / "page.py").write_text(_programs()[1])
    running = start(tmp_path / "page.py")
    online.repl.run("server.disconnect()")
    online.repl.run(
        "for door in range(6): agent.send('alarm', {'door': 'door %d' % door}, keep=True)"
    )
    assert online.connect(online.ethernet()) == SERVER_CONNECTED
    running.until("agent: door 5")
    topic, payload, _ = world.broker.wait_for("imp/*/agent/alarm")
    assert json.loads(payload)["n"] == 1
    world.broker.publish(topic, payload)  # as a device does that has not got its PUBACK
    online.repl.run("server.log('after that')")
    running.until("device: after that")
    assert re.findall(r"agent: (door \d)", running.output) == [f"door {i}" for i in range(6)]
    assert running.end() == 0
    again = start(tmp_path / "page.py")
    world.broker.publish(topic, payload)
    online.repl.run("server.log('second')")
    again.until("device: second")
    assert "door" not in again.output
