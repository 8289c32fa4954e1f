# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Hands the terminal to mpremote's REPL, and has the board show its prompt."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

MPREMOTE = (sys.executable, "-m", "mpremote", "connect", "{port}", "repl")
# mpremote's REPL waits for a file descriptor, which a port across the network does not have.
MINITERM = (sys.executable, "-m", "serial.tools.miniterm", "--raw", "--eol", "CR", "{port}",
            "115200")  # fmt: skip
_OPENED_S = 10.0
# pySerial throws away what has come before it was done with opening the port.
_SETTLE_S = 0.3


def _has_open(pid: int, target: str) -> bool:
    with contextlib.suppress(OSError):  # of a process or a file that has just gone
        return any(os.path.realpath(fd) == target for fd in Path(f"/proc/{pid}/fd").iterdir())
    return False


def _press_enter(port: str, pid: int, ended: threading.Event) -> None:
    """Sends a line end as soon as process `pid` has opened the port. A board that is at its prompt
    shows it again; mpremote itself waits for the first key."""
    try:
        fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return  # mpremote tells what is wrong with it
    try:
        deadline = time.monotonic() + _OPENED_S
        while not _has_open(pid, os.path.realpath(port)):
            if ended.wait(0.05) or time.monotonic() > deadline:
                return
        if not ended.wait(_SETTLE_S):
            with contextlib.suppress(OSError):
                os.write(fd, b"\r")
    finally:
        os.close(fd)


def open_repl(port: str) -> int:
    """Runs mpremote's REPL at `port` until it is left, or pySerial's terminal where that is a URL;
    its exit status."""
    far = "://" in port
    command = [word.format(port=port) for word in (MINITERM if far else MPREMOTE)]
    # Ctrl-C belongs to the board while the program has the terminal.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    ended = threading.Event()
    try:
        with subprocess.Popen(command) as process:
            if not far:
                arguments = (port, process.pid, ended)
                threading.Thread(target=_press_enter, args=arguments, daemon=True).start()
            try:
                return process.wait()
            except BaseException:
                process.terminate()
                raise
    finally:
        ended.set()
        signal.signal(signal.SIGINT, before)
