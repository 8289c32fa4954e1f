# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Follows a script on a virtual board through resets and deep sleep, until its true end.

The script begins anew at each boot, as a main.py does.
"""

import ast
import contextlib
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from commands.console import Console, Execution
from commands.script_files import Script
from commands.script_output import Boot, Output, traceback_of
from commands.session import BrokerLines
from commands.typed_faults import Fault, Schedule
from setup.problem import Problem

if TYPE_CHECKING:
    from bench import Board, World

_WAITING = Path(__file__).with_name("waiting_script.py")
_STEP_S = 0.05
# A line for the broker may be on its way when the script has nothing left to wait for.
_QUIET_S = 2.0
_ASLEEP_S = 0.5  # a reset takes a tenth of it
# The pid file, by which a boot is known, is written in two steps.
BOOT_WRITE_S = 0.02
_CTRL_C_S = 2.0
# A SystemExit says with what, before the board starts anew.
_RUN = """\
try:
    {call}
except SystemExit as error:
    print("\\x1eexit " + repr(error.args) + "\\x1f", end="")
    raise
"""
# Causes as the port's machine module numbers them.
_BOOTS = {
    1: "it was switched on",
    2: "machine.reset(), or EN",
    3: "the watchdog",
    4: "it woke from deep sleep",
    5: "a soft reset",
}


def _values(text: str) -> tuple:
    """The values of a SystemExit."""
    try:
        return tuple(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return (text,)  # an object of the script's


@dataclass(frozen=True)
class Limits:
    """run_s: of everything. stay_s: from the last line to the end; None: as long as something is
    to come. starts: how often the script may begin."""

    run_s: float
    stay_s: float | None
    starts: int


class Follower:
    """One run of a script. The board is on its way to its prompt."""

    def __init__(
        self, world: "World", board: "Board", console: Console, script: Script, limits: Limits
    ) -> None:
        self._board = board
        self._console = console
        self._script = script
        self._limits = limits
        self._broker = BrokerLines(world)
        self._faults = Schedule(world, [])
        self._world = world
        self._output = Output(sys.stdout)
        self._boots = 0
        self._soft = False
        self._early = ""  # what the board has said since the reset that was just noticed
        self._exit: tuple = ()
        self._waits = ""
        self._told: set[str] = set()
        self._doing = "running"
        self._pins_s = 0.0
        self._asleep = False
        self._deadline = 0.0
        self._mark = board.boot_mark

    def run(self, faults: list[Fault]) -> int:
        """Exit status: 0, 1 after an exception, or the script's own. Raises Problem (124: out of
        time), and KeyboardInterrupt after the script has been interrupted."""
        self._faults = Schedule(self._world, faults)
        self._deadline = time.monotonic() + self._limits.run_s
        self._faults.start(time.monotonic())
        try:
            status = None
            while status is None:
                status = self._from_boot()
        except KeyboardInterrupt:
            self._interrupt()
            raise
        except Problem:
            if not self._board.running:
                raise self._crashed() from None
            raise
        for fault in self._faults.left:
            self._output.line(f"fault: {fault.text}@{fault.at_s:g}s was not made any more")
        return status

    def _crashed(self) -> Problem:
        self._output.text("")
        return Problem(
            "The board has crashed.",
            (self._board.log.strip().splitlines() or ["it said nothing"])[-1],
            "this is an error of the firmware or of the virtual board: please report it.",
        )

    # -- one boot

    def _from_boot(self) -> int | None:
        """From a boot to the end, or to the next boot (None)."""
        self._boot()
        self._exit, self._waits, self._doing = (), "", "running"
        execution = self._console.start(_RUN.format(call=f"execfile({self._script.path!r})"))
        while execution.traceback is None:
            if not self._step(execution):
                return None
        if execution.soft_reset:
            return self._after_exit()
        if execution.traceback:
            return self._failed(execution.traceback)
        return self._wait()

    def _boot(self) -> None:
        """Waits for the prompt, and enters the raw REPL."""
        self._count_boot()
        boot = Boot(self._soft)
        self._doing = "in boot.py or main.py"
        self._output.text(boot.feed_text(self._early))
        self._early = ""
        while not boot.done:
            data = self._console.take(_STEP_S)
            if self._rebooted():  # boot.py has reset the board
                boot.soft = self._soft = False
                self._count_boot()
            self._output.text(boot.feed(data))
            self._tick()
        if not self._soft:
            self._console.enter_idle()
        if self._boots > 1:
            cause = self._console.run("print(__import__('machine').reset_cause())").strip()
            why = _BOOTS.get(int(cause) if cause.isdigit() else 0, "a reset")
            self._output.line(f"board: {why}; the script begins again")

    def _count_boot(self) -> None:
        self._boots += 1
        if self._boots > self._limits.starts:
            raise Problem(
                f"The board was reset again after {self._limits.starts} starts.",
                "that is the limit of --starts.",
                "give it more: --starts N",
                124,
            )

    def _rebooted(self) -> bool:
        if self._board.boot_mark == self._mark:
            return False
        time.sleep(BOOT_WRITE_S)
        self._mark = self._board.boot_mark
        self._asleep = False
        # A busy computer may take a moment until the pins are driven.
        self._pins_s = time.monotonic()
        return True

    def _step(self, execution: Execution) -> bool:
        text = execution.poll(_STEP_S)
        if self._rebooted():
            self._soft, self._early = False, text
            return False
        for note in self._output.text(text):
            word, _, rest = note.partition(" ")
            if word == "exit":
                self._exit = _values(rest)
            elif word == "waits":
                self._waits = rest
        self._tick()
        return True

    def _tick(self) -> None:
        now = time.monotonic()
        for fault in self._faults.due(now):
            self._output.line(f"fault: {fault.text}")
        for topic, message in self._broker.new():
            self._output.line(f"broker: {topic}  {message}")
        if self._board.has_pins:
            self._pins_s = now
        elif not self._asleep and now - self._pins_s > _ASLEEP_S and self._pins_s:
            self._asleep = True
            self._output.line("board: in deep sleep")
        if now > self._deadline:
            raise self._too_late()

    def _too_late(self) -> Problem:
        state = "asleep" if self._asleep else self._doing
        return Problem(
            f"The script was still {state} after {self._limits.run_s:.0f} s and was stopped.",
            "that is the limit of --timeout.",
            "give it more: --timeout S",
            124,
        )

    # -- how it ends

    def _failed(self, traceback: str) -> int:
        self._output.text("")
        self._tick()
        print(traceback_of(traceback), file=sys.stderr)
        word, _, name = traceback.strip().splitlines()[-1].partition("no module named ")
        beside = self._script.folder / f"{name.strip(chr(39))}.py"
        if word.startswith("ImportError") and name and beside.is_file():
            print(f"cw: {beside} did not go along: name it after the script.", file=sys.stderr)
        return 1

    def _after_exit(self) -> int | None:
        """After a SystemExit, which is what machine.soft_reset() raises, too."""
        if not self._exit and self._script.mentions("soft_reset"):
            self._soft = True
            return None
        value = self._exit[0] if self._exit else None
        said = "" if value is None else repr(value)
        self._output.line(f"board: the script has ended by sys.exit({said})")
        if isinstance(value, int):
            return int(value) & 0xFF
        return 0 if value is None else 1

    def _wait(self) -> int | None:
        """After the last line: as long as the script has something to come, or as was asked."""
        self._doing = "waiting"
        code = _WAITING.read_text(encoding="utf-8")
        waiting = self._console.start(_RUN.format(call=f"exec({code!r}, {{}})"))
        ended = quiet = time.monotonic()
        while True:
            if waiting.traceback is not None:
                if waiting.soft_reset:
                    return self._after_exit()
                self._waits = ""  # no memory for it, or Ctrl-C from the board
                time.sleep(_STEP_S)
            if not self._step(waiting):
                return None
            now = time.monotonic()
            if self._limits.stay_s is not None:
                if now - ended >= self._limits.stay_s:
                    return 0
                continue
            if self._waits or self._faults.left:
                quiet = now
                self._tell_wait()
            elif now - quiet >= _QUIET_S:
                self._output.line("board: the script has ended (--stay S keeps the board on)")
                return 0

    def _tell_wait(self) -> None:
        faults = "; ".join(f"fault {fault.text}" for fault in self._faults.left)
        what = "; ".join(filter(None, (self._waits, faults)))
        self._doing = f"waiting ({what})"
        if what not in self._told:
            self._told.add(what)
            self._output.line(
                f"board: after the last line, still to come: {what} (Ctrl-C or --stay S ends it)"
            )

    def _interrupt(self) -> None:
        """Stops the script as Ctrl-C does on a board, and shows where it was."""
        if self._asleep:
            return
        with contextlib.suppress(Problem, OSError):
            self._console.write(b"\x03", 1.0)
            shown, deadline = b"", time.monotonic() + _CTRL_C_S
            while time.monotonic() < deadline and not shown.endswith(b"\x04>"):
                shown += self._console.take(_STEP_S)
            output, _, error = shown.partition(b"\x04")
            text = output.decode("utf-8", "replace").replace("\r\n", "\n")
            self._output.text(text)
            self._output.text("")
            error_text = error.strip(b"\x04>").decode("utf-8", "replace").replace("\r\n", "\n")
            if error_text and self._doing == "running":
                print(traceback_of(error_text), file=sys.stderr)
