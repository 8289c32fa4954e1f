# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A board at a serial port. Nothing is written to its flash."""

import contextlib
import re
import time
from collections.abc import Iterable

from commands.remote import BoardError
from lab.desk import memory
from lab.desk.board import BoardDesk
from lab.desk.boots import Boots
from lab.desk.serial_line import SerialLine
from lab.model import BoardState
from setup.problem import Problem

_AGAIN_S = 2.0
_ENTER_S = 5.0
_RUN_S = 15.0
_PROMPT_S = 2.0
_MUTE_S = 5.0
_STUCK_S = 3.0
_END_S = 5.0  # the board may have gone in the middle of a write
# The empty prompts that come of entering the raw REPL.
_EMPTY = re.compile(rb"(?:\r\n>>> )+\r\n\Z")

_GONE = "The board at {port} has gone. It is looked for again."
_MUTE = (
    "Nothing has come from {port} yet: press Ctrl-C or EN reset. If it stays so, it is another "
    "port, or firmware without a REPL."
)
_STUCK = (
    "{count} bytes of what was typed wait until the board reads them. Ctrl-C drops them, and "
    "interrupts what runs."
)
_MISSED = "Attempts do not show: {why}"
_OTHER = "the firmware of this board is not connectwith."
_OLD = "the board's connectwith does not fit this lab ({name}). ./tools/cw flash writes a new one."
_FULL = "the board's memory has no room for the lab's notes."
_NO_NETWORK = (
    "This board has no my_network.py: write SSID, KEY, BROKER and PORT into the script in place "
    "of it, or end the lab and copy your file: mpremote cp my_network.py ca.pem :"
)


class SerialDesk(BoardDesk):
    """line: open already. Run sends the lab's notes into the board's memory first, once after each
    of its boots."""

    end_s = _END_S

    def __init__(self, line: SerialLine, state: BoardState) -> None:
        super().__init__(state)
        self._port = line.name
        self._line = line
        self._boots = Boots()
        self._complained = ""
        self._opened_s = self._again_s = time.monotonic()

    def __enter__(self) -> "SerialDesk":
        self._out = b"\r"  # a board at its prompt shows it
        self.state.powered("on")
        super().__enter__()
        return self

    def open_line(self) -> SerialLine:
        """See BoardDesk."""
        return SerialLine(self._port)

    def power_on(self) -> None:
        """Opens the port again."""
        self.attach(b"\r")
        self._opened_s = time.monotonic()
        self._complain("")
        self.state.problem("")
        self.state.powered("on")

    def power_off(self) -> None:
        """See BoardDesk."""
        raise Problem("The lab cannot switch this board off.", "", "Unplug it.")

    def press_en(self) -> None:
        """See BoardDesk."""
        self._serial_line().press_en()
        self._out = b""
        self._boots.told()
        self.state.powered("on")

    def gone(self) -> None:
        """See BoardDesk."""
        self._again_s = time.monotonic() + _AGAIN_S
        self.state.powered("off")
        self._complain(_GONE.format(port=self._port))

    # -- a script

    def run(self, script: bytes) -> None:
        """See BoardDesk. Raw paste has flow control, and the prompt has it not: so the script
        goes into the board's memory, and a line at the prompt runs it."""
        line = self._serial_line()
        self.state.problem("")
        self._take_typed()  # what was typed before is dropped: it would not reach the prompt
        self._out = b""
        self._enter(line)
        try:
            missed = [self._start_notes(line)]
            if b"my_network" in script and self._ask(line, memory.ASK_NETWORK) != "there":
                missed.append(_NO_NETWORK)
            self._send_script(line, script)
        finally:
            self._leave(line)
        self._out = memory.RUN_SCRIPT
        self.state.problem(" ".join(filter(None, missed)))

    def _enter(self, line: SerialLine) -> None:
        try:
            before = line.enter(_ENTER_S)
        except Problem:
            if line.ended:
                raise
            line.leave()  # a board that answers late must not stay there
            raise Problem(
                "The script was not started: no MicroPython answers.", "",
                "Press EN reset, then Run. If it stays so, it is another port, or other firmware.",
            ) from None  # fmt: skip
        self._hear(_EMPTY.sub(b"\r\n", before))

    def _leave(self, line: SerialLine) -> None:
        """Back to the prompt. Its banner is not shown."""
        self._boots.told()
        with contextlib.suppress(Problem):
            line.leave()
            line.expect(b"\r\n>>> ", _PROMPT_S)
            self._hear(b">>> ")

    def _start_notes(self, line: SerialLine) -> str:
        """Has the board tell of its attempts; a sentence, if it does not."""
        state = self._ask(line, memory.ASK_NOTES)
        if state == "there":
            return ""
        if state != "missing":
            return _MISSED.format(why=_OTHER)
        try:
            self._do_all(line, memory.start_notes())
        except BoardError as error:
            self._drop(line, memory.NOTES)
            name = _name(error)
            return _MISSED.format(why=_FULL if name == "MemoryError" else _OLD.format(name=name))
        return ""

    def _send_script(self, line: SerialLine, script: bytes) -> None:
        try:
            self._do_all(line, memory.compile_script(script))
        except BoardError as error:
            self._drop(line, memory.SCRIPT)
            name = _name(error)
            if name == "MemoryError":
                raise Problem("The script was not started.", "",
                              "The board's memory has no room for it.") from None  # fmt: skip
            raise Problem("The script was not started.", "",
                          f"The board cannot compile it: {name}.") from None  # fmt: skip

    def _drop(self, line: SerialLine, name: str) -> None:
        with contextlib.suppress(BoardError):
            self._do(line, memory.drop(name))

    def _ask(self, line: SerialLine, code: str) -> str | None:
        """What the board answers; None without an answer."""
        try:
            answers = self._do(line, code)
        except BoardError:
            return None
        return next((note[memory.ANSWER] for note in answers if memory.ANSWER in note), None)

    def _do_all(self, line: SerialLine, codes: Iterable[str]) -> None:
        for code in codes:
            self._do(line, code)

    def _do(self, line: SerialLine, code: str) -> list[dict]:
        """Runs code, and passes on what the board says meanwhile; returns the notes. Raises
        BoardError, or Problem without the code in it."""
        try:
            execution = line.start(code)
            said = "".join(execution.follow(_RUN_S))
            traceback = execution.traceback
        except Problem:
            if line.ended:
                raise
            said, traceback = "", None
        notes = self._hear(said.replace("\n", "\r\n").encode())
        if traceback is None:
            raise Problem("The script was not started: the board has stopped to answer.", "",
                          "Press EN reset, then Run again.")  # fmt: skip
        if traceback:
            raise BoardError(traceback)
        return notes

    def _serial_line(self) -> SerialLine:
        if not isinstance(self._line, SerialLine):
            raise Problem(f"The board at {self._port} has gone.", "", "Plug it in again.")
        return self._line

    # -- the thread

    def work(self) -> None:
        """See BoardDesk. A board that has gone may come back."""
        if self._line is None and time.monotonic() > self._again_s:
            self._again_s = time.monotonic() + _AGAIN_S
            with contextlib.suppress(Problem):
                self.power_on()
        super().work()
        if isinstance(self._line, SerialLine):
            self._complain(self._complaint(self._line))

    def _complaint(self, line: SerialLine) -> str:
        now_s = time.monotonic()
        if len(self._out) > 1 and now_s > line.sent_s + _STUCK_S:
            return _STUCK.format(count=len(self._out))
        if not line.has_said_something and now_s > self._opened_s + _MUTE_S:
            return _MUTE.format(port=self._port)
        return ""

    def _complain(self, words: str) -> None:
        """A sentence that the lab says of itself; the next one takes its place."""
        if words != self._complained:
            self.state.mended(self._complained)
            self._complained = words
            if words:
                self.state.problem(words)

    def _hear(self, data: bytes) -> list[dict]:
        """See BoardDesk."""
        if self._boots.feed(data):
            self._splitter.reset()
            self.state.note({"boot": 1}, time.monotonic())
        return super()._hear(data)


def _name(error: BoardError) -> str:
    """Of the exception, without its words."""
    return str(error).partition(":")[0][:40]
