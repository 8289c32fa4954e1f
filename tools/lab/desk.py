# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Carries out what the pages ask for, and tells the model what board and bench do.

Two threads: one owns the board and its console, the other the bench, whose faults may take long.
"""

import codecs
import contextlib
import os
import queue
import select
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from commands import typed_faults
from commands.console import Console
from commands.session import BOOT_LIMIT_S, BrokerLines
from lab.model import Model
from lab.notes import Splitter
from setup.problem import Problem

if TYPE_CHECKING:
    from bench import Board, World

_STEP_S = 0.05
_PIECE_BYTES = 64  # the board's answer is read between two pieces
_LONGEST_SCRIPT = 100000
_LONGEST_TYPED = 100000
_CHECK_S = 10.0
_INTERRUPT, _PASTE, _END = b"\x03", b"\x05", b"\x04"
Order = Callable[[], None]


class _Line(Console):
    """A console that is written to as far as it takes it."""

    def exchange(self, data: bytes, wake: int, wait_s: float) -> tuple[bytes, int]:
        """What has come, and how many bytes were written. Ends early when `wake` is readable."""
        writers = [self._fd] if data else []
        readable, writable, _ = select.select([self._fd, wake], writers, [], wait_s)
        came = self.read(0) if self._fd in readable else b""
        written = 0
        if writable:
            with contextlib.suppress(BlockingIOError):
                written = os.write(self._fd, data[:_PIECE_BYTES])
        return came, written


class Desk:
    """Use as a context manager, while world and board stand. It begins with a reset."""

    def __init__(self, world: "World", board: "Board", model: Model, mpy_cross: Path) -> None:
        self._world, self._board, self._model = world, board, model
        self._mpy_cross = mpy_cross
        self._broker = BrokerLines(world)
        self._parts = {part: short for short, part in typed_faults.PARTS.items()}
        self._of_board: queue.Queue[Order] = queue.Queue()
        self._of_bench: queue.Queue[Order | None] = queue.Queue()
        self._typed: queue.Queue[bytes] = queue.Queue()
        self._out = b""
        self._line: _Line | None = None
        self._splitter = Splitter()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ends = threading.Event()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._threads = [
            threading.Thread(target=self._serve_board, name="lab board", daemon=True),
            threading.Thread(target=self._serve_bench, name="lab bench", daemon=True),
        ]

    def __enter__(self) -> "Desk":
        # From here on as after power-on, with nothing of the preparation in memory. A console that
        # is opened forgets what has come, so it is opened before.
        self._line = _Line(self._board.console)
        self._model.powered("on")
        self._board.press_en()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._of_bench.put(None)
        self._wake()
        for thread in self._threads:
            thread.join(30)
        if self._line is not None:
            self._line.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b"x")

    # -- what pages ask for; each returns at once

    def type(self, text: str) -> None:
        """Keys for the board's console."""
        if self._line is not None and len(text) <= _LONGEST_TYPED:
            self._typed.put(text.encode("utf-8", "replace"))
            self._wake()

    def run_script(self, code: str) -> None:
        """Interrupts what runs and runs `code`, as if it were pasted."""
        self._of_bench.put(lambda: self._check_and_run(code))

    def soft_reset(self) -> None:
        """Interrupts what runs, then Ctrl-D."""
        self.type("\x03\x03\x04")

    def press_en(self) -> None:
        """Presses the board's reset."""
        self._order_board(self._board.press_en)

    def power(self, on: bool) -> None:
        """Switches the board on or off; on again after a crash, too."""
        self._order_board(self._power_on if on else self._power_off)

    def fault(self, text: str) -> None:
        """Makes a fault, as it is typed: "dns-delay=500"."""
        self._of_bench.put(lambda: self._make(text))

    def publish(self, topic: str, payload: str) -> None:
        """Publishes a message at the broker."""
        self._of_bench.put(lambda: self._publish(topic, payload))

    def _order_board(self, order: Order) -> None:
        self._of_board.put(order)
        self._wake()

    # -- the bench's thread

    def _serve_bench(self) -> None:
        while (order := self._of_bench.get()) is not None and not self._ends.is_set():
            self._carry_out(order)

    def _carry_out(self, order: Order) -> None:
        """What is wrong with an order is said on the page, and the bench goes on."""
        from bench import BenchError

        try:
            order()
        except Problem as problem:
            self._model.problem(f"{problem.what} {problem.next_step}")
        except (BenchError, OSError, ValueError) as error:
            self._model.problem(f"The bench refused: {str(error)[:300]}")
        except Exception as error:  # the thread must go on, and the page must say it
            self._model.problem(
                f"The lab has an error: {type(error).__name__}: {str(error)[:300]}"
            )

    def _make(self, text: str) -> None:
        fault = typed_faults.parse(text)
        if fault.at_s:
            raise Problem("A fault here is made at once.", "", "leave @ and the time out")
        typed_faults.apply(self._world, fault)
        self._model.problem("")
        self._model.fault(self._parts[fault.part], fault.method, fault.text, fault.values)

    def _publish(self, topic: str, payload: str) -> None:
        if not topic or any(char in topic for char in "#+\0"):
            raise Problem("The message was not sent.", "", "a topic has no # and no + in it.")
        self._world.broker.publish(topic, payload)
        self._model.problem("")
        self._model.said(f"sent to {topic[:200]}")

    def _check_and_run(self, code: str) -> None:
        data = code.replace("\r\n", "\n").replace("\t", "    ").encode("utf-8", "replace")
        if len(data) > _LONGEST_SCRIPT or any(c < 32 and c != 10 for c in data):
            raise Problem("The script was not started.", "", "it is too long, or has a control "
                          "character in it.")  # fmt: skip
        file = self._world.folder / "script.py"
        file.write_bytes(data)
        command = [str(self._mpy_cross), "-s", "script.py", "-o", "/dev/null", str(file)]
        done = subprocess.run(command, capture_output=True, timeout=_CHECK_S, check=False)
        if done.returncode != 0:
            words = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
            lines = [line.strip() for line in words.splitlines() if line.strip()]
            raise Problem("The script was not started.", "", ", ".join(lines[-2:])[:300])
        self._model.problem("")
        body = data.strip(b"\n").replace(b"\n", b"\r")
        self._order_board(lambda: self._paste(body))

    # -- the board's thread

    def _paste(self, body: bytes) -> None:
        if self._line is None:
            raise Problem("The script was not started.", "", "the board is off.")
        self._out += _INTERRUPT + _INTERRUPT + _PASTE + body + b"\r" + _END

    def _power_off(self) -> None:
        self._close_line()
        self._board.stop()
        self._model.powered("off")

    def _power_on(self) -> None:
        self._close_line()
        self._board.stop()  # a crashed one is off only after this
        self._board.start(BOOT_LIMIT_S, repl=False)
        self._line = _Line(self._board.console)
        self._out = b"\r"  # the prompt has come before the console was open
        self._model.problem("")
        self._model.powered("on")

    def _close_line(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line, self._out = None, b""
        self._splitter.reset()

    def _serve_board(self) -> None:
        while not self._ends.is_set():
            with contextlib.suppress(queue.Empty):
                self._carry_out(self._of_board.get_nowait())
            with contextlib.suppress(queue.Empty):
                while True:
                    self._out += self._typed.get_nowait()
            self._talk()
            for topic, text in self._broker.new():
                self._model.broker(topic, text)

    def _talk(self) -> None:
        if self._line is None:
            self._out = b""
            select.select([self._wake_read], [], [], _STEP_S)
        else:
            try:
                came, written = self._line.exchange(self._out, self._wake_read, _STEP_S)
            except (Problem, OSError):
                self._gone()
                return
            self._out = self._out[written:]
            text, notes = self._splitter.feed(came)
            for note in notes:
                self._model.note(note, time.monotonic())
            if text:
                self._model.console(self._decoder.decode(text))
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)

    def _gone(self) -> None:
        """The console has ended, and the board with it."""
        self._close_line()
        words = (self._board.log.strip().splitlines() or ["it said nothing"])[-1]
        self._model.powered("crashed")
        self._model.problem(f"The board has crashed: {words[:300]} Switch it on again.")
