# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Records what is asked for and what happens, plays it again, and saves it as a test."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path

from lab.desk.worker import words
from lab.model import Lab
from lab.model.recording import Entry, RecordingView
from lab.recording import Devices, Item, Orders, Player, Recording, as_pytest, command, play, save
from lab.recording.saving import FOLDER
from setup.problem import Problem

_NAME = "from_the_lab"
_TITLE = "What was done in the lab, and what was seen."
_END_S = 10.0


class Recorder:
    """One for a lab. orders: who carries out the steps. keys: those of the bench's access points,
    by name, which a test has to look up. Any thread may call it."""

    def __init__(
        self, lab: Lab, orders: Orders, keys: Mapping[str, str], folder: Path = FOLDER
    ) -> None:
        self._lab, self._orders, self._keys, self._folder = lab, orders, keys, folder
        self._recording: Recording | None = None
        self._devices = Devices()
        self._player: Player | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._entries: list[Entry] = []  # of the items, each made once
        self._note = self._text = ""
        lab.listeners.append(self._saw)

    # -- what happens

    def did(self, board: int | None, what: str, *values: object) -> None:
        """An order was given, or carried out: a method of Orders, and its values but the board."""
        with self._lab.lock:
            if self._recording is not None and self._recording.running:
                self._recording.did(time.monotonic(), board, what, *values)
                self._show()

    def _saw(self, board: int | None, what: str, *values: object) -> None:
        for devices in self._all_devices():
            if what == "booted" and board is not None:
                devices.name(board, self._lab.boards[board].device)
        if self._player is not None:
            self._player.saw(board, what, *values)
        if self._recording is not None and self._recording.running:
            self._recording.saw(time.monotonic(), board, what, *values)
            self._show()

    def _all_devices(self) -> list[Devices]:
        return [self._devices, *([self._recording.devices] if self._recording else [])]

    # -- what pages ask for

    def record(self) -> None:
        """Begins a new recording, with the faults that are in force."""
        with self._lab.lock:
            if self._state() != "idle":
                return
            now_s = time.monotonic()
            self._recording = Recording(now_s)
            self._entries = []
            view = self._lab.snapshot(now_s)
            for number, board in enumerate(view.boards):
                self._recording.devices.name(number, board.device)
            for number, _, faults in view.faults():
                for fault in faults:
                    self._recording.did(now_s, number, "fault", fault)
            self._text = self._note = ""
            if any(board.session for board in view.boards):
                self._note = ("There is a session already, and a test begins without one: for a "
                              "test, press EN reset now, and then Run.")  # fmt: skip
            self._show()

    def stop_recording(self) -> None:
        """Ends the recording."""
        with self._lab.lock:
            if self._recording is None or not self._recording.running:
                return
            self._recording.end(time.monotonic())
            self._note = (
                "It is full: what came later is not in it." if self._recording.full else ""
            )
            try:
                self._text = self._as_pytest(self._recording, _NAME)
            except Problem as problem:
                self._note = words(problem)
            self._show()

    def play(self) -> None:
        """Plays the recording, in a thread of its own."""
        with self._lab.lock:
            if self._state() != "idle" or not self._items():
                return
            self._note = ""
            self._stop.clear()
            self._player = Player(self._items(), self._devices, self._say)
            self._thread = threading.Thread(target=self._play, name="lab player", daemon=True)
            self._thread.start()
            self._show()

    def stop_playing(self) -> None:
        """Ends play()."""
        self._stop.set()

    def save(self, name: str) -> None:
        """Writes the recording as a test."""
        with self._lab.lock:
            try:
                if self._recording is None or not self._items():
                    raise Problem("There is no recording.", "", "record something first.")
                text = self._as_pytest(self._recording, name)
                path = save(text, name, self._folder)
                self._note = f"Saved as {path}. It runs with: {command(name)}"
            except Problem as problem:
                self._note = words(problem)
            self._show()

    def close(self) -> None:
        """Ends what plays."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_END_S)

    # -- inside

    def _state(self) -> str:
        if self._player is not None:
            return "playing"
        return "recording" if self._recording is not None and self._recording.running else "idle"

    def _items(self) -> tuple[Item, ...]:
        return self._recording.items if self._recording is not None else ()

    def _play(self) -> None:
        player = self._player
        assert player is not None
        try:
            play(player, self._orders, time.monotonic, self._stop.wait, self._stop.is_set,
                 self._say)  # fmt: skip
        finally:
            with self._lab.lock:
                self._player = None
                self._show()

    def _as_pytest(self, recording: Recording, name: str) -> str:
        real = [n for n, board in enumerate(self._lab.boards) if board.kind == "real"]
        return as_pytest(recording, name, _TITLE, self._keys, real)

    def _say(self, note: str) -> None:
        with self._lab.lock:
            self._note = note
            self._show()

    def _show(self) -> None:
        boards = self._lab.boards
        self._entries += (
            Entry(item.at_s, "" if item.board is None else boards[item.board].name, item.words(),
                  item.is_step)
            for item in self._items()[len(self._entries) :]
        )  # fmt: skip
        entries = tuple(self._entries)
        self._lab.show(RecordingView(self._state(), entries, self._note, self._text))
