# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A child process whose output is kept, and which ends with this process."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from .errors import BenchError
from .guard import Guard

_TAIL_LINES = 15
_FULL_BYTES = 65536
_TAIL_BYTES = 16384  # a log of days may be too large to be read whole


class Child:
    """Starts `command`; standard error is added to the file `log`, standard output is a pipe.

    Raises BenchError when the program cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        guard: Guard,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = Path(command[0]).name
        self.log = log
        try:
            with log.open("ab") as errors:
                self.process = subprocess.Popen(
                    [str(word) for word in command],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=environment,
                    start_new_session=True,  # Ctrl-C is for this process only
                )
        except OSError as error:
            raise BenchError(f"{command[0]} cannot be started: {error.strerror}") from error
        guard.watch(self.process.pid)
        assert self.process.stdin is not None and self.process.stdout is not None
        self.stdin: IO[bytes] = self.process.stdin
        self.stdout: IO[bytes] = self.process.stdout

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid

    @property
    def running(self) -> bool:
        """False once the process has ended."""
        return self.process.poll() is None

    def tail(self) -> str:
        """The last lines of standard error."""
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-_TAIL_LINES:])

    def failure(self, what: str) -> BenchError:
        """An error with the failed action, the end of the process and its last lines."""
        code = self.process.poll()
        if code is None:
            state = "still running"
        else:
            state = f"ended by signal {-code}" if code < 0 else f"ended with code {code}"
        words = self.tail() or self._full()
        return BenchError(f"{self.name}: {what} ({state})" + (f"\n{words}" if words else ""))

    def _full(self) -> str:
        """What a program cannot say whose log has no room."""
        folder = self.log.parent
        if shutil.disk_usage(folder).free >= _FULL_BYTES:
            return ""
        return f"no space is left on the disk of {folder}: free some, or set TMPDIR to another one"

    def wait(self, timeout: float) -> int | None:
        """The exit code (negative: signal), or None after `timeout` seconds."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, grace: float = 3.0) -> int:
        """Ends the process: SIGTERM, and SIGKILL after `grace` seconds. The exit code."""
        if self.running:
            self.process.terminate()
            if self.wait(grace) is None:
                self.process.kill()
        code = self.process.wait()
        for pipe in (self.stdin, self.stdout):
            try:
                pipe.close()
            except OSError:
                pass  # input that was buffered for a process that has ended
        return code
