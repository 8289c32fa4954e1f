# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What `server.save` keeps: one file for each device, replaced as a whole."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

from agent import messages
from setup.problem import Problem

# As on an imp, and a bound for what a flood of devices can write.
STATE_MAX = 64 * 1024
_UNFINISHED = ".unfinished"


class States:
    """The folder of the states; `held()` makes it this process's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Makes the folder, keeps other agents out, removes what a crash has left. Raises
        Problem."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Where nothing can be written, each save would fail; it is removed below.
            (self._folder / f"probe{_UNFINISHED}").touch()
            lock = open(self._folder / ".lock", "a", encoding="ascii")
        except OSError as error:
            raise Problem(
                f"The states cannot be kept in {self._folder}.",
                f"the system says: {error.strerror}.",
                "choose another folder: --state DIR.",
                2,
            ) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Problem(
                    f"Another agent is running with the states of {self._folder}.",
                    "two agents would overwrite each other's states.",
                    "end the other one; a second program gets --state DIR and --clientid of its "
                    "own.",
                ) from None
            for left in self._folder.glob(f"*{_UNFINISHED}"):
                left.unlink(missing_ok=True)
            yield

    def load(self, device: str) -> dict[str, object]:
        """What was saved last; an empty dict if nothing was. Raises ValueError, OSError."""
        return self._read(self._folder / f"{device}.json")

    def save(self, device: str, state: dict[str, object]) -> None:
        """Replaces what was saved. After a crash or a power cut the old or the new state is there,
        whole. Raises TypeError, ValueError, OSError; the old state is kept then."""
        if not isinstance(state, dict):
            raise TypeError("state: must be a dict")
        data = messages.pack(state)
        if len(data) > STATE_MAX:
            raise ValueError(f"state: {len(data)} bytes as JSON, of at most {STATE_MAX}")
        self._write(self._folder / f"{device}.json", data)

    def load_last(self, device: str) -> dict[str, int]:
        """The number of the last kept message of each outbox of a device. Raises ValueError,
        OSError."""
        path = self._folder / f"{device}.last.json"
        last = self._read(path)
        numbers = {key: value for key, value in last.items() if type(value) is int}
        if len(numbers) != len(last):
            raise ValueError(f"{path} is not what was written; remove it")
        return numbers

    def save_last(self, device: str, last: dict[str, int]) -> None:
        """Replaces what load_last() gives. Raises OSError."""
        self._write(self._folder / f"{device}.last.json", messages.pack(last))

    def _read(self, path: Path) -> dict:
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError):
            state = None
        if not isinstance(state, dict):
            raise ValueError(f"{path} is not a state; put it right, or remove it to begin anew")
        return state

    def _write(self, path: Path, data: bytes) -> None:
        work = path.with_name(path.name + _UNFINISHED)
        try:
            with open(os.open(work, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(work, path)
        finally:
            work.unlink(missing_ok=True)
        # The new name is on the disk only with its folder.
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
