# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The tests of `_connectwith.Attempt` as one script for a board, which may have no file system."""

from pathlib import Path

_PARTS = ("harness.py", "attempt.py", "refusals.py")


def script() -> str:
    """MicroPython source that runs every test and prints `N passed, N failed`."""
    folder = Path(__file__).parent
    return "\n".join((folder / part).read_text() for part in _PARTS) + "\nmain()\n"
