# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The process of a simulated modem as its driver sees it: calls, and what it tells by itself."""

from __future__ import annotations

import itertools
import json
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..child import Child
from ..errors import BenchError
from ..guard import Guard
from .transcript import KEPT, Line
from .view import GONE, View

_BENCH = Path(__file__).resolve().parents[1]
_ANSWER_TIMEOUT_S = 30.0


class Simulator:
    """Runs `python -m modem` with `options`. status: called, in a thread, with each level of the
    STATUS pin. Methods raise BenchError when the process has ended; revive() starts another one.
    """

    def __init__(
        self,
        options: Sequence[str | Path],
        log: Path,
        guard: Guard,
        status: Callable[[bool], None],
    ) -> None:
        # It starts in half the time as a package of its own, without the rest of the bench.
        command = [sys.executable, "-S", "-m", "modem", *options]
        environment = os.environ | {"PYTHONPATH": str(_BENCH)}
        self.view = GONE  # until it has told its state
        self._status = status
        self._lines: deque[Line] = deque(maxlen=KEPT)
        self._count = 0  # of all lines
        self._lines_lock = threading.Lock()
        self._ids = itertools.count()
        self._lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._new_child = partial(Child, command, log, guard, environment)
        self._start()

    def _start(self) -> None:
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._child = self._new_child()
        self._reader = threading.Thread(target=self._read, name="modem", daemon=True)
        self._reader.start()

    def revive(self) -> bool:
        """Starts the program again if its process has ended. Whether it had."""
        with self._lock:
            if self._child.running:
                return False
            self._child.stop()
            self._reader.join(2)
            self._start()
            return True

    def write(self, message: dict[str, Any]) -> None:
        """Sends one message."""
        try:
            with self._write_lock:
                self._child.stdin.write(json.dumps(message).encode() + b"\n")
                self._child.stdin.flush()
        except (OSError, ValueError):
            raise self._child.failure("has ended") from None

    def call(self, what: str, *arguments: Any) -> Any:
        """What a method of Controls returns. Raises BenchError when it refuses."""
        with self._lock:
            ident = next(self._ids)
            self.write({"id": ident, "do": what, "args": arguments})
            while True:
                try:
                    answer = self._answers.get(timeout=_ANSWER_TIMEOUT_S)
                except queue.Empty:
                    raise self._child.failure(f"no answer to {what}") from None
                if answer is None:
                    self._answers.put(None)
                    self._child.wait(1)
                    raise self._child.failure("has ended")
                if answer["id"] == ident:
                    break
        if "error" in answer:
            raise BenchError(f"modem: {answer['error']}")
        return answer["value"]

    def _read(self) -> None:
        for line in self._child.stdout:
            message = json.loads(line)
            if "status" in message:
                self._status(message["status"])
            elif "lines" in message:
                self._keep([Line(*fields) for fields in message["lines"]])
            elif "view" in message:
                self.view = View(*message["view"])
            else:
                self._answers.put(message)
        self.view = GONE
        self._answers.put(None)

    def _keep(self, lines: list[Line]) -> None:
        with self._lines_lock:
            self._lines.extend(lines)
            self._count += len(lines)

    def transcript(self, since: int) -> tuple[list[Line], int]:
        """The kept lines from number `since` on, and the number of the next one."""
        with self._lines_lock:
            lines, count = list(self._lines), self._count
        return lines[max(0, since - (count - len(lines))) :], count

    def close(self) -> None:
        """Ends the process."""
        try:
            self._child.stdin.close()
        except OSError:
            pass
        self._child.wait(2)
        self._child.stop()
        self._reader.join(2)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    @property
    def log(self) -> str:
        """The last lines of its output and of its PPP server."""
        return self._child.tail()
