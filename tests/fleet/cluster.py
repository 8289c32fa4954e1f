# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A cluster of RabbitMQ nodes with TLS, as the storms of a fleet see a broker.

All nodes have the name of the world's broker, an address each, and one port. The bench watches
each node by a client of its own, because a node that is killed takes its clients with it.
"""

import re
import secrets
import socket
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import access
import meters
from bench import BenchError, World
from bench.dns import node as addresses
from bench.mqtt_client import MqttClient
from node import START_S, Epmd, Node, Plan, node_name

from setup.rabbitmq import RabbitMq

LOGS = Path(__file__).resolve().parents[2] / "build" / "fleet-rabbitmq"
_LOOPBACK = "127.0.0.1"
PASSWORD = "as-for-all-of-them"  # of the boards; a real fleet has one for each
_NODE_MIB = 250  # 120 resident after the start, 180 with a hundred boards
_BOARD_MIB = 5
# Below those of outgoing connections (ip_local_port_range, from 32768 on as a rule).
_PORTS = range(10000, 32000)
_PORT_TRIES = 20
_PROBE_S = 60.0
_ACCEPTED = re.compile(
    r"^(\S+ \S+) \[info\] \S+ accepting MQTT connection \S+ \((.*), client id: imp-(\S+)\)$", re.M
)
# Closed by the board, or by the node: a second session of that client ID, a drain.
_ENDED = re.compile(r'MQTT (?:connection|disconnecting client) "([^"]+)"')
_THROWN_OUT = re.compile(r"with client ID 'imp-(\w+)', reason: node is being put into maint")
_FAILED = re.compile(r"MQTT detected TLS (?:upgrade|certificate verification) error")


def check_memory(nodes: int, boards: int) -> None:
    """Raises BenchError when the nodes would not fit beside the boards."""
    needed, there = nodes * _NODE_MIB + boards * _BOARD_MIB, meters.available_mib()
    if there < needed:
        raise BenchError(
            f"{nodes} nodes and {boards} boards need {needed} MiB of memory, and {there} MiB are"
            " free: take fewer boards, or --nodes 2"
        )


def steady_port(*hosts: str) -> int:
    """A TCP port that is free at each of these addresses, and that the kernel gives to nobody: a
    node that is restarted needs it again. Raises BenchError."""
    for _ in range(_PORT_TRIES):
        port = secrets.choice(_PORTS)
        try:
            for host in hosts:
                with socket.socket() as probe:
                    probe.bind((host, port))
        except OSError:
            continue
        return port
    raise BenchError(f"no port is free at all of {', '.join(hosts)}")


class Cluster:
    """`count` nodes for the boards `ids`; use it as a context manager, which starts it.

    `nodes` are the nodes, from number 1 on. `progress(text, at_once)` shows what happens.
    `heard[number]` has (topic, payload) of all that came to the client at that node.
    """

    def __init__(
        self, world: World, programs: RabbitMq, count: int, ids: list[str],
        progress: Callable[..., None], mirrored: bool = True,
    ) -> None:  # fmt: skip
        self._world = world
        self._programs = programs
        self._progress = progress
        self._password = secrets.token_hex(16)
        self._ids = ids
        self._mirrored = mirrored
        self._clients: dict[int, MqttClient] = {}
        self._epmd: Epmd | None = None
        self.nodes: dict[int, Node] = {}
        self.heard: dict[int, list[tuple[str, bytes]]] = {}
        self.messages: list[tuple[str, bytes, bool]] = []
        self.name = f"{count} nodes of RabbitMQ {programs.version} with TLS"
        self._count = count

    def __enter__(self) -> "Cluster":
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """As boards reach it."""
        return f"mqtts://{self._world.certificates.host}:{self._port}"

    def plans(self, folder: Path) -> list[Plan]:
        """The plan of each node, with ports that are free now."""
        certificates = self._world.certificates
        numbers = range(1, self._count + 1)
        names = tuple(node_name(number) for number in numbers)
        self._port = steady_port(*(addresses(number)[0] for number in numbers))
        return [
            Plan(
                names=names,
                number=number,
                address=addresses(number)[0],
                tls_port=self._port,
                plain_port=steady_port(_LOOPBACK),
                dist_port=steady_port(_LOOPBACK),
                authority=certificates.ca_file,
                certificate=certificates.broker.certificate,
                key=certificates.broker.key,
                definitions=folder / "definitions.json",
            )
            for number in numbers
        ]

    def _start(self) -> None:
        folder = self._world.folder / "rabbitmq"
        folder.mkdir(mode=0o700)
        text = access.definitions(self._ids, PASSWORD, self._password, self._mirrored)
        (folder / "definitions.json").write_text(text)
        guard = self._world.guard
        self._epmd = Epmd(self._programs, steady_port(_LOOPBACK), folder, guard)
        self._epmd.check()
        cookie = secrets.token_hex(16)
        for plan in self.plans(folder):
            home = folder / f"node{plan.number}"
            self.nodes[plan.number] = Node(
                plan, self._programs, self._epmd.port, home, cookie, guard
            )
        began = time.monotonic()
        # One after the other: nodes that start at once may each begin a group of their own for the
        # client IDs (Raft), and then refuse every client.
        for number, node in self.nodes.items():
            node.start()
            node.until_ready(START_S, lambda n=number: self._say(n, began))
        self._progress(f"{self.name}: up after {time.monotonic() - began:.0f} s", True)
        for number in self.nodes:
            self._watch(number)
        self.settle()
        there = [addresses(number)[1] for number in self.nodes]
        self._world.dns.answer(self._world.certificates.host, *there)
        self._world.dns.rotate()

    def _say(self, number: int, began: float) -> None:
        self._progress(f"node {number} starts, {time.monotonic() - began:.0f} s")

    def connect(self, number: int, on_message=None) -> MqttClient:
        """A new client of the backend at that node. Raises BenchError.

        A node takes connections before the nodes have a leader for the client IDs (CONNACK 3).
        """
        deadline = time.monotonic() + _PROBE_S
        while True:
            try:
                return self._connect(number, on_message)
            except BenchError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _connect(self, number: int, on_message) -> MqttClient:
        port = self.nodes[number].plan.plain_port
        try:
            connection = socket.create_connection((_LOOPBACK, port), 10)
        except OSError as error:
            raise BenchError(f"node {number} takes no connection: {error}") from error
        return MqttClient(
            connection, 4, (access.BACKEND, self._password), on_message, timeout=30.0
        )

    def _watch(self, number: int) -> None:
        heard = self.heard.setdefault(number, [])

        def record(topic: str, payload: bytes, retained: bool) -> None:
            heard.append((topic, payload))
            self.messages.append((topic, payload, retained))

        self._clients[number] = self.connect(number, record)
        self._clients[number].subscribe("#")

    def settle(self) -> None:
        """Returns when what any node has taken has come to every client of the bench."""
        deadline = time.monotonic() + _PROBE_S
        for number in list(self._clients):
            topic = f"probe/{secrets.token_hex(4)}"
            self._clients[number].publish(topic, b"")
            while not all((topic, b"") in self.heard[n][-500:] for n in self._clients):
                if time.monotonic() > deadline:
                    raise BenchError(f"a message from node {number} does not reach all others")
                time.sleep(0.02)

    def publish(self, topic: str, payload: str) -> None:
        """Publishes at one of the nodes that run; returns when that one has it."""
        open_ones = (client for client in self._clients.values() if not client.closed)
        next(open_ones).publish(topic, payload.encode())

    def kill(self, number: int) -> None:
        """That node is gone in this moment."""
        self.nodes[number].kill()
        self._forget(number)

    def stop(self, number: int) -> None:
        """That node is told to stop, and has stopped."""
        self.nodes[number].stop()
        self._forget(number)

    def _forget(self, number: int) -> None:
        client = self._clients.pop(number, None)
        if client is not None:
            client.close()

    def start(self, number: int) -> None:
        """A node comes back, and serves."""
        began = time.monotonic()
        self.nodes[number].start()
        self.nodes[number].until_ready(START_S, lambda: self._say(number, began))
        self._watch(number)
        self.settle()

    def drain(self, number: int) -> None:
        """That node takes no more clients, and connections are closed."""
        self.nodes[number].drain()
        self.nodes[number].drained()

    def watch_again(self, number: int) -> None:
        """Connects the bench's clients again, whose connections drain() closes at all nodes."""
        self._forget(number)
        for other in list(self._clients):
            if self._clients[other].closed:
                self._forget(other)
                self._watch(other)
        self.settle()

    def thrown_out(self, since: object) -> set[str]:
        """The boards whose connections drain() has closed since mark()."""
        texts = (node.log_since(since[number]) for number, node in self.nodes.items())
        return {ident for text in texts for ident in _THROWN_OUT.findall(text)}

    def accepted(self, since: object) -> dict[str, float]:
        """By board: when a node has accepted its first session since mark(), in seconds of the
        wall clock."""
        first: dict[str, float] = {}
        for number, node in self.nodes.items():
            for at, _, ident in _ACCEPTED.findall(node.log_since(since[number])):
                when = datetime.fromisoformat(at).timestamp()
                first[ident] = min(first.get(ident, when), when)
        return first

    def where(self) -> dict[str, int]:
        """By board: the number of the node that has accepted its last session. A busy node may
        accept one that the board has given up before."""
        last: dict[str, tuple[str, int]] = {}
        for number, node in self.nodes.items():
            text = node.log_since(0)
            ended = {match[1]: match.start() for match in _ENDED.finditer(text)}
            for match in _ACCEPTED.finditer(text):
                at, name, ident = match.groups()
                if ended.get(name, -1) < match.start():
                    last[ident] = max(last.get(ident, ("", 0)), (at, number))
        return {ident: number for ident, (_, number) in last.items()}

    def retained(self, number: int, topics: list[str]) -> dict[str, bytes]:
        """By topic: what that node has kept of these topics, which may be filters."""
        kept: dict[str, bytes] = {}

        def record(topic: str, payload: bytes, retained: bool) -> None:
            if retained:
                kept[topic] = payload

        client = self.connect(number, record)
        try:
            for topic in topics:
                client.subscribe(topic)
            client.ping()  # what is kept comes before the answer
        finally:
            client.close()
        return kept

    def cpu_s(self) -> float:
        """CPU time of all nodes so far."""
        return sum(node.cpu_s() for node in self.nodes.values())

    def peak_rss_kib(self) -> int:
        """The most that one of the nodes has had resident."""
        return max(node.peak_rss_kib() for node in self.nodes.values())

    def mark(self) -> object:
        """Now, for connections()."""
        return {
            number: node.log.stat().st_size if node.log.exists() else 0
            for number, node in self.nodes.items()
        }

    def connections(self, since: object) -> tuple[int, int]:
        """Sessions accepted since mark() and handshakes that failed, and how many those are."""
        texts = [node.log_since(since[number]) for number, node in self.nodes.items()]
        failed = sum(len(_FAILED.findall(text)) for text in texts)
        return sum(len(_ACCEPTED.findall(text)) for text in texts) + failed, failed

    def _keep_logs(self) -> None:
        """The folder of a world goes with it; why a node refused a board stands in its log."""
        LOGS.mkdir(parents=True, exist_ok=True)
        for number, node in self.nodes.items():
            if node.log.exists():
                (LOGS / f"node{number}.log").write_text(node.log_since(0))

    def close(self) -> None:
        """Ends all of it. Nothing of it runs afterwards, also if a node hangs."""
        for node in self.nodes.values():
            node.kill()
        self._keep_logs()
        if self._epmd is not None:
            self._epmd.close()
            self._epmd = None
        for number in list(self._clients):
            self._forget(number)
