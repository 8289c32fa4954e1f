# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Helpers for tests of the modem's model: time is an argument, nothing waits."""

from bench.modem.clock import Dial, HangUp, PppInput, Send, Status
from bench.modem.controls import Controls
from bench.modem.sim7600 import Sim7600


class Desk:
    """The modem's model, driven directly. `now` is the test's own time, in seconds."""

    def __init__(self, **options) -> None:
        self.now = 100.0
        self.modem = Sim7600(self.now, **options)
        self.controls = Controls(self.modem)
        self.text = b""
        self.done: list = []

    def _collect(self) -> None:
        for action in self.modem.take():
            if isinstance(action, Send):
                self.text += action.data
            else:
                self.done.append(action)

    def sleep(self, seconds: float) -> bytes:
        """Time goes by; what was said meanwhile."""
        self.now = round(self.now + seconds, 6)
        self.modem.advance(self.now)
        self._collect()
        text, self.text = self.text, b""
        return text

    def hear(self, data: bytes, rate: int | None = None) -> None:
        """Bytes from the board."""
        self.modem.receive(self.now, data, rate)
        self._collect()

    def at(self, command: str, seconds: float = 1.0) -> str:
        """One command; the lines of the reply, joined with |, without the echo."""
        self.hear(command.encode() + b"\r")
        text = self.sleep(seconds).decode("latin-1")
        text = text.removeprefix(command + "\r")
        return "|".join(line for line in text.split("\r\n") if line)

    def press(self, seconds: float) -> None:
        """A pulse of the power key."""
        self.modem.key(self.now, True)
        self.now = round(self.now + seconds, 6)
        self.modem.key(self.now, False)
        self._collect()

    @property
    def status(self) -> list[bool]:
        """Changes of the STATUS pin since the last time."""
        levels = [a.level for a in self.done if isinstance(a, Status)]
        self.done = [a for a in self.done if not isinstance(a, Status)]
        return levels

    def took(self, kind) -> list:
        """Actions of one kind since the last time."""
        found = [a for a in self.done if isinstance(a, kind)]
        self.done = [a for a in self.done if not isinstance(a, kind)]
        return found


def warm() -> Desk:
    """A modem that has run for long, its echo off."""
    desk = Desk()
    desk.modem.warm()
    assert desk.at("ATE0") == "OK"
    return desk


__all__ = ["Desk", "Dial", "HangUp", "PppInput", "warm"]
