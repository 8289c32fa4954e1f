# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The nodes of `cw fleet --broker rabbitmq`: their settings and rights, and that none is left."""

import base64
import hashlib
import json
import os
import re
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fleet"))

import access
import cluster
import node
from bench import BenchError

from setup.rabbitmq import RabbitMq

SERVES = "echo Server startup complete; exec sleep 60"
FAKE = """#!/bin/sh
echo $$ >> {pids}
case "$RABBITMQ_NODENAME" in
{cases}
esac
"""


class Guard:
    """In place of the bench's, which ends what is left."""

    def watch(self, pid):
        pass


@pytest.fixture
def fake(tmp_path):
    """Makes an Erlang whose nodes run these shell commands, by name; `pids()` of all started."""
    binaries, pids = tmp_path / "bin", tmp_path / "pids"
    binaries.mkdir()

    def make(**cases):
        lines = "\n".join(f"{name}@localhost) {what};;" for name, what in cases.items())
        for name, text in (("erlexec", lines), ("epmd", "*) exec sleep 60;;")):
            (binaries / name).write_text(FAKE.format(pids=pids, cases=text))
            (binaries / name).chmod(0o755)
        home = tmp_path / "rabbitmq_server-3.10.8"
        made = RabbitMq(tmp_path, binaries, home)
        assert made.version == "3.10.8"
        return made

    make.pids = lambda: [int(word) for word in pids.read_text().split()] if pids.exists() else []
    yield make
    assert not [pid for pid in make.pids() if alive(pid)], "a process was left"


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def plan(tmp_path, nodes=3, number=2):
    names = tuple(node.node_name(n) for n in range(1, nodes + 1))
    files = (tmp_path / name for name in ("ca", "pem", "key", "definitions"))
    return node.Plan(names, number, "127.0.0.17", 8883, 1883, 25672, *files)


@pytest.fixture
def a_node(tmp_path):
    """Makes node 1 with such an Erlang; it is gone after the test."""
    made = []

    def make(programs):
        made.append(
            node.Node(plan(tmp_path, number=1), programs, 4369, tmp_path / "n", "c", Guard())
        )
        return made[-1]

    yield make
    for each in made:
        each.kill()


def test_settings_of_a_node(tmp_path):
    lines = node.settings(plan(tmp_path)).splitlines()
    assert "mqtt.listeners.ssl.default = 127.0.0.17:8883" in lines
    assert "mqtt.listeners.tcp.bench = 127.0.0.1:1883" in lines
    assert "listeners.tcp = none" in lines and "mqtt.allow_anonymous = false" in lines
    assert "cluster_formation.classic_config.nodes.3 = fleet3@localhost" in lines
    assert "cluster_partition_handling = pause_minority" in lines
    assert not [line for line in lines if line and not re.fullmatch(r"[a-z0-9_.]+ = \S+", line)]


def test_of_two_nodes_the_one_that_is_left_does_not_pause(tmp_path):
    assert "cluster_partition_handling = ignore" in node.settings(plan(tmp_path, nodes=2))


def test_a_node_has_files_and_ports_of_its_own(tmp_path, fake):
    made = node.Node(plan(tmp_path), fake(), 4711, tmp_path / "n", "secret", Guard())
    environment = made.environment()
    assert environment["ERL_EPMD_PORT"] == "4711" and environment["RABBITMQ_DIST_PORT"] == "25672"
    assert environment["HOME"] == str(tmp_path / "n")
    written = [value for name, value in environment.items() if name.endswith(("_BASE", "_FILE"))]
    assert all(value.startswith(str(tmp_path)) for value in written)
    cookie = tmp_path / "n" / ".erlang.cookie"
    assert cookie.read_text() == "secret" and cookie.stat().st_mode & 0o777 == 0o400
    assert "secret" not in " ".join(environment.values())


def test_rights_at_exchange_and_queue():
    rights = access.rights("a1")
    own, other = "mqtt-subscription-imp-a1qos1", "mqtt-subscription-imp-a2qos1"
    for right, names in (("configure", {own}), ("write", {own, "amq.topic"}),
                         ("read", {own, "amq.topic"})):  # fmt: skip
        there = {name for name in (own, other, "amq.topic", "amq.fanout", f"x{own}", f"{own}x")
                 if re.search(rights[right], name)}  # fmt: skip
        assert there == names


def test_rights_of_topics():
    def granted(rule, key):
        return re.search(rule.replace("{username}", "a1"), key) is not None

    for key in (
        "imp.a1.log",
        "imp.a1.error",
        "imp.a1.status",
        "imp.a1.agent.x",
        "imp.a1.agent.x.y",
    ):
        assert granted(access.WRITE, key) and not granted(access.READ, key)
    for key in ("imp.a1.device.x", "imp.a1.device.#", "imp.a1.restart"):
        assert granted(access.READ, key) and not granted(access.WRITE, key)
    for key in ("imp.a2.log", "imp.a2.device.#", "imp.#", "#", "imp.a1.logs", "ximp.a1.log",
                "imp.a1.restart.x", "imp.a1.agent", "imp.*.restart"):  # fmt: skip
        assert not granted(access.WRITE, key) and not granted(access.READ, key)


def test_the_page_has_these_rules():
    """docs/fleet.md shows them as commands, for a board 240ac4bb3280."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "fleet.md").read_text()
    rights = access.rights("240ac4bb3280")
    rules = [rights[name] for name in ("configure", "write", "read")]
    rules += [access.WRITE, access.READ]
    commands = re.search(r"```\nrabbitmqctl add_user .*?```", page, re.DOTALL)[0]
    assert [rule for rule in re.findall("'(.*?)'", commands) if rule[0] == "^"] == rules + [
        access.MIRRORED["pattern"]
    ]
    definition = json.loads(re.search(r"'({.*?})'", commands)[1])
    assert definition == access.MIRRORED["definition"]


def test_definitions_hold_hashes_only():
    text = access.definitions(["a1", "a2"], "of-boards", "of-backend")
    assert "of-boards" not in text and "of-backend" not in text
    found = json.loads(text)
    users = {user["name"]: user["password_hash"] for user in found["users"]}
    assert set(users) == {"a1", "a2", "backend"}
    raw = base64.b64decode(users["a1"])
    assert raw[4:] == hashlib.sha256(raw[:4] + b"of-boards").digest()
    assert {rule["user"] for rule in found["topic_permissions"]} == {"a1", "a2"}
    assert found["policies"] == [access.MIRRORED]
    assert not json.loads(access.definitions([], "", "", mirrored=False))["policies"]


def test_a_node_that_serves_and_stops(fake, a_node):
    made = a_node(fake(fleet1=SERVES))
    made.start()
    made.until_ready(20)
    assert made.running and made.cpu_s() >= 0.0 and made.peak_rss_kib() > 0
    made.stop()
    assert not made.running and made.peak_rss_kib() == 0


def test_a_second_start_is_not_ready_by_the_log_of_the_first(fake, a_node):
    made = a_node(fake(fleet1=f'[ -e "$HOME/again" ] && sleep 60; touch "$HOME/again"; {SERVES}'))
    made.start()
    made.until_ready(20)
    made.kill()
    made.start()
    with pytest.raises(BenchError, match=r"does not serve within 1 s"):
        made.until_ready(1)


def test_a_node_that_dies_shows_the_end_of_its_log(fake, a_node):
    made = a_node(fake(fleet1="echo eaddrinuse; exit 3"))
    made.start()
    with pytest.raises(BenchError, match=r"has ended while it started, exit code 3(?s:.*)eaddr"):
        made.until_ready(20)


def test_a_node_that_hangs_is_ended(fake, a_node, monkeypatch):
    monkeypatch.setattr(node, "STOP_S", 0.2)
    made = a_node(fake(fleet1=f"trap '' TERM; {SERVES}"))
    made.start()
    made.until_ready(20)
    pid = made.pid
    made.stop()
    assert not alive(pid)


def test_a_node_is_drained_with_its_own_cookie(fake, a_node):
    programs = fake(fleet1=SERVES)
    call = programs.binaries / "erl_call"
    call.write_text(
        '#!/bin/sh\necho "$HOME $ERL_EPMD_PORT $*" > "$HOME/called"\n[ ! -e "$HOME/no" ]\n'
    )
    call.chmod(0o755)
    made = a_node(programs)
    made.start()
    made.until_ready(20)
    made.drain()
    made.drained()
    words = f"{made.folder} 4369 -sname fleet1@localhost -a rabbit_maintenance drain []\n"
    assert (made.folder / "called").read_text() == words
    (made.folder / "no").touch()
    made.drain()
    with pytest.raises(BenchError, match="fleet1@localhost cannot be drained"):
        made.drained()


def test_a_node_that_is_stalled_is_ended(fake, a_node):
    made = a_node(fake(fleet1=SERVES))
    made.start()
    made.until_ready(20)
    made.stall()
    made.kill()


class Bench:
    """What a cluster takes of a world."""

    def __init__(self, folder):
        self.folder = folder / "world"
        self.folder.mkdir()
        self.guard = Guard()
        pair = SimpleNamespace(certificate=folder / "pem", key=folder / "key")
        self.certificates = SimpleNamespace(ca_file=folder / "ca", broker=pair, host="b.test")


def start(tmp_path, programs, progress=lambda *_: None):
    with cluster.Cluster(Bench(tmp_path), programs, 3, ["a1"], progress):
        raise AssertionError("it has started")


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "LOGS", tmp_path / "logs")
    return tmp_path / "logs"


def test_a_node_that_does_not_come_up_ends_all(tmp_path, fake, logs):
    programs = fake(fleet1=SERVES, fleet2="echo no luck; exit 1", fleet3=SERVES)
    with pytest.raises(BenchError, match=r"fleet2@localhost has ended(?s:.*)no luck"):
        start(tmp_path, programs)
    assert len(fake.pids()) == 3  # epmd, and the first two nodes
    assert "Server startup complete" in (logs / "node1.log").read_text()


def test_ctrl_c_while_nodes_start_ends_all(tmp_path, fake):
    def interrupt(text, at_once=False):
        if text.startswith("node 2"):
            raise KeyboardInterrupt

    programs = fake(fleet1=SERVES, fleet2="exec sleep 60", fleet3=SERVES)
    with pytest.raises(KeyboardInterrupt):
        start(tmp_path, programs, interrupt)
    assert len(fake.pids()) == 3


def test_a_port_mapper_that_cannot_listen(tmp_path, fake):
    programs = fake(fleet1=SERVES)
    (programs.binaries / "epmd").write_text("#!/bin/sh\necho address in use >&2\nexit 1\n")
    with pytest.raises(BenchError, match=r"port mapper(?s:.*)address in use"):
        start(tmp_path, programs)


def test_all_nodes_have_one_port(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.17", 0))
        busy = taken.getsockname()[1]
        monkeypatch.setattr(cluster, "_PORTS", range(busy, busy + 1))
        assert cluster.steady_port("127.0.0.16") == busy
        with pytest.raises(BenchError, match=r"no port is free at all of 127\.0\.0\.16"):
            cluster.steady_port("127.0.0.16", "127.0.0.17")


def test_too_little_memory_is_said_before_anything_starts(monkeypatch):
    monkeypatch.setattr(cluster.meters, "available_mib", lambda: 1000)
    cluster.check_memory(3, 10)
    with pytest.raises(BenchError, match=r"3 nodes and 100 boards need 1250 MiB.* 1000 MiB"):
        cluster.check_memory(3, 100)


ACCEPTED = (
    "2026-01-01 10:00:0{}.5+00:00 [info] <0.1.0> accepting MQTT connection <0.1.0>"
    " (127.0.2.1:4000 -> 127.0.0.16:8883, client id: {})\x1b[0m\n"
)
ENDED = (
    '2026-01-01 10:00 [info] <0.1.0> MQTT connection "127.0.2.1:4000 -> 127.0.0.16:8883" will'
    " terminate because peer closed TCP connection\n"
)
THROWN_OUT = (
    '2026-01-01 10:00 [warning] <0.1.0> MQTT disconnecting client "127.0.2.1:1 -> 127.0.0.16:2"'
    " with client ID 'imp-a1', reason: node is being put into maintenance \n"
)
FAILED = "2026-01-01 [error] <0.1.0> MQTT detected TLS upgrade error on x: closed\n"


def test_where_a_board_is_and_what_has_connected(tmp_path, fake):
    made = cluster.Cluster(Bench(tmp_path), fake(), 2, [], lambda *_: None)
    texts = {
        1: ACCEPTED.format(1, "imp-a1") + ACCEPTED.format(4, "imp-a2") + FAILED,
        2: ACCEPTED.format(2, "imp-a1") + ACCEPTED.format(3, "bench-x"),
    }
    for number, text in texts.items():
        folder = tmp_path / f"n{number}"
        made.nodes[number] = node.Node(plan(tmp_path, 2, number), fake(), 1, folder, "c", Guard())
        made.nodes[number].log.write_text(text)
    assert made.where() == {"a1": 2, "a2": 1}
    with made.nodes[2].log.open("a") as file:
        file.write(ENDED)
    assert made.where() == {"a1": 1, "a2": 1}, "what has ended is no place to be at"
    assert made.connections({1: 0, 2: 0}) == (4, 1)
    end = made.mark()
    assert made.connections(end) == (0, 0)
    at = datetime(2026, 1, 1, 10, 0, 1, 500000, UTC).timestamp()
    assert made.accepted({1: 0, 2: 0}) == {"a1": at, "a2": at + 3}
    assert made.accepted(end) == {}
    assert made.thrown_out(end) == set()
    deadline = time.monotonic() + 10
    with made.nodes[2].log.open("a") as file:
        file.write(ACCEPTED.format(9, "imp-a2"))
    while made.where()["a2"] != 2:
        assert time.monotonic() < deadline
    assert made.connections(end) == (1, 0)
    with made.nodes[1].log.open("a") as file:
        file.write(THROWN_OUT)
    assert made.thrown_out(end) == {"a1"}
    assert os.path.exists(made.nodes[1].log)
