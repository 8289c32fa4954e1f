# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Lines that are typed while a command runs: on standard input, and into a named pipe."""

import os
import select
import sys
from pathlib import Path

_LONGEST_BYTES = 4096


class _Source:
    """The lines of a file descriptor."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._rest = b""

    def read(self) -> list[str] | None:
        """The lines that have come; None at the end."""
        try:
            data = os.read(self.fd, _LONGEST_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            return None  # the terminal has gone
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_BYTES:
            self._rest = b""  # no line that could mean anything
        return [line.decode("utf-8", "replace") for line in lines]


def _may_read(fd: int) -> bool:
    """Whether reading gives something: a job in the background would be stopped by it."""
    try:
        return not os.isatty(fd) or os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:
        return False


class TypedLines:
    """Use as a context manager. `pipe` is made, and goes with its folder."""

    def __init__(self, pipe: Path) -> None:
        self.pipe = pipe
        os.mkfifo(pipe, 0o600)
        # Open for writing, too, so that it does not end with the first process that wrote to it.
        self._pipe = _Source(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))
        try:
            self._input: _Source | None = _Source(sys.stdin.fileno())
        except (AttributeError, OSError, ValueError):
            self._input = None  # closed

    def __enter__(self) -> "TypedLines":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._pipe.fd)

    def wait(self, wait_s: float) -> list[str]:
        """The lines of the next `wait_s` seconds, or fewer where one comes before."""
        sources = [self._pipe.fd]
        if self._input is not None and _may_read(self._input.fd):
            sources.append(self._input.fd)
        ready = select.select(sources, [], [], wait_s)[0]
        lines = self._pipe.read() or [] if self._pipe.fd in ready else []
        if self._input is not None and self._input.fd in ready:
            typed = self._input.read()
            if typed is None:
                self._input = None  # it goes on without
            lines += typed or []
        return lines
