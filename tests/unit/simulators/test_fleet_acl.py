# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The access rules that the pages show for Mosquitto keep boards apart, and let agents serve."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

import pytest
from bench.mosquitto import find_mosquitto
from bench.mqtt_client import MqttClient
from bench.ports import free_port

DOCS = Path(__file__).resolve().parents[3] / "docs"


def fleet_rules():
    """Those of docs/fleet.md."""
    return re.search(r"```\n(pattern .*?)```", (DOCS / "fleet.md").read_text(), re.DOTALL)[1]


def agent_rules():
    """The same for boards, those of docs/agent.md for the agent."""
    agent = re.search(r"```\n(user .*?)```", (DOCS / "agent.md").read_text(), re.DOTALL)[1]
    return fleet_rules().partition("user ")[0] + agent


@pytest.fixture(params=[fleet_rules])
def port(tmp_path, request):
    """A Mosquitto with those rules, and user names that stand for certificates' CN."""
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    rules = request.param()
    (tmp_path / "acl").write_text(rules)
    (tmp_path / "acl").chmod(0o600)
    number = free_port()
    lines = [f"listener {number} 127.0.0.1", "allow_anonymous true", f"acl_file {tmp_path}/acl"]
    lines += ["user root"] if os.geteuid() == 0 else []
    (tmp_path / "conf").write_text("\n".join(lines) + "\n")
    process = subprocess.Popen([find_mosquitto(), "-c", str(tmp_path / "conf")])
    yield number
    process.terminate()
    process.wait()


class Client:
    """Somebody at the broker; `got` has the topics of what came."""

    def __init__(self, port, user):
        deadline = time.monotonic() + 10
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", port))
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.02)
        self.got = []
        self.mqtt = MqttClient(
            connection, 4, (user, "x"), lambda topic, *_: self.got.append(topic)
        )

    def until(self, topic):
        """Waits for the message that was published last."""
        deadline = time.monotonic() + 10
        while topic not in self.got:
            assert time.monotonic() < deadline, self.got
            time.sleep(0.01)


def test_boards_are_kept_apart(port):
    backend, one, two = (Client(port, user) for user in ("backend", "b1", "b2"))
    backend.mqtt.subscribe("imp/#")
    for topic in ("imp/b2/device/#", "imp/b2/restart", "imp/b2/log", "imp/#", "#"):
        one.mqtt.subscribe(topic)
        assert one.mqtt.granted == 0  # and what was not allowed will simply not come
    two.mqtt.subscribe("imp/b2/device/#")
    for topic in ("imp/b2/log", "imp/b2/device/x", "imp/b1/device/x", "imp/b1/restart", "other"):
        one.mqtt.publish(topic, b"1")
    allowed = ["imp/b1/agent/x", "imp/b1/error", "imp/b1/status", "imp/b1/log"]
    for topic in allowed:
        one.mqtt.publish(topic, b"1")
    backend.until(allowed[-1])
    assert backend.got == allowed
    backend.mqtt.publish("imp/b2/device/y", b"1")
    two.until("imp/b2/device/y")
    backend.mqtt.publish("imp/b1/device/y", b"1")
    one.mqtt.ping()
    assert two.got == ["imp/b2/device/y"]
    assert "imp/b2/device/y" not in one.got
    for client in (backend, one, two):
        client.mqtt.close()


@pytest.mark.parametrize("port", [agent_rules], indirect=True)
def test_an_agent_serves_and_does_no_more(port):
    agent, board = Client(port, "backend"), Client(port, "b1")
    for topic in ("imp/+/status", "imp/+/agent/#", "imp/+/log", "imp/+/error"):
        agent.mqtt.subscribe(topic)
    for topic in ("imp/b1/device/#", "imp/b1/restart"):
        board.mqtt.subscribe(topic)
    sent = ["imp/b1/status", "imp/b1/log", "imp/b1/error", "imp/b1/agent/x/y"]
    for topic in sent:
        board.mqtt.publish(topic, b"1")
    agent.until(sent[-1])
    assert agent.got == sent
    for topic in ("imp/b1/restart", "imp/b1/agent/x", "imp/b1/status", "imp/b1/device/x/y"):
        agent.mqtt.publish(topic, b"1")
    board.until("imp/b1/device/x/y")
    assert board.got == ["imp/b1/device/x/y"]
    agent.mqtt.ping()
    assert agent.got == sent
    for client in (agent, board):
        client.mqtt.close()
