# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A virtual board, as a process, and its REPL."""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from .child import Child
from .errors import BenchError
from .repl import Repl, ReplError
from .world import World

_BINARY = Path(__file__).resolve().parents[2] / "build" / "VIRTUAL" / "virtual-board"


def find_board() -> Path:
    """The board's program: $CONNECTWITH_BOARD, else the built one. Raises BenchError."""
    path = Path(os.environ.get("CONNECTWITH_BOARD", _BINARY))
    if not path.is_file():
        raise BenchError(f"there is no virtual board at {path}: run ./tools/cw setup")
    return path


class Board:
    """A board in `world`; off until start() or `with`.

    folder: for its flash, by default a new one that is removed with the world. arguments:
    more options of the program, see its --help.
    """

    def __init__(
        self,
        world: World,
        *,
        binary: Path | None = None,
        folder: Path | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self._world = world
        self._binary = binary
        self._arguments = list(arguments)
        self.dir = folder if folder is not None else world.board_folder()
        self._child: Child | None = None
        self._repl: Repl | None = None

    def __enter__(self) -> Board:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def console(self) -> Path:
        """The serial console, for a terminal program."""
        return self.dir / "console"

    @property
    def pid(self) -> int:
        """Process id. Raises BenchError while the board is off."""
        return self._process().pid

    @property
    def running(self) -> bool:
        """False while the board is off, or after it crashed."""
        return self._child is not None and self._child.running

    @property
    def boot_mark(self) -> int:
        """Another number after each boot: the board writes its pid file again then."""
        return (self.dir / "pid").stat().st_mtime_ns

    @property
    def has_pins(self) -> bool:
        """Whether its pins are driven: not while it is off, in deep sleep or in a reset."""
        clients = list(self._world.netsim.clients.values())
        return self.running and any(kind == "gpio" and pid == self.pid for kind, _, pid in clients)

    @property
    def log(self) -> str:
        """The last lines of the program's standard error."""
        return self._process().tail()

    def _process(self) -> Child:
        if self._child is None:
            raise BenchError("the board is off")
        return self._child

    def start(self, timeout: float = 30.0, repl: bool = True) -> Board:
        """Power on; waits for the console and, unless `repl` is false, for an answer of the REPL.

        Other programs may open the console afterwards, until exec() is called. Raises BenchError
        with the program's last words.
        """
        if self._child is not None:
            raise BenchError("the board is on already")
        self.dir.mkdir(parents=True, exist_ok=True)
        command = [self._binary or find_board(), "--dir", self.dir, "--net", self._world.net]
        self._child = Child(
            [*command, *self._arguments], self.dir / "stderr.log", self._world.guard
        )
        self._world.adopt(self)
        try:
            self._wait_console(timeout)
            if repl:
                self.repl(timeout)
                self.release()
        except BaseException:
            self.stop()
            raise
        return self

    def _wait_console(self, timeout: float) -> None:
        child = self._process()
        lines: queue.Queue[bytes] = queue.Queue()

        def read() -> None:
            lines.put(child.stdout.readline())
            for _ in child.stdout:
                pass  # a full pipe would stop the board

        threading.Thread(target=read, name="board", daemon=True).start()
        try:
            line = lines.get(timeout=timeout)
        except queue.Empty:
            raise child.failure(f"no console within {timeout} s") from None
        if not line.startswith(b"console /"):
            child.wait(1)
            raise child.failure(f"no console but {line!r}" if line else "no console")

    def repl(self, timeout: float = 30.0) -> Repl:
        """The raw REPL, entered if it was not. Raises BenchError."""
        if self._repl is None:
            # After the end of a board the kernel may give its terminal to another program.
            if not self._process().running:
                raise self._process().failure("the board has crashed")
            try:
                self._repl = Repl(self.console, timeout)
            except BenchError as error:
                raise self._process().failure(str(error)) from error
        return self._repl

    def release(self) -> None:
        """Closes the console, for a terminal program."""
        if self._repl is not None:
            self._repl.close()
            self._repl = None

    def exec(self, code: str, timeout: float = 10.0) -> str:
        """Runs MicroPython code; returns its output. Raises ReplError with the board's traceback,
        BenchError when the code does not end within `timeout` s or the board crashes."""
        try:
            return self.repl().exec(code, timeout)
        except ReplError:
            raise
        except BenchError as error:
            # A crash closes the console a moment before the process has ended.
            if self._process().wait(0.5) is None:
                raise
            raise self._process().failure("the board has crashed") from error

    def press_en(self, timeout: float = 30.0) -> None:
        """Hard reset; returns when the board boots. Raises BenchError after `timeout` s."""
        # Until it boots, an answer of the REPL is from before the reset.
        before = self.boot_mark
        deadline = time.monotonic() + timeout
        os.kill(self.pid, signal.SIGUSR1)
        while self.boot_mark == before:
            if self._process().wait(0.001) is not None or time.monotonic() > deadline:
                raise self._process().failure(f"no reset within {timeout} s")

    def reset(self, timeout: float = 30.0) -> None:
        """Presses EN: hard reset, back at the raw REPL."""
        self.press_en(timeout)
        if self._repl is not None:
            self._repl.enter(timeout)
        else:
            self.repl(timeout)

    def stop(self) -> int | None:
        """Power off. The exit code, None if the board was off."""
        self.release()
        if self._child is None:
            return None
        child, self._child = self._child, None
        return child.stop()
