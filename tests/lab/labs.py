# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`./tools/cw lab`, or another command, as a person starts it, with all its processes."""

import os
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 60.0  # for anything to happen, on a busy machine
# A start may have to make the environment and the board first.
_START_LIMIT_S = 600.0
_STEP_S = 0.05
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/\?token=\S+")
_MARK = "CONNECTWITH_COMMAND_OF_TEST"  # each process of a command inherits it


def wait_until(true: Callable[[], object], what: str, limit_s: float = LIMIT_S) -> None:
    """Raises TimeoutError with `what` when it has not become true."""
    ends = time.monotonic() + limit_s
    while not true():
        if time.monotonic() > ends:
            raise TimeoutError(f"within {limit_s:g} s this has not happened: {what}")
        time.sleep(_STEP_S)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # the process has ended, or is of another user
        return b""


class Command:
    """A ./tools/cw that runs until Ctrl-C. Use as a context manager; all of it is gone after the
    block. log: gets its output."""

    def __init__(self, log: Path, *arguments: str) -> None:
        self._log = log
        self._mark = secrets.token_hex(8)
        command = [str(ROOT / "tools" / "cw"), *arguments]
        with open(log, "wb") as out:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                cwd=ROOT, env={**os.environ, _MARK: self._mark}, start_new_session=True,
            )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.runs:
            self.press_ctrl_c()
        try:
            self.wait()
        finally:
            for pid in self.processes():
                os.kill(pid, signal.SIGKILL)

    @property
    def output(self) -> str:
        """All that it has printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def says(self, what: re.Pattern[str]) -> str:
        """Waits until this is in its output."""

        def said() -> bool:
            found = what.search(self.output) is not None
            if not found and not self.runs:
                raise AssertionError(f"the command has ended:\n{self.output}")
            return found

        wait_until(said, f"the command prints {what.pattern}", _START_LIMIT_S)
        return what.findall(self.output)[0]

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of ./tools/cw itself."""
        return self._process.pid

    def press_ctrl_c(self) -> None:
        """As a terminal does: the signal goes to the group in the foreground."""
        os.killpg(self._process.pid, signal.SIGINT)

    def wait(self) -> int:
        """The exit status, when it has ended."""
        return self._process.wait(LIMIT_S)

    def processes(self, program: str = "") -> list[int]:
        """The command and all that it has started, or those with a program of this name, or with
        a module of Python."""
        mark = f"{_MARK}={self._mark}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            if mark not in _read(folder / "environ").split(b"\0"):
                continue
            words = _read(folder / "cmdline").decode().split("\0")
            module = words[words.index("-m") + 1] if "-m" in words else ""
            if program in ("", Path(words[0]).name, module):
                found.append(int(folder.name))
        return found


class Lab(Command):
    """A lab that opens no browser."""

    def __init__(self, log: Path, *arguments: str) -> None:
        super().__init__(log, "lab", "--no-browser", *arguments)

    @property
    def url(self) -> str:
        """The printed link; waits for it."""
        return self.says(_LINK)

    @property
    def port(self) -> int:
        """Of the page."""
        port = urlsplit(self.url).port
        assert port is not None
        return port
