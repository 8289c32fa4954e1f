# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The option of every suite that has virtual boards."""

import pathlib

_BINARY = pathlib.Path(__file__).resolve().parents[2] / "build/VIRTUAL/virtual-board"


def add(group):
    """Adds --board-binary to pytest's option group."""
    group.addoption(
        "--board-binary",
        type=pathlib.Path,
        default=_BINARY,
        help="the virtual board's program (default: %(default)s)",
    )
