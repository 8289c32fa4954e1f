# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Ends the processes of a world whose owner was killed.

The guard is a process of its own. Its standard input lists the processes of the world. The input
ends when the owner closes it or is killed. Then the guard ends the processes that are left, and
removes the world's folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

_GRACE_S = 2.0


class Guard:
    """Watches over a world whose files are in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def watch(self, pid: int) -> None:
        """Registers `pid`, a child just started, to be ended with this process."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{pid}\n".encode())
            self._process.stdin.flush()
        except OSError:
            pass  # the guard was killed; the world works without

    def close(self) -> None:
        """Ends the guard, which ends the processes that are left."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:
            pass
        try:
            self._process.wait(_GRACE_S + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _signal(handle: int, number: int) -> bool:
    try:
        signal.pidfd_send_signal(handle, number)
    except OSError:
        return False  # has ended
    return True


def _main(folder: str) -> None:
    handles = []
    for line in sys.stdin:
        try:
            # A handle, because the kernel may give the number to another process.
            handles.append(os.pidfd_open(int(line)))
        except OSError:
            pass  # has ended already
    left = [handle for handle in handles if _signal(handle, signal.SIGTERM)]
    for handle in left:
        _signal(handle, signal.SIGCONT)  # a stalled one cannot hear SIGTERM
    deadline = time.monotonic() + _GRACE_S
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = [handle for handle in left if _signal(handle, 0)]
    for handle in left:
        _signal(handle, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _main(sys.argv[1])
