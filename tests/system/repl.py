# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Run MicroPython code on a board through pytest-embedded's `dut`, by the raw REPL.

The dialogue is MicroPython's documented raw REPL: Ctrl-A enters it, Ctrl-D runs what was sent,
the board answers ``OK``, the output, 0x04, the traceback, 0x04 and a prompt.
"""

import re
import time

import pexpect

_RAW_PROMPT = re.compile(rb"raw REPL; CTRL-B to exit\r\n>")
_ANSWER = re.compile(rb"OK(.*?)\x04(.*?)\x04>", re.DOTALL)
_TRY_S = 2  # a board that boots loses what comes first
_CHUNK_BYTES = 128  # a UART's FIFO: real boards lose what comes faster than they read


class BoardError(AssertionError):
    """The board's code ended with a traceback."""


class Repl:
    """A raw REPL on `board`, behind `dut`. Each `run` shares the same globals."""

    def __init__(self, dut, board):
        self._dut = dut
        self._board = board

    @property
    def serial(self):
        """The open port (pySerial)."""
        return self._dut.serial.proc

    def enter(self, timeout=10):
        """Interrupt what runs and enter the raw REPL."""
        deadline = time.monotonic() + timeout
        while True:
            # An answer that is no other one's: what an earlier try left is passed over.
            word = f"here {time.monotonic_ns()}"
            self._dut.write(b"\r\x03\x03\r\x01" + f"print('{word}')".encode() + b"\x04")
            try:
                answer = re.compile(f"OK{word}\r\n\x04\x04>".encode())
                self._dut.expect(answer, timeout=min(_TRY_S, timeout))
                return
            except pexpect.TIMEOUT:
                if time.monotonic() > deadline:
                    raise

    def send(self, code):
        """Start `code` (str); its end is awaited by `finish`."""
        data = code.encode()
        for at in range(0, len(data), _CHUNK_BYTES):
            self._dut.write(data[at : at + _CHUNK_BYTES])
        self._dut.write(b"\x04")

    def finish(self, timeout=10):
        """Wait for the end of what `send` started; its output as str, or BoardError."""
        match = self._dut.expect(_ANSWER, timeout=timeout)
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
        self._dut.expect(re.compile(rb"soft reboot\r\n"), timeout=timeout)
        self._dut.expect(_RAW_PROMPT, timeout=timeout)

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
