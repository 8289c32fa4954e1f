# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the page asks for."""

from collections.abc import Callable
from typing import Protocol

from lab import recording


class Orders(recording.Orders, Protocol):
    """What the page needs of desk.Desk. Each method returns at once."""

    @property
    def recorder(self) -> "RecorderOrders":
        """The recorder."""

    def end_faults(self) -> None:
        """Ends all faults, of all boards."""


class RecorderOrders(Protocol):
    """What the page needs of desk.recorder.Recorder. Each method returns at once."""

    def record(self) -> None:
        """Begins a recording."""

    def stop_recording(self) -> None:
        """Ends it."""

    def play(self) -> None:
        """Plays it."""

    def stop_playing(self) -> None:
        """Ends that."""

    def save(self, name: str) -> None:
        """Saves it as a test."""


class BoardOrders:
    """Orders for the board that the page shows. chosen: gives its index."""

    def __init__(self, desk: Orders, chosen: Callable[[], int]) -> None:
        self._desk, self._chosen = desk, chosen
        self.recorder = desk.recorder

    @property
    def board(self) -> int:
        """The index of the board."""
        return self._chosen()

    def type(self, text: str) -> None:
        """Keys for the console."""
        self._desk.type(self._chosen(), text)

    def run_script(self, code: str) -> None:
        """Runs a script."""
        self._desk.run_script(self._chosen(), code)

    def soft_reset(self) -> None:
        """Ctrl-D."""
        self._desk.soft_reset(self._chosen())

    def press_en(self) -> None:
        """Presses EN."""
        self._desk.press_en(self._chosen())

    def power(self, on: bool) -> None:
        """Switches the board."""
        self._desk.power(self._chosen(), on)

    def fault(self, text: str) -> None:
        """Makes a fault."""
        self._desk.fault(self._chosen(), text)

    def end_faults(self) -> None:
        """Ends all faults, of all boards."""
        self._desk.end_faults()

    def publish(self, topic: str, payload: str) -> None:
        """Publishes a message."""
        self._desk.publish(topic, payload)
