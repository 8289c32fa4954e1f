# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw agent at a real broker: TLS, credentials, losses, two agents, the end by a signal."""

import ast
import contextlib
import json
import re
import signal
import sys
import time
from pathlib import Path

import pytest
from agent import broker as brokers
from agent import program
from bench.broker import Broker
from bench.certificates import Certificates
from bench.guard import Guard
from bench.mosquitto import find_mosquitto

from setup import paths
from setup.problem import Problem

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))
from agent_process import CW, Running

DEVICE = "240ac4bb3280"
LOGIN = ("backend", "s3cret-s3cret")
NEEDS_MOSQUITTO = pytest.mark.skipif(
    not find_mosquitto(), reason="amqtt keeps no session and refuses without CONNACK"
)
PROGRAM = """
import threading, time
def agent(device, server):
    state = {"got": [], **server.load()}
    def reading(data):
        state["got"].append(data)
        server.save(state)
        device.send("answer", data)
    def slow(data):
        server.log("begun")
        time.sleep(data)
        server.save({"got": ["whole"]})
    def bad(data):
        raise KeyError("boom")
    def from_a_thread(data):
        threading.Thread(target=lambda: device.send("answer", "thread")).start()
    def many(count):
        server.log("begun")
        for n in range(count):
            assert device.send("answer", n)
        time.sleep(1)
    for callback in (many, reading, slow, bad, from_a_thread):
        device.on(callback.__name__, callback)
    device.onconnect(lambda: server.log("up"))
    device.ondisconnect(lambda: server.log("down"))
"""


class Desk:
    """A broker that wants a password, and a folder for the program."""

    def __init__(self, folder):
        self.folder = folder
        self.certificates = Certificates(folder, "127.0.0.1")
        self.guard = Guard(folder / "guarded")
        self.broker = Broker(folder, self.certificates, self.guard, credentials=LOGIN)
        self.running = []

    def arguments(self, **changes):
        options = {
            "cloud": self.broker.url,
            "ca": str(self.certificates.ca_file),
            "username": LOGIN[0],
            **changes,
        }
        return [w for name, value in options.items() if value for w in (f"--{name}", str(value))]

    def start(self, *more, up=True, password=LOGIN[1], **changes):
        file = self.folder / "program.py"
        file.write_text(PROGRAM)
        command = [CW, "agent", file, *self.arguments(**changes), *more]
        running = Running(self.folder, command, CONNECTWITH_CLOUD_PASSWORD=password)
        self.running.append(running)
        if up:
            running.until("INFO connected to")
        return running

    def publish(self, kind, value, retain=False):
        self.broker.publish(f"imp/{DEVICE}/{kind}", json.dumps(value), retain)

    def answers(self, count, since=0):
        """What the device would get, when there are `count`."""
        deadline = time.monotonic() + 60
        while True:
            found = [
                json.loads(payload)
                for topic, payload, _ in self.broker.messages[since:]
                if topic == f"imp/{DEVICE}/device/answer"
            ]
            if len(found) >= count or time.monotonic() > deadline:
                assert len(found) == count
                return found
            time.sleep(0.02)


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    with contextlib.ExitStack() as stack:
        stack.callback(desk.guard.close)
        stack.callback(desk.broker.stop)
        desk.broker.start()
        yield desk
        for running in desk.running:
            if running.process.poll() is None:
                running.end(signal.SIGKILL)


def test_messages_both_ways_and_the_end(desk):
    agent = desk.start("--log")
    desk.publish("status", "online", retain=True)
    desk.publish("agent/bad", 1)
    desk.publish("agent/reading", {"n": 1})
    desk.publish("agent/from_a_thread", None)
    desk.publish("log", "hello\x1b[2J")
    assert desk.answers(2) == [{"n": 1}, "thread"]
    agent.until(re.escape(f"{DEVICE} device: hello\\x1b[2J"))
    agent.until(f"{DEVICE} the handler of bad has raised an exception")
    agent.until(f"{DEVICE} agent: up")
    assert agent.end() == 0
    state = desk.folder / "program.state" / f"{DEVICE}.json"
    assert json.loads(state.read_text()) == {"got": [{"n": 1}]}


def test_a_signal_waits_for_the_callback(desk):
    agent = desk.start()
    desk.publish("agent/slow", 2)
    agent.until("agent: begun")
    assert agent.end(signal.SIGINT) == 0
    assert (desk.folder / "program.state" / f"{DEVICE}.json").read_text() == '{"got":["whole"]}'


def test_what_was_sent_before_the_end_arrives(desk):
    agent = desk.start()
    desk.publish("agent/many", 300)
    agent.until("agent: begun")
    assert agent.end() == 0
    assert desk.answers(300) == list(range(300))


def test_a_second_signal_does_not(desk):
    agent = desk.start()
    desk.publish("agent/slow", 1000)
    agent.until("agent: begun")
    agent.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert agent.end() == 0


@NEEDS_MOSQUITTO
def test_messages_wait_for_the_agent(desk):
    desk.start().end()
    for n in range(5):
        desk.publish("agent/reading", n)
    desk.start()
    assert desk.answers(5) == [0, 1, 2, 3, 4]


@NEEDS_MOSQUITTO
def test_a_message_that_was_not_handled_to_its_end_comes_again(desk):
    agent = desk.start()
    desk.publish("agent/slow", 1000)
    agent.until("agent: begun")
    assert agent.end(signal.SIGKILL) == -signal.SIGKILL
    desk.start(up=False).until("agent: begun")


def test_plain_example_has_40_lines_and_serves(desk):
    file = paths.ROOT / "docs" / "examples" / "agent_plain.py"
    tree = ast.parse(file.read_text())
    del tree.body[0]  # the docstring
    assert len(ast.unparse(tree).replace("\n\n", "\n").splitlines()) <= 40
    running = Running(
        desk.folder, [file], BROKER_HOST="127.0.0.1", BROKER_PORT=str(desk.broker.port),
        BROKER_CA=str(desk.certificates.ca_file), BROKER_USER=LOGIN[0], BROKER_PASSWORD=LOGIN[1],
    )  # fmt: skip
    desk.running.append(running)
    running.until("broker: Success")
    desk.publish("status", "online", retain=True)
    for value in (5, {"celsius": 1}, {"n": 3, "celsius": 21.5}):
        desk.publish("agent/reading", value)
    topic, payload, _ = desk.broker.wait_for(f"imp/{DEVICE}/device/*")
    assert (topic, payload) == (f"imp/{DEVICE}/device/thanks", b"3")
    for n in (1, 2, 1):  # kept messages; the last one is a double
        data = {"n": 10 + n, "celsius": n}
        desk.publish("agent/reading", {"outbox": "5b35288e7218", "n": n, "data": data})
    desk.publish("agent/reading", {"n": 20, "celsius": 20})
    running.until(f"{DEVICE} reads 20")
    assert re.findall(r"reads (\d+)", running.output)[-3:] == ["1", "2", "20"]
    running.until(f"{DEVICE} is online")
    running.until(f"{DEVICE} sent something else: ", 2)
    desk.broker.stop()
    desk.broker.start()
    running.until("broker: Success", 2)
    since = len(desk.broker.messages)
    desk.publish("agent/reading", {"n": 4, "celsius": 21.5})
    assert desk.broker.wait_for(f"imp/{DEVICE}/device/*", since=since)[1] == b"4"


def test_broker_restart(desk):
    agent = desk.start()
    desk.publish("status", "online", retain=True)
    agent.until("agent: up")
    desk.broker.stop()
    agent.until("WARNING The connection to the broker .* has ended")
    agent.until("cannot be reached")
    desk.broker.start()
    agent.until("INFO connected to", 2)
    # It has subscribed again, and nobody is there: the broker has forgotten the status.
    since = len(desk.broker.messages)
    desk.publish("agent/reading", 7)
    assert desk.answers(1, since) == [7]
    agent.until("agent: down")
    desk.publish("status", "online", retain=True)
    agent.until("agent: up", 2)
    assert agent.end() == 0


def test_a_broker_that_is_not_up_yet_is_waited_for(desk):
    desk.broker.stop()
    agent = desk.start(up=False)
    agent.until("cannot be reached. Why: Connection refused. Next: is the broker running")
    desk.broker.start()
    agent.until("INFO connected to")
    assert agent.end() == 0


def test_a_signal_while_it_waits(desk):
    desk.broker.stop()
    agent = desk.start(up=False)
    agent.until("Next attempt in", 2)
    assert agent.end() == 0


def _refused(desk, **changes):
    agent = desk.start(up=False, **changes)
    status = agent.process.wait(60)
    text = agent.output
    agent.end(None)
    assert status in (1, 2) and "Traceback" not in text and LOGIN[1] not in text
    what, why, next_step = text.strip().splitlines()[-3:]
    assert what.startswith("cw: ") and why.startswith("    why: ")
    assert next_step.startswith("    next: ")
    return why + next_step


@NEEDS_MOSQUITTO
def test_wrong_password(desk):
    said = _refused(desk, password="wrong")
    assert "may not connect" in said or "user name or password" in said
    assert "--username" in said


def test_wrong_authority(desk):
    (desk.folder / "other").mkdir()
    other = Certificates(desk.folder / "other", "127.0.0.1")
    said = _refused(desk, ca=other.ca_file)
    assert "certificate is not accepted" in said and "--ca FILE" in said
    # Nor without one: the system does not know the bench's.
    assert "--ca FILE" in _refused(desk, ca=None)


def test_another_name_in_the_certificate(desk):
    said = _refused(desk, cloud=f"mqtts://localhost:{desk.broker.port}")
    assert "the name that stands in the certificate" in said


def test_a_port_without_tls(desk):
    agent = desk.start(up=False, cloud=f"mqtts://127.0.0.1:{desk.broker.plain_port}")
    agent.until("is that the port for TLS")
    assert agent.end() == 0


def test_plain_warns(desk):
    agent = desk.start(cloud=f"mqtt://127.0.0.1:{desk.broker.plain_port}", ca=None)
    agent.until("mqtt:// is not encrypted")
    assert agent.end() == 0


def test_second_agent_with_the_same_states(desk):
    first = desk.start()
    said = _refused(desk)
    assert "overwrite each other's states" in said and "--state DIR" in said
    assert first.end() == 0


def test_second_agent_with_the_same_client_id(desk):
    first = desk.start()
    second = desk.start("--state", str(desk.folder / "second"))
    first.until("another program has the client ID 'agent-program', too")
    for agent in (first, second):
        assert agent.end() == 0


def test_two_agents_with_ids_of_their_own_get_each_message(desk):
    desk.start()
    desk.start("--state", str(desk.folder / "second"), "--clientid", "second")
    desk.publish("agent/reading", 1)
    assert desk.answers(2) == [1, 1]


def test_only_one_device(desk):
    desk.start("--device", "aa00")
    desk.publish("agent/reading", 1)
    desk.broker.publish("imp/aa00/agent/reading", b"2")
    desk.broker.wait_for("imp/aa00/device/answer")
    assert desk.answers(0) == []


@pytest.mark.parametrize(
    "url",
    ["", "broker", "http://broker", "mqtts://", "mqtts://b:0", "mqtts://b:99999", "mqtts://b:x",
     "mqtts://u:secret@b", "mqtts://b/path", "mqtts://[", "mqtt:broker"],
)  # fmt: skip
def test_urls_that_are_none(url):
    with pytest.raises(Problem, match="--cloud") as caught:
        brokers.address(url)
    assert "secret" not in str(caught.value)


def test_urls():
    assert brokers.address("mqtts://b.example") == ("b.example", 8883, True)
    assert brokers.address("mqtts://b.example:1/") == ("b.example", 1, True)
    assert brokers.address("mqtt://10.0.0.1") == ("10.0.0.1", 1883, False)


def test_files_that_are_no_certificates(tmp_path):
    (tmp_path / "text").write_text("no certificate")
    certificates = Certificates(tmp_path, "127.0.0.1")
    pair, other = certificates.broker, certificates.expired
    assert brokers.tls(_broker(ca=str(certificates.ca_file), cert=pair.certificate, key=pair.key))
    for wrong in (
        {"ca": str(tmp_path / "text")},
        {"ca": str(tmp_path / "nothing")},
        {"cert": str(tmp_path / "text"), "key": str(pair.key)},
        {"cert": str(pair.certificate), "key": str(other.key)},
    ):
        with pytest.raises(Problem, match="cannot be used") as caught:
            brokers.tls(_broker(**wrong))
        assert "as PEM" in caught.value.next_step


def _broker(**changes):
    return brokers.Broker("b.example", 8883, True, "id", **changes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def agent(device", "SyntaxError"),
        ("1/0", "ZeroDivisionError"),
        ("x = 1", "no function 'agent'"),
        ("agent = 5", "no function 'agent'"),
        (None, "cannot be read"),
    ],
)
def test_programs_that_are_none(tmp_path, text, words):
    file = tmp_path / "a.py"
    if text is not None:
        file.write_text(text)
    with pytest.raises(Problem) as caught:
        program.load(str(file))
    assert words in str(caught.value)


def test_why_a_program_cannot_be_read(tmp_path):
    (tmp_path / "agent.txt").write_text("def agent(device, server): return 7\n")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "loop.py").symlink_to("loop.py")
    for name, why in (
        ("none.py", "No such file"),
        ("agent.txt", "does not end in .py"),
        ("folder.py", "Is a directory"),
        ("loop.py", "symbolic links"),
    ):
        with pytest.raises(Problem, match="cannot be read") as caught:
            program.load(str(tmp_path / name))
        assert why in caught.value.why, name


def test_a_program_imports_what_lies_beside_it(tmp_path):
    (tmp_path / "beside_the_agent.py").write_text("def agent(device, server): return 7\n")
    (tmp_path / "a.py").write_text("from beside_the_agent import agent\n")
    try:
        assert program.load(str(tmp_path / "a.py"))(None, None) == 7
    finally:
        sys.path.remove(str(tmp_path))
