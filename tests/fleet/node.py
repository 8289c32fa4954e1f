# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""One node of a RabbitMQ cluster on the loopback interface, as a process of this program.

Everything that a node writes is in its folder: settings, cookie, database, log. No service of the
system and none of its files are used.
"""

import contextlib
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import meters
from bench import BenchError
from bench.child import Child
from bench.guard import Guard

from setup.rabbitmq import RabbitMq

START_S = 180.0  # three at once on two busy cores took 30 s
STOP_S = 60.0  # a node that is told to stop closes its connections first
_READY = "Server startup complete"
_TAIL_LINES = 15
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_LOOPBACK = "127.0.0.1"
# One scheduler, and none that spins: the nodes share the cores with all boards. RabbitMQ's own
# start script has the limits and the last two lines.
_ERLANG = (
    "-noinput", "-boot", "start_sasl", "-s", "rabbit", "boot", "+W", "w",
    "+S", "1:1", "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none", "+A", "1",
    "+P", "1048576", "+t", "5000000", "+zdbbl", "128000",
    "-kernel", "inet_dist_use_interface", "{127,0,0,1}",
    "-kernel", "prevent_overlapping_partitions", "false",
    "-syslog", "logger", "[]", "-syslog", "syslog_error_logger", "false",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What the nodes of a cluster have in common, and the ports of this one.

    `names` are all nodes' names. `address`: where boards reach this node, at `tls_port`, which is
    the same for all. `plain_port` is for the bench's own client, `dist_port` for the other nodes.
    """

    names: tuple[str, ...]
    number: int
    address: str
    tls_port: int
    plain_port: int
    dist_port: int
    authority: Path
    certificate: Path
    key: Path
    definitions: Path

    @property
    def name(self) -> str:
        """This node's name."""
        return self.names[self.number - 1]


def node_name(number: int) -> str:
    """The name of the node `number`, from 1 on."""
    return f"fleet{number}@localhost"


def settings(plan: Plan) -> str:
    """rabbitmq.conf of a node (https://www.rabbitmq.com/docs/configure, /docs/mqtt)."""
    nodes = [
        f"cluster_formation.classic_config.nodes.{number} = {name}"
        for number, name in enumerate(plan.names, 1)
    ]
    return "\n".join(
        (
            "listeners.tcp = none",
            "cluster_formation.peer_discovery_backend = classic_config",
            *nodes,
            # A node that sees less than half of the others stops serving. Of two nodes the one
            # that is left would stop, too.
            f"cluster_partition_handling = {'pause_minority' if len(nodes) > 2 else 'ignore'}",
            f"mqtt.listeners.ssl.default = {plan.address}:{plan.tls_port}",
            f"mqtt.listeners.tcp.bench = {_LOOPBACK}:{plan.plain_port}",
            "mqtt.allow_anonymous = false",
            f"ssl_options.cacertfile = {plan.authority}",
            f"ssl_options.certfile = {plan.certificate}",
            f"ssl_options.keyfile = {plan.key}",
            "ssl_options.verify = verify_none",
            f"load_definitions = {plan.definitions}",
            # To the standard output: what it writes to a file is there two seconds later.
            "log.file = false",
            "log.console = true",
            "log.console.level = info",
            "disk_free_limit.absolute = 50MB",
            "",
        )
    )


class Epmd:
    """Erlang's port mapper, by which the nodes find each other; its own, at a port of its own."""

    def __init__(self, programs: RabbitMq, port: int, folder: Path, guard: Guard) -> None:
        command = [programs.binaries / "epmd", "-port", str(port), "-address", _LOOPBACK]
        self._child = Child(command, folder / "epmd.log", guard)
        self.port = port

    def check(self) -> None:
        """Raises BenchError when it has ended, as when its port was taken."""
        if self._child.wait(0.2) is not None:
            raise self._child.failure("the port mapper of Erlang does not run")

    def close(self) -> None:
        """Ends it."""
        self._child.stop()


class Node:
    """A node, off until start(); its folder is made here."""

    def __init__(
        self, plan: Plan, programs: RabbitMq, epmd_port: int, folder: Path, cookie: str,
        guard: Guard,
    ) -> None:  # fmt: skip
        self.plan = plan
        self.folder = folder
        self._guard = guard
        self._programs = programs
        self._epmd_port = epmd_port
        self._child: subprocess.Popen | None = None
        self._drain: Child | None = None
        self._ended_s = 0.0  # CPU time of its processes that have ended
        self._seen_s = 0.0  # and of the one that is there, when it was looked at last
        self.log = folder / "log"
        folder.mkdir()
        secret = folder / ".erlang.cookie"
        secret.touch(mode=0o600)
        secret.write_text(cookie)
        secret.chmod(0o400)  # Erlang refuses one that others may read
        (folder / "rabbitmq.conf").write_text(settings(plan))
        (folder / "enabled_plugins").write_text("[rabbitmq_mqtt].\n")

    def environment(self) -> dict[str, str]:
        """All that the process gets; nothing of this program's own."""
        programs, folder = self._programs, self.folder
        return {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(folder),  # the cookie
            "ROOTDIR": str(programs.erlang),
            "BINDIR": str(programs.binaries),
            "EMU": "beam",
            # RabbitMQ starts this program once, so that it starts an epmd. There is one.
            "PROGNAME": "/bin/true",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": _LOOPBACK,
            "ERL_LIBS": str(programs.home / "plugins"),
            "ERL_CRASH_DUMP": str(folder / "crash"),
            "ERL_CRASH_DUMP_BYTES": "0",
            "ERL_MAX_PORTS": "65536",
            "RABBITMQ_HOME": str(programs.home),
            "RABBITMQ_PLUGINS_DIR": str(programs.home / "plugins"),
            "RABBITMQ_NODENAME": self.plan.name,
            "RABBITMQ_DIST_PORT": str(self.plan.dist_port),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "database"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
        }

    def start(self) -> None:
        """Starts the process; see until_ready()."""
        if self._child is not None:
            raise BenchError(f"{self.plan.name} runs already")
        self._log_from = self.log.stat().st_size if self.log.exists() else 0
        # Not a Child: its standard output would be a pipe, which a child of Erlang's keeps open.
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [self._programs.binaries / "erlexec", *_ERLANG],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=self.environment(), start_new_session=True,
            )  # fmt: skip
        self._guard.watch(self._child.pid)

    @property
    def ready(self) -> bool:
        """Whether it serves. Raises BenchError when it has ended."""
        if not self.running:
            raise self._failure("has ended while it started")
        return _READY in self.log_since(self._log_from)

    def until_ready(self, limit_s: float = START_S, look=lambda: None) -> None:
        """Waits for it; calls `look` now and then. Raises BenchError with the end of its log."""
        deadline = time.monotonic() + limit_s
        while not self.ready:
            if time.monotonic() > deadline:
                raise self._failure(f"does not serve within {limit_s:.0f} s")
            time.sleep(0.1)
            look()

    def log_since(self, offset: int) -> str:
        """Its log from that byte on, which may end in the middle of a line."""
        try:
            with self.log.open("rb") as file:
                file.seek(offset)
                return _COLOURS.sub("", file.read().decode(errors="replace"))
        except FileNotFoundError:
            return ""

    def _failure(self, what: str) -> BenchError:
        code = self._child.poll() if self._child is not None else None
        state = "" if code is None else f", exit code {code}"
        lines = [line for line in self.log_since(0).splitlines() if line.strip()]
        return BenchError("\n".join([f"{self.plan.name} {what}{state}", *lines[-_TAIL_LINES:]]))

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        """Process id. Raises BenchError while it is off."""
        if self._child is None:
            raise BenchError(f"{self.plan.name} is off")
        return self._child.pid

    def _leave(self, grace_s: float, number: signal.Signals) -> None:
        if self._drain is not None:
            drain, self._drain = self._drain, None
            drain.stop(0)
        if self._child is None:
            return
        child, self._child = self._child, None
        if child.poll() is None:
            child.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(grace_s)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # it hangs, or is stopped
        child.wait()
        self._ended_s, self._seen_s = self._ended_s + self._seen_s, 0.0

    def kill(self) -> None:
        """As a power cut: it says nothing to anybody."""
        self._leave(0, signal.SIGKILL)

    def ask_to_stop(self) -> None:
        """As an operator does it; it closes its connections first. stop() waits for its end."""
        os.kill(self.pid, signal.SIGTERM)

    def drain(self) -> None:
        """It takes no more clients and closes the connections of those that it has, as by
        `rabbitmq-upgrade drain`, which calls the same function. drained() waits for the end."""
        command = [self._programs.binaries / "erl_call", "-sname", self.plan.name]
        command += ["-a", "rabbit_maintenance drain []"]
        log = self.folder / "drain"
        self._drain = Child(command, log, self._guard, self.environment())

    def drained(self, limit_s: float = STOP_S) -> None:
        """Raises BenchError when drain() fails."""
        child, self._drain = self._drain, None
        try:
            if child.wait(limit_s) != 0:
                raise child.failure(f"{self.plan.name} cannot be drained")
        finally:
            child.stop(0)

    def stop(self) -> None:
        """Stops it, and waits for that."""
        self._leave(STOP_S, signal.SIGTERM)

    def stall(self) -> None:
        """It hangs, as a machine behind a cut cable; start() is not possible before kill()."""
        os.kill(self.pid, signal.SIGSTOP)

    def cpu_s(self) -> float:
        """CPU time of all its processes so far; of one that has ended, when this was last asked
        while it ran."""
        if self.running:
            self._seen_s = max(self._seen_s, meters.cpu_s(self.pid))
        return self._ended_s + self._seen_s

    def peak_rss_kib(self) -> int:
        """The most that its process has had resident; 0 while it is off."""
        return meters.peak_rss_kib(self.pid) if self.running else 0
