# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Running other programs: output to a log, a bound on the time, a Problem on failure."""

import contextlib
import errno
import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from setup.problem import Problem

LAST_LINES = 12
MIN_FREE_BYTES = 256 * 1024


def tail(log: Path, lines: int = LAST_LINES) -> str:
    """The last lines of a log, indented for the terminal."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
    except OSError:
        return "      (no log could be read)"
    return "\n".join(f"      {line}" for line in text[-lines:])


def disk_full(log: Path, place: Path) -> bool:
    """Whether a program failed without disk space: by its output, or by the space left."""
    # Not every program reports it: tar only reports a short write.
    said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    if "No space left on device" in said:
        return True
    return shutil.disk_usage(place).free < MIN_FREE_BYTES


def require_space(log: Path, place: Path) -> None:
    """Raises OSError (ENOSPC) if a program failed without disk space."""
    if disk_full(log, place):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place))


@contextlib.contextmanager
def _ctrl_c_noted() -> Iterator[list[int]]:
    """Ctrl-C is only noted, because a program cannot be ended in the middle of its start."""
    noted: list[int] = []
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not usual or threading.current_thread() is not threading.main_thread():
        yield noted
        return
    signal.signal(signal.SIGINT, lambda number, _: noted.append(number))
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end_group(process: subprocess.Popen) -> None:
    """Ends a program and all its children, even those that have outlived it."""
    for number, grace_s in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        try:
            process.wait(timeout=grace_s)
        except subprocess.TimeoutExpired:
            continue
        # The program has ended. Its children get a moment before they are killed.
        time.sleep(0.1)
    process.wait()


def run_logged(
    command: list[str],
    log: Path,
    *,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    timeout_s: float = 1800.0,
    terminal: bool = False,
) -> int:
    """Runs a program with its output appended to `log`; returns its exit status.

    With `terminal` it stays in the foreground group, so that it can ask for a password.
    On the time limit and on Ctrl-C the program and its children are ended first. Raises Problem
    when the program is not there or does not end within `timeout_s`.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    full_env = {**os.environ, **(env or {})}
    with open(log, "ab") as out:
        out.write(f"$ {shlex.join(command)}\n".encode())
        out.flush()
        try:
            with _ctrl_c_noted() as noted:
                process = subprocess.Popen(
                    command,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    stdin=None if terminal else subprocess.DEVNULL,
                    cwd=cwd,
                    env=full_env,
                    start_new_session=not terminal,
                )
        except FileNotFoundError:
            raise Problem(
                f"The program '{command[0]}' is not installed.",
                f"it is needed for: {shlex.join(command)[:120]}",
                "install it with your system's package manager, then run the same command again.",
            ) from None
        try:
            if noted:
                raise KeyboardInterrupt
            return process.wait(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            raise Problem(
                f"'{command[0]}' did not end within {timeout_s:.0f} s and was stopped.",
                f"its output is in {log}.",
                "look there, then run the same command again.",
            ) from None
        finally:
            if not terminal:
                _end_group(process)
            elif process.poll() is None:
                process.terminate()
                process.wait()


def run_shown(
    command: list[str],
    log: Path,
    *,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    timeout_s: float = 1800.0,
) -> tuple[int | None, str]:
    """Runs a program with its output shown as it comes and kept in `log`, which begins anew.

    Returns its exit status, or None when it did not end within `timeout_s` (it is ended then),
    and its output.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    pieces = []
    deadline = time.monotonic() + timeout_s
    with open(log, "wb") as file:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            while time.monotonic() < deadline:
                # A child that outlives the program keeps the pipe open.
                ended = process.poll() is not None
                if not select.select([process.stdout], [], [], 0.0 if ended else 0.2)[0]:
                    if ended:
                        break
                    continue
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    break
                pieces.append(data)
                file.write(data)
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
            try:
                status = process.wait(timeout=max(0.0, min(10.0, deadline - time.monotonic())))
            except subprocess.TimeoutExpired:
                status = None
        finally:
            _end_group(process)
            process.stdout.close()
    return status, b"".join(pieces).decode("utf-8", "replace")


def capture(command: list[str], timeout_s: float = 30.0) -> str | None:
    """Standard output of a short program, or None when it is missing, fails or takes too long."""
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )
    except (FileNotFoundError, PermissionError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None
    return done.stdout.decode("utf-8", "replace")
