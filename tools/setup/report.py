# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The output of the set-up: one line for each step with work, and a spinner on a terminal."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import Protocol, TextIO


class _Console(Protocol):
    def print(self, text: str, *, markup: bool, highlight: bool) -> None: ...


def fancy(stream: TextIO) -> bool:
    """Whether a stream gets colours and spinners: a terminal, and NO_COLOR not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Report:
    """The output of progress. A step without work prints nothing.

    `rich` is used when the stream is a terminal and the virtual environment is there; otherwise
    the lines are plain, which is what a CI log needs.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self._began = time.monotonic()
        self._console: _Console | None = None

    def line(self, text: str) -> None:
        """Writes one line at once."""
        if self._console is not None:
            # Above the spinner, so that the line does not break it.
            self._console.print(text, markup=False, highlight=False)
            return
        self.stream.write(f"{text}\n")
        self.stream.flush()

    @contextlib.contextmanager
    def step(self, name: str, what: str) -> Iterator[None]:
        """Shows a step while it runs and one line with its duration when it has ended."""
        began = time.monotonic()
        with self._spinner(f"{name}: {what}"):
            yield
        self.line(f"[{name:<7}] {what}: {time.monotonic() - began:.1f} s")

    @contextlib.contextmanager
    def _spinner(self, text: str) -> Iterator[None]:
        if fancy(self.stream):
            try:
                from rich.console import Console
            except ImportError:
                pass
            else:
                self._console = Console(file=self.stream)
                try:
                    with self._console.status(text):
                        yield
                finally:
                    self._console = None
                return
        self.line(f"[{text.split(':')[0]:<7}] {text.partition(': ')[2]} ...")
        yield
