# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A UART with a scripted modem behind it and pins for the links' generators.

The script is strict: a command that it does not expect fails the test.
"""

import types

import machine
from connectwith.links.modem.line import Line


class Uart:
    """`script`: (command, reply) in order; a reply is bytes, None for silence, or a function."""

    IRQ_RXIDLE = 2

    def __init__(self, script=(), chunk=1000):
        self.script = list(script)
        self.chunk = chunk
        self.pending = b""
        self.sent = []
        self.handler = None

    def write(self, data):
        self.sent.append(bytes(data))
        if not data.endswith(b"\r"):
            return
        command = bytes(data[:-1]).decode()
        assert self.script, f"not expected: {command}"
        expected, reply = self.script.pop(0)
        assert command == expected
        if callable(reply):
            reply = reply()
        if reply is not None:
            self.pending += reply

    def readinto(self, buffer):
        n = min(len(buffer), len(self.pending), self.chunk)
        if not n:
            return None
        buffer[:n], self.pending = self.pending[:n], self.pending[n:]
        return n

    def irq(self, handler, trigger=0):
        self.handler = handler


class Pin:
    """Remembers its levels and when they were set."""

    OUT, IN = 1, 0

    def __init__(self, clock, level=0):
        self._clock = clock
        self.level = level
        self.edges = []

    def init(self, mode, value=None):
        if value is not None:
            self.level = value

    def value(self, *level):
        if not level:
            return self.level
        self.level = level[0]
        self.edges.append((self._clock.now_ms, self.level))
        return None


def fit_pins(monkeypatch, **pins):
    """The board has these pins, by their names, and no others."""
    pin = types.SimpleNamespace(board=types.SimpleNamespace(**pins), OUT=1, IN=0)
    monkeypatch.setattr(machine, "Pin", pin, False)


def lines(*texts):
    """The bytes of a modem that writes each text as a line."""
    return b"".join(b"\r\n" + text.encode() + b"\r\n" for text in texts)


def line_of(*script, chunk=1000):
    """A Line to a modem that follows `script`. It records, and the modem has started."""
    line = Line()
    line.uart = Uart(script, chunk)
    line.recording = True
    line.expect_restart()
    line.expected = False
    return line
