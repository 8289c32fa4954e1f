# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Drives netsim, the process that plays the networks (see netsim/README.md)."""

from __future__ import annotations

import fcntl
import fnmatch
import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from .child import Child
from .errors import BenchError
from .guard import Guard
from .kept import Kept
from .traffic import Reading, parse

_SOURCE = Path(__file__).resolve().parent / "netsim"
_BUILD = _SOURCE.parents[2] / "build" / "netsim"
_ANSWER_TIMEOUT_S = 30.0
_EVENTS_MAX = 100_000  # a board that toggles a pin makes many
_END = (-1, "")  # in the place of an answer: there will be none
_END_TIMEOUT_S = 20.0  # a sanitizer's search for leaks takes long on a busy machine


def build_netsim(build: Path = _BUILD, sanitize: bool = False) -> Path:
    """Builds netsim in `build` unless it is up to date; its path. Raises BenchError.

    sanitize: with address and undefined-behaviour sanitizers.
    """
    make = shutil.which("make")
    if make is None:
        raise BenchError("make is missing, which builds netsim: apt-get install build-essential")
    build.mkdir(parents=True, exist_ok=True)
    with (build / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two worlds that start at the same time
        done = subprocess.run(
            [make, "-s", "-C", str(_SOURCE), f"BUILD={build}", f"SANITIZE={int(sanitize)}"],
            capture_output=True,
            text=True,
            timeout=300,
        )
    if done.returncode != 0:
        hint = "libslirp-dev" if "libslirp" in done.stderr or "lslirp" in done.stderr else ""
        advice = f"\nIt needs: apt-get install build-essential {hint}".rstrip()
        raise BenchError(f"netsim does not build:\n{done.stderr.strip()}{advice}")
    return build / "netsim"


def find_netsim() -> Path:
    """The netsim to use: $CONNECTWITH_NETSIM, else built in the project's build folder."""
    given = os.environ.get("CONNECTWITH_NETSIM")
    if given is None:
        return build_netsim()
    if not Path(given).is_file():
        raise BenchError(f"CONNECTWITH_NETSIM: there is no file {given}")
    return Path(given)


class Netsim:
    """A running netsim. Boards connect to the Unix socket `path`."""

    def __init__(self, folder: Path, guard: Guard, binary: Path | None = None) -> None:
        self.path = folder / "net"
        self.events: Kept[str] = Kept(_EVENTS_MAX)
        self.clients: dict[int, tuple[str, str, int]] = {}  # connected: kind, MAC, process
        self.joined: dict[int, str] = {}  # with a link: the network's name
        self.listeners: list[Callable[[str], None]] = []  # called in a thread; must not wait
        self._changed = threading.Condition()
        self._answers: queue.Queue[tuple[int, str]] = queue.Queue()  # numbered as they come
        self._asked = 0  # the number of the last command; "ready" is the answer 0
        self._lock = threading.Lock()
        command = [binary or find_netsim(), "--socket", self.path]
        self._child = Child(command, folder / "netsim.log", guard)
        self._reader = threading.Thread(target=self._read, name="netsim", daemon=True)
        self._reader.start()
        try:
            if not self._take_answer(0).startswith("ready "):
                raise self._child.failure("is not ready")
        except BenchError:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Process id of netsim."""
        return self._child.pid

    def _read(self) -> None:
        number = 0
        for line in self._child.stdout:
            text = line.decode(errors="replace").rstrip("\n")
            if text.startswith("event "):
                self._take_event(text[6:])
            else:
                self._answers.put((number, text))
                number += 1
        self._answers.put(_END)

    def _take_event(self, event: str) -> None:
        word, _, rest = event.partition(" ")
        if word == "client":
            ident, kind, mac, pid = rest.split(" ")
            self.clients[int(ident)] = (kind, mac, int(pid))
        elif word == "joined":
            ident, name = rest.split(" ")
            self.joined[int(ident)] = name
        elif word in ("left", "gone"):
            self.joined.pop(int(rest.split(" ")[0]), None)
        for listener in list(self.listeners):
            listener(event)
        if word == "gone":
            self.clients.pop(int(rest), None)
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def _take_answer(self, number: int) -> str:
        """netsim answers in order, each line once. Answers to commands that nobody waits for any
        more are dropped."""
        deadline = time.monotonic() + _ANSWER_TIMEOUT_S
        while True:
            try:
                answer = self._answers.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise self._child.failure(f"no answer within {_ANSWER_TIMEOUT_S:g} s") from None
            if answer == _END:
                self._answers.put(_END)  # for the next command
                self._child.wait(1)
                raise self._child.failure("has ended")
            if answer[0] == number:
                return answer[1]

    def command(self, line: str) -> str:
        """Sends one command; returns the text after `ok`. Raises BenchError with netsim's text."""
        if "\n" in line:
            raise BenchError("a command is one line")
        with self._lock:
            try:
                self._child.stdin.write(line.encode() + b"\n")
                self._asked += 1
                self._child.stdin.flush()
            except (OSError, ValueError):
                raise self._child.failure("has ended") from None
            answer = self._take_answer(self._asked)
        if answer.split(" ")[0] != "ok":
            raise BenchError(f"netsim: {line.split(' ')[0]}: {answer.removeprefix('error ')}")
        return answer[3:]

    def traffic(self) -> Reading:
        """What every link of a board or a modem has carried; compare two by traffic.flows()."""
        answer = self.command("traffic")
        return Reading(time.monotonic(), parse(answer, self.clients))

    def counters(self) -> dict[str, dict[str, int]]:
        """Of each network, by name: number; clients with a link; packets that boards have sent,
        before any fault (tcp, dns, sntp, dhcp, other udp); frames carried up and down, and lost.
        """
        networks: dict[str, dict[str, int]] = {}
        for word in self.command("show").split():
            key, _, value = word.partition("=")
            if key == "name":
                networks[value] = counters = {}
            elif value.isdigit():
                counters[key] = int(value)
        return networks

    def wait_event(self, pattern: str, timeout: float = 20.0, since: int = 0) -> str:
        """The first event from index `since` on that matches `pattern` (as in fnmatch).

        Raises BenchError after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            first = self.events.gone + since
            while True:
                for event in self.events.later(first):
                    if fnmatch.fnmatchcase(event, pattern):
                        return event
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise BenchError(f"netsim: no event {pattern!r} within {timeout} s")

    @property
    def log(self) -> str:
        """The last lines of netsim's standard error."""
        return self._child.tail()

    def close(self) -> int:
        """Power loss of all networks; netsim's exit code."""
        try:
            self._child.stdin.close()
        except OSError:
            pass
        self._child.wait(_END_TIMEOUT_S)
        code = self._child.stop()
        self._reader.join(2)
        return code
