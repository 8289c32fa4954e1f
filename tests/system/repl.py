# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Run MicroPython code on a board through pytest-embedded's `dut`, by the raw REPL.

The dialogue is MicroPython's documented raw REPL: Ctrl-A enters it, Ctrl-D runs what was sent,
the board answers ``OK``, the output, 0x04, the traceback, 0x04 and a prompt. Code that does not
fit into the buffer of a board's UART goes by raw paste mode, which has flow control and no ``OK``.
"""

import re
import time

import pexpect

_RAW_PROMPT = re.compile(rb"raw REPL; CTRL-B to exit\r\n>")
_BANNER = re.compile(rb"MicroPython v[^\n]*\n")  # of the friendly REPL, at a boot
_ANSWER = re.compile(rb"OK(.*?)\x04(.*?)\x04>", re.DOTALL)
_PASTED_ANSWER = re.compile(rb"(.*?)\x04(.*?)\x04>", re.DOTALL)
_WINDOW = re.compile(rb"R\x01(..)", re.DOTALL)
_FLOW = re.compile(rb"[\x01\x04]")  # one window more; enough
_TRY_S = 2  # the first try: a board that boots loses what comes first
_LATE_S = 50  # a busy machine may stand still for ten seconds, and more than once
_UNPACED_BYTES = 255  # of 260 that an ESP32 buffers; more is lost where it comes faster than read


class BoardError(AssertionError):
    """The board's code ended with a traceback."""


class Repl:
    """A raw REPL on `board`, behind `dut`. Each `run` shares the same globals.

    timeout: in s, for what the board does on an idle machine. A busy one has more time."""

    def __init__(self, dut, board):
        self._dut = dut
        self._board = board
        self._answer = _ANSWER

    @property
    def serial(self):
        """The open port (pySerial)."""
        return self._dut.serial.proc

    def enter(self, timeout=10):
        """Interrupt what runs and enter the raw REPL."""
        deadline = time.monotonic() + timeout + _LATE_S
        try_s = _TRY_S
        while True:
            # An answer that is no other one's: what an earlier try left is passed over.
            word = f"here {time.monotonic_ns()}"
            self._dut.write(b"\r\x03\x03\r\x01" + f"print('{word}')".encode() + b"\x04")
            try:
                answer = re.compile(f"OK{word}\r\n\x04\x04>".encode())
                self._dut.expect(answer, timeout=try_s)
                return
            except pexpect.TIMEOUT:
                if time.monotonic() > deadline:
                    raise
                try_s *= 2  # the next try interrupts an answer that comes late

    def reenter(self, timeout=30):
        """Wait for the reset that the running code makes, and enter the raw REPL; `enter()` alone
        would interrupt that code."""
        self._dut.expect(_BANNER, timeout=timeout + _LATE_S)
        self.enter(timeout)

    def send(self, code):
        """Start `code` (str); its end is awaited by `finish`."""
        data = code.encode()
        if len(data) <= _UNPACED_BYTES:
            self._answer = _ANSWER
            self._dut.write(data + b"\x04")
        else:
            self._answer = _PASTED_ANSWER
            self._paste(data)

    def _paste(self, data):
        self._dut.write(b"\x05A\x01")
        window = int.from_bytes(self._dut.expect(_WINDOW).group(1), "little")
        for at in range(0, len(data), window):
            if at and self._dut.expect(_FLOW).group() == b"\x04":
                self._dut.write(b"\x04")  # it has found an error, and waits for the end
                return
            self._dut.write(data[at : at + window])
        self._dut.write(b"\x04")
        self._dut.expect(re.compile(rb"\x04"))

    def finish(self, timeout=10):
        """Wait for the end of what `send` started; its output as str, or BoardError."""
        match = self._dut.expect(self._answer, timeout=timeout + _LATE_S)
        output, error = match.group(1).decode(), match.group(2).decode()
        if error:
            raise BoardError(f"{error}\noutput before it:\n{output}")
        return output

    def run(self, code, timeout=10):
        """Run `code` and return what it printed."""
        self.send(code)
        return self.finish(timeout)

    def value(self, expression, timeout=10):
        """The value of `expression` on the board, for literals that Python can read back."""
        import ast

        return ast.literal_eval(self.run(f"print(repr({expression}))", timeout).strip())

    def soft_reset(self, timeout=10):
        """Ctrl-D in the raw REPL; the board comes back in the raw REPL."""
        self._dut.write(b"\x04")
        self._dut.expect(re.compile(rb"soft reboot\r\n"), timeout=timeout + _LATE_S)
        self._dut.expect(_RAW_PROMPT, timeout=timeout + _LATE_S)

    def reset(self, timeout=30):
        """Press the board's EN; it comes back in the raw REPL, its storage as it was."""
        self.run("import os\nos.sync()")
        self.mark()
        self._board.press_en()
        self.enter(timeout)
        self.expect_no_mark()

    def mark(self):
        """Leaves something on the heap that a reset takes away."""
        self.run("not_reset = True")

    def expect_no_mark(self):
        """Fails if a reset was only said to have happened."""
        assert self.value("'not_reset' in globals()") is False, "the board was not reset"
